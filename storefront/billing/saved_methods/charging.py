"""Charging a saved method: for a customer who presses, or while they are absent under a mandate."""

from __future__ import annotations

import logging

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from storefront.billing.errors import BillingError, PaymentRefused, PaymentUnavailable
from storefront.billing.models import Invoice, Mandate, PaymentAttempt, SavedMethod
from storefront.billing.models.saved_methods import CHARGEABLE, UNATTENDED, Scope
from storefront.billing.services import claiming, part_payments, starting
from storefront.billing.services.opening import resume
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus
from storefront.core import states

logger = logging.getLogger(__name__)

_TRIES = 4


class NotChargeable(BillingError):
    """The method was removed or refused, or there is no mandate for this charge. Nothing was asked of anybody."""

    message = _("This saved method cannot be used any more. Please choose another one.")


class ChargedBefore(BillingError):
    """The one charge that was wanted has been made meanwhile; what became of it is in the invoice's attempts."""


def charge(
    *, invoice: Invoice, method: SavedMethod, mandate: Mandate | None = None, charges_before: int | None = None
) -> PaymentAttempt:
    """Charge a saved method of the invoice's customer with all that the invoice still asks for.

    With ``mandate`` the customer is absent; it must be live, of that method, unattended, and allow the amount. Without,
    they have pressed for it, and have agreed before that it is kept for that. The row is committed before the provider
    is called; another open charge of the invoice is closed there first, and a charge of the same method whose answer is
    unknown is continued instead of begun anew. ``charges_before``: how many charges under a mandate the invoice had
    before this one; raises ChargedBefore where it has more, so that of callers who were killed or are slow one charge
    is made.

    Returns the attempt: SUCCEEDED; FAILED, with ``failure_code``; PENDING: with ``redirect_url`` where the attending
    customer must confirm to their bank, else the money is on its way. Not inside a transaction.
    Raises NotChargeable, and as ``starting.start``: PaymentUnavailable means unknown, and calling again continues.
    """
    try:
        attempt = _claimed(invoice, method, mandate, charges_before)
        if attempt.status != AttemptStatus.CREATED:
            return attempt
        return resume(attempt)
    except PaymentRefused:
        attempt.refresh_from_db()
        return attempt
    except OperationalError as exc:  # no lock in time: nothing was begun that a retry would repeat
        raise PaymentUnavailable from exc


def _claimed(
    invoice: Invoice, method: SavedMethod, mandate: Mandate | None, charges_before: int | None
) -> PaymentAttempt:
    for _try in range(_TRIES):
        with transaction.atomic(durable=True):
            locked = claiming.lock_open(invoice.pk, method.gateway)
            attempt = locked.attempts.filter(status__in=OPEN_ATTEMPT).first()
            if attempt is None:
                if charges_before is not None and unattended(locked).count() > charges_before:
                    raise ChargedBefore
                _check(locked, method, mandate)
                return claiming.claim_charge(locked, method, mandate)
            if attempt.saved_method_id == method.pk and attempt.mandate_id == (mandate.pk if mandate else None):
                return attempt
        starting.make_room(attempt, for_method=method.gateway)
    raise PaymentUnavailable


def unattended(invoice: Invoice) -> QuerySet[PaymentAttempt]:
    """The charges of an invoice that were made under a mandate, in their order."""
    return PaymentAttempt.objects.filter(invoice=invoice).exclude(mandate=None).order_by("pk")


def _check(invoice: Invoice, method: SavedMethod, mandate: Mandate | None) -> None:
    """Under the invoice's locks, and those of method and mandate: whoever removes or stops comes before or after."""
    method = states.lock(method)
    is_theirs = method.customer_id == invoice.customer_id
    if not is_theirs or method.status not in CHARGEABLE or not method.method_reference:
        raise NotChargeable
    if mandate is None:
        if not method.mandates.filter(scope=Scope.ATTENDED, ended_at=None).exists():
            raise NotChargeable
        return
    mandate = states.lock(mandate)
    is_live = mandate.ended_at is None and mandate.method_id == method.pk and mandate.scope in UNATTENDED
    due = part_payments.due(invoice)
    is_enough = mandate.amount_limit is None or (mandate.currency == invoice.currency and due <= mandate.amount_limit)
    if not (is_live and is_enough):
        raise NotChargeable
