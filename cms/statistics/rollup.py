"""After a day its sightings become counts; its hashes and its salt are deleted."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Count, Q

from cms.statistics import days
from cms.statistics.models import DailyCount, DaySalt, Sighting, Step

_VIEW, _CART = Q(step=Step.VIEW), Q(step=Step.CART)


def roll_up() -> int:
    """Roll up every day that is over; returns how many. Idempotent, and safe to run twice at once: a day's counts are
    written once."""
    open_days = set(DaySalt.objects.values_list("day", flat=True)) | set(
        Sighting.objects.order_by().values_list("day", flat=True).distinct()
    )
    closed = sorted(day for day in open_days if days.is_closed(day))
    for day in closed:
        _roll_up(day)
    return len(closed)


@transaction.atomic
def _roll_up(day: date) -> None:
    sightings = Sighting.objects.filter(day=day)
    if not DailyCount.objects.filter(day=day, software=None).exists():
        by_product = sightings.order_by().values_list("software")
        rows = by_product.annotate(seen=Count("pk", filter=_VIEW), put=Count("pk", filter=_CART))
        counts = [DailyCount(day=day, software_id=pk, viewers=seen, added=put) for pk, seen, put in rows]
        whole = sightings.aggregate(
            viewers=Count("visitor", distinct=True, filter=_VIEW), added=Count("visitor", distinct=True, filter=_CART)
        )
        if counts:
            DailyCount.objects.bulk_create([*counts, DailyCount(day=day, **whole)], ignore_conflicts=True)
    sightings.delete()
    DaySalt.objects.filter(day=day).delete()
