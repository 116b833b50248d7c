"""The periods to come: one row for the next one of each subscription, as the license stands now."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from storefront.billing.states import InvoiceStatus
from storefront.core import clock, states
from storefront.core.periods import add_months
from storefront.licensing.models import License, Renewal, Subscription
from storefront.licensing.states import (
    AHEAD_RENEWAL,
    RENEWAL_TRANSITIONS,
    UNPAID_RENEWAL,
    LicenseStatus,
    RenewalStatus,
    SubscriptionStatus,
)
from storefront.licensing.subscriptions import timing
from storefront.users.models import User

_BATCH = 500
#: So many periods in a row may be skipped.
_MOST_SKIPPED = 24


def plan_all() -> int:
    """A worker's job: see that the next period of each subscription has its row, and that no other is open. Returns
    for how many that was not so."""
    begun = Subscription.objects.filter(status=SubscriptionStatus.ACTIVE, license__begins_by=None).order_by("pk")
    loose = [
        pk
        for pk, license_id, end in begun.values_list("pk", "license_id", "license__valid_until").iterator()
        if not Renewal.objects.filter(license=license_id, extends_from=end, subscription=pk).exists()
    ]
    stale = Renewal.objects.filter(status__in=(*AHEAD_RENEWAL, *UNPAID_RENEWAL)).exclude(
        extends_from__gte=F("license__valid_until")
    )
    keys = dict.fromkeys([*loose, *stale.values_list("subscription_id", flat=True)])
    return sum(plan(pk) for pk in list(keys)[:_BATCH])


def plan(subscription_id: int) -> bool:
    """The same for one subscription. Returns whether something changed."""
    with transaction.atomic():
        customer_id = Subscription.objects.values_list("customer_id", flat=True).get(pk=subscription_id)
        states.lock(User(pk=customer_id))
        subscription = states.lock(Subscription(pk=subscription_id))
        return plan_locked(subscription)


def plan_locked(subscription: Subscription) -> bool:
    """The same in a transaction that holds the customer's lock and the subscription's."""
    license = subscription.license
    if subscription.status != SubscriptionStatus.ACTIVE or license is None or not _has_end(license):
        return False
    now = clock.now()
    changed = _move_others(subscription, license, now)
    begin, skipped = license.valid_until, 0
    for _period in range(_MOST_SKIPPED):
        row = Renewal.objects.filter(license=license, extends_from=begin).first()
        if row is None:
            _create(subscription, license, begin)
            return True
        if row.status != RenewalStatus.SKIPPED:
            return _revive(row, subscription) or changed
        skipped += row.months
        begin = end_after(license, skipped)
    return changed


def end_after(license: License, months: int) -> datetime:
    """When the license would end had it been extended by so many more months without a gap."""
    end = add_months(license.anchor_at, license.months)
    if license.months and end == license.valid_until:
        return add_months(license.anchor_at, license.months + months)
    return add_months(license.valid_until, months)


def end_row(row: Renewal, status: RenewalStatus, *, problem: str = "") -> bool:
    """Close a locked row; its invoice, if it has one, is closed by the worker (``checkout.renewals.closing``)."""
    return states.apply(
        row, status, table=RENEWAL_TRANSITIONS, next_try_at=None, ended_at=clock.now(), problem=problem[:100]
    )


def _has_end(license: License) -> bool:
    """Before its time has begun, or while it is not paid for, nobody knows when it ends."""
    is_waiting = license.begins_by is not None or license.provisional_until is not None
    return not is_waiting and license.status != LicenseStatus.REVOKED


def _move_others(subscription: Subscription, license: License, now: datetime) -> bool:
    """A row of another end than the license has now, and that was not skipped to, is not needed any more."""
    rows = Renewal.objects.filter(license=license, status__in=(*AHEAD_RENEWAL, *UNPAID_RENEWAL))
    changed = False
    for row in rows.exclude(extends_from=license.valid_until).order_by("pk"):
        if row.extends_from < license.valid_until or not _is_skipped_to(row, license):
            changed |= end_row(states.lock(row), RenewalStatus.MOVED)
    return changed


def _is_skipped_to(row: Renewal, license: License) -> bool:
    before = Renewal.objects.filter(license=license, status=RenewalStatus.SKIPPED, extends_from__lt=row.extends_from)
    return before.filter(extends_from__gte=license.valid_until).exists()


def _create(subscription: Subscription, license: License, begin: datetime) -> Renewal:
    zone = timing.zone_of_customer(subscription.customer)
    return Renewal.objects.create(
        subscription=subscription,
        license=license,
        extends_from=begin,
        due_at=timing.due_at(begin, zone, subscription.pk),
        months=subscription.months,
        currency=subscription.currency,
        next_try_at=clock.now(),
    )


def _revive(row: Renewal, subscription: Subscription) -> bool:
    """Plan a period anew that a stopped subscription gave up, or that was needed no more for a while; never one that
    was paid or whose invoice can still be."""
    if row.status not in (RenewalStatus.STOPPED, RenewalStatus.MOVED):
        return False
    row = states.lock(row)
    if row.invoice is not None and row.invoice.status != InvoiceStatus.VOID:
        return False
    if row.tries.filter(ended_at=None).exists():
        return False
    is_spent = row.invoice is not None
    row.invoice, row.round = None, row.round + is_spent
    row.subscription, row.months, row.currency = subscription, subscription.months, subscription.currency
    row.save(update_fields=["invoice", "round", "subscription", "months", "currency"])
    return replan(row)


def replan(row: Renewal) -> bool:
    """Have a locked row announced anew, before anything is charged."""
    return states.apply(
        row, RenewalStatus.PLANNED, table=RENEWAL_TRANSITIONS, total=None, notice_key="", notice_days=None,
        noticed_at=None, problem="", ended_at=None, next_try_at=clock.now(),
    )  # fmt: skip
