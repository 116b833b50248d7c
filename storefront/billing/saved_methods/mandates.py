"""What customers agree to about their saved methods: written once, with the text they saw; ended, never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.encoding import force_str
from django.utils.functional import Promise

from storefront.billing.models import Mandate, MethodSetup, PaymentAttempt, SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.core import clock
from storefront.users.models import User

#: Who ended one.
CUSTOMER, PROVIDER, STAFF, REPLACED, UNUSED = "customer", "provider", "staff", "replaced", "unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is agreed to. ``text`` is exactly what the customer saw, in ``language``; the rest as in ``Mandate``."""

    scope: Scope
    text: str | Promise
    language: str
    ip_address: str | None
    subject: str = ""
    currency: str = ""
    amount_limit: Decimal | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveWish:
    """That what a buyer pays with is saved. ``saving`` is one of ``PaymentAttempt.Saving``; ``terms`` are all that
    they agree to with it."""

    saving: str
    terms: Sequence[Terms]


def agree(
    *,
    customer: User,
    terms: Terms,
    method: SavedMethod | None = None,
    attempt: PaymentAttempt | None = None,
    setup: MethodSetup | None = None,
) -> Mandate:
    """Write that the customer agrees. Without ``method`` it is that of ``attempt`` or ``setup``, once it is saved.

    Two of one scope and subject do not live side by side, but for ATTENDED: once it has its method, the one before
    is ended. Needs a transaction with the customer's lock.
    """
    text = force_str(terms.text)
    if method is not None and terms.scope != Scope.ATTENDED:
        for before in live(customer, terms.scope, terms.subject):
            end(before, by=REPLACED)
    return Mandate.objects.create(
        customer=customer,
        scope=terms.scope,
        method=method,
        attempt=attempt,
        setup=setup,
        subject=terms.subject,
        currency=terms.currency,
        amount_limit=terms.amount_limit,
        months=terms.months,
        text=text,
        sha256=digest(text),
        language=terms.language,
        ip_address=terms.ip_address,
    )


def live(customer: User, scope: str, subject: str = "") -> QuerySet[Mandate]:
    """Those that allow charges now, of one scope and subject; the newest first."""
    return Mandate.objects.filter(
        customer=customer, scope=scope, subject=subject, ended_at=None, method__isnull=False
    ).select_related("method")


def end(mandate: Mandate, *, by: str) -> bool:
    """No charge is begun under it any more. False if it had ended before."""
    now = clock.now()
    if not Mandate.objects.filter(pk=mandate.pk, ended_at=None).update(ended_at=now, ended_by=by):
        return False
    mandate.ended_at, mandate.ended_by = now, by
    return True


def end_all_of(method: SavedMethod, *, by: str) -> int:
    """No charge of the method is begun any more. Returns how many mandates ended."""
    return method.mandates.filter(ended_at=None).update(ended_at=clock.now(), ended_by=by)


def digest(text: str) -> str:
    """SHA-256 of a text, UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
