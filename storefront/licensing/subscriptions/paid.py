"""What becomes of renewals when an invoice is paid, replaced or made void. In the transaction that does it."""

from __future__ import annotations

from storefront.billing.models import Invoice
from storefront.core import clock, states
from storefront.licensing.models import LicensePeriod, Renewal, Subscription
from storefront.licensing.states import RENEWAL_TRANSITIONS, UNPAID_RENEWAL, RenewalStatus, SubscriptionStatus
from storefront.licensing.subscriptions import planning, stopping

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


def not_paid(invoice: Invoice) -> None:
    """The invoice was made void: what it would have renewed is over, and so is renewing by itself."""
    renewal = Renewal.objects.filter(invoice=invoice, status__in=UNPAID_RENEWAL).first()
    if renewal is not None:
        stopping.stop(renewal.subscription, by=stopping.LAPSED)


def replaced(invoice: Invoice) -> None:
    """The invoice takes the place of an unpaid one: what hung on that one hangs on this one."""
    renewal = Renewal.objects.filter(invoice=invoice.replaces_id).first()
    if renewal is not None:
        renewal.tries.filter(ended_at=None).update(ended_at=clock.now(), outcome="replaced")
        Renewal.objects.filter(pk=renewal.pk).update(invoice=invoice)


def lines_replaced(invoice: Invoice) -> None:
    """The same for what was agreed to with its lines, once these are written."""
    lines = dict(invoice.lines.values_list("position", "pk"))
    waiting = Subscription.objects.filter(
        invoice_line__invoice=invoice.replaces_id, status=SubscriptionStatus.WAITING
    ).select_related("invoice_line")
    for subscription in waiting:
        if subscription.invoice_line and (line := lines.get(subscription.invoice_line.position)):
            Subscription.objects.filter(pk=subscription.pk).update(invoice_line=line)


def _close(renewal: Renewal) -> None:
    now = clock.now()
    renewal.tries.filter(ended_at=None).update(ended_at=now, outcome=PAID)
    states.apply(renewal, RenewalStatus.PAID, table=RENEWAL_TRANSITIONS, next_try_at=None, ended_at=now, problem="")
