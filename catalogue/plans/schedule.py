"""Discounts begin and end by themselves: the worker publishes the new prices when the time has come."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from catalogue.plans import publishing
from catalogue.plans.models import Discount
from storefront.core import clock


def publish_due() -> int:
    """Publish prices if a discount has begun or ended. Returns how many discounts did.

    One transaction publishes all prices and marks the discounts: a crash repeats it, and two workers at once publish
    the same prices.
    """
    count = Discount.objects.due(clock.now()).count()
    if count:
        publishing.publish_all(withdraw_zero_prices=True)
    return count


def next_moment(now: datetime) -> datetime | None:
    """When the next discount after ``now`` (UTC) begins or ends."""
    begins = Discount.objects.filter(starts_at__gt=now).aggregate(first=Min("starts_at"))["first"]
    ends = Discount.objects.filter(ends_at__gt=now).aggregate(first=Min("ends_at"))["first"]
    return min((moment for moment in (begins, ends) if moment), default=None)
