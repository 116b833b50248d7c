"""A license was paid for: what becomes of the periods to come. In the transaction that settles the money."""

from __future__ import annotations

from storefront.billing.models import Invoice
from storefront.core import clock, states
from storefront.licensing.models import LicensePeriod, Renewal, Subscription
from storefront.licensing.states import RENEWAL_TRANSITIONS, RenewalStatus, SubscriptionStatus
from storefront.licensing.subscriptions import planning

#: ``RenewalTry.outcome`` of the one that was paid.
PAID = "paid"


def note(invoice: Invoice) -> None:
    """The invoice is paid, whoever paid it and with what, and its licenses are extended: its renewal is over, and so
    is any that a purchase by hand has made needless; the next one is planned."""
    renewal = Renewal.objects.filter(invoice=invoice).first()
    if renewal is not None:
        _close(states.lock(renewal))
    licenses = LicensePeriod.objects.filter(invoice_line__invoice=invoice).values("license")
    for subscription in Subscription.objects.filter(license__in=licenses, status=SubscriptionStatus.ACTIVE):
        planning.plan_locked(states.lock(subscription))


def _close(renewal: Renewal) -> None:
    now = clock.now()
    renewal.tries.filter(ended_at=None).update(ended_at=now, outcome=PAID)
    states.apply(renewal, RenewalStatus.PAID, table=RENEWAL_TRANSITIONS, next_try_at=None, ended_at=now, problem="")
