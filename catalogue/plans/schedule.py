"""Discounts that start and end by themselves: the worker publishes the prices of a moment when it has come."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from catalogue.plans import publishing
from catalogue.plans.discounts import in_force
from catalogue.plans.models import Discount
from storefront.core import clock


def publish_due() -> int:
    """Publish prices if a discount has begun or ended since. Returns how many discounts those were.

    All prices are published in one transaction, which also notes the discounts as done: a crash repeats it, two
    workers at once publish the same prices.
    """
    count = due().count()
    if count:
        publishing.publish_all(withdraw_zero_prices=True)
    return count


def next_moment(now: datetime) -> datetime | None:
    """When a discount begins or ends next after ``now`` (UTC)."""
    begins = Discount.objects.filter(starts_at__gt=now).aggregate(first=Min("starts_at"))["first"]
    ends = Discount.objects.filter(ends_at__gt=now).aggregate(first=Min("ends_at"))["first"]
    return min((moment for moment in (begins, ends) if moment), default=None)


def due() -> QuerySet[Discount]:
    """The discounts that have begun or ended since prices were published last."""
    is_now = Exists(in_force(clock.now()).filter(pk=OuterRef("pk")))
    return Discount.objects.filter(Q(is_now, is_applied=False) | (~Q(is_now) & Q(is_applied=True)))
