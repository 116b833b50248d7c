"""Cards that are good no more when the next renewal is due: their customers are told before it fails."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from checkout.renewals import announcing, mails
from storefront.core import clock
from storefront.core.instants import day_of
from storefront.licensing.models import Renewal
from storefront.licensing.states import AHEAD_RENEWAL, PaysFrom, SubscriptionStatus
from storefront.licensing.subscriptions import queries

#: Days before the renewal on which they are told.
STEPS = (30, 7)
_BATCH = 500


def tell() -> int:
    """A worker's job. Each step once for each renewal; a card that was renewed meanwhile is none. Returns how many."""
    now, done = clock.now(), 0
    rows = Renewal.objects.filter(
        status__in=AHEAD_RENEWAL, due_at__gt=now, subscription__status=SubscriptionStatus.ACTIVE
    ).select_related("subscription__customer", "license__customer")
    for step in sorted(STEPS):
        due = rows.filter(due_at__lte=now + timedelta(days=step)).exclude(expiry_told_days__lte=step)
        done += sum(_tell(row, step) for row in due.order_by("due_at", "pk")[:_BATCH])
    return done


def _tell(renewal: Renewal, step: int) -> bool:
    method = queries.method_of(renewal.subscription)
    if method is None or PaysFrom.METHOD not in renewal.subscription.sources:
        return False
    if not method.expires_before(day_of(renewal.due_at)):
        return False
    with transaction.atomic():
        _subscription, row = announcing.lock(renewal)
        if row.expiry_told_days is not None and row.expiry_told_days <= step:
            return False
        row.expiry_told_days = step
        row.save(update_fields=["expiry_told_days"])
        mails.card_expiring(row, method.label, method.expiry, step)
    return True
