"""What customers agree to about renewals, as mandates. Each function needs a transaction with the customer's lock.

The saved method and the personal account are two consents with a mandate each: the one goes with its method, the other
stays. That of the account has no method, payment or setup.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from storefront.billing.models import Mandate, SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.billing.saved_methods import mandates
from storefront.billing.saved_methods.mandates import Terms
from storefront.licensing.models import Subscription
from storefront.licensing.states import PaysFrom

#: What the subjects of mandates for renewals begin with.
PREFIX = "subscription:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a customer agrees to: ``total`` with tax, in major units of ``currency``, is the most that one renewal may
    take. ``text`` is what they saw, in ``language``, from ``ip_address``. The rest is as in ``Subscription``."""

    months: int
    currency: str
    total: Decimal
    pays_from: str
    text: str
    language: str
    ip_address: str | None
    fallback: str = ""

    @property
    def sources(self) -> list[str]:
        return [self.pays_from, *([self.fallback] if self.fallback else [])]


def terms_of(subscription: Subscription, agreed: Agreed) -> Terms:
    """For whoever opens the page where the method is saved."""
    return Terms(
        scope=Scope.RENEWAL,
        text=agreed.text,
        language=agreed.language,
        ip_address=agreed.ip_address,
        subject=subscription.subject,
        currency=agreed.currency,
        amount_limit=agreed.total,
        months=agreed.months,
    )


def write(subscription: Subscription, agreed: Agreed, method: SavedMethod | None) -> None:
    """The mandates of what is agreed to now take the place of those before. ``method``: None if only the account pays,
    or if the page where the method is saved writes that one."""
    terms = terms_of(subscription, agreed)
    for before in of_account(subscription):
        mandates.end(before, by=mandates.REPLACED)
    if PaysFrom.ACCOUNT in agreed.sources:
        mandates.agree(customer=subscription.customer, terms=terms)
    if PaysFrom.METHOD not in agreed.sources:
        for before in of_method(subscription):
            mandates.end(before, by=mandates.REPLACED)
    elif method is not None:
        mandates.agree(customer=subscription.customer, terms=terms, method=method)


def end(subscription: Subscription, *, by: str) -> None:
    """No charge is begun for it any more, whatever is planned or being saved. ``by`` as in ``Mandate.ended_by``."""
    for mandate in Mandate.objects.filter(subject=subscription.subject, ended_at=None):
        mandates.end(mandate, by=by)


def of_method(subscription: Subscription) -> QuerySet[Mandate]:
    """The live one that names the saved method to charge; none if there is no method."""
    return mandates.live(subscription.customer, Scope.RENEWAL, subscription.subject)


def of_account(subscription: Subscription) -> QuerySet[Mandate]:
    """The live one that allows to take it from the personal account."""
    return Mandate.objects.filter(
        subject=subscription.subject, scope=Scope.RENEWAL, method=None, attempt=None, setup=None, ended_at=None
    )


def being_saved(subscription: Subscription) -> QuerySet[Mandate]:
    """One whose method a provider has still to save."""
    waiting = Mandate.objects.filter(subject=subscription.subject, scope=Scope.RENEWAL, method=None, ended_at=None)
    return waiting.exclude(attempt=None, setup=None)


def is_complete(subscription: Subscription) -> bool:
    """Whether all is agreed to that pays it first."""
    if subscription.pays_from == PaysFrom.ACCOUNT:
        return of_account(subscription).exists()
    return of_method(subscription).exists()
