"""Visits of the last two months, written as the daily counts that are left of them."""

from __future__ import annotations

from datetime import date, timedelta

from catalogue.plans.models import SoftwareProduct
from cms.statistics import visits
from cms.statistics.models import DailyCount
from cms.statistics.visits import Visits
from storefront.core import clock
from storefront.core.spans import Span

COUNTED_DAYS = 60
#: Visitors a day: at least, and how many more there may be, in the order the products were made.
CROWDS = ((8, 7), (4, 4), (6, 5), (4, 3))


def count_visits() -> None:
    """Counts for every day but today, which is still being counted; never fewer people than ordered on that day."""
    today = clock.today()
    span = Span(today - timedelta(days=COUNTED_DAYS), today - timedelta(days=1))
    ordered = visits.read(span)
    products = list(SoftwareProduct.objects.order_by("pk").values_list("pk", flat=True))
    DailyCount.objects.bulk_create(
        count for day in span.days for count in _day(day, (today - day).days, products, ordered)
    )


def _day(day: date, age: int, products: list[int], ordered: Visits) -> list[DailyCount]:
    """One day: fewer visitors at the weekend, fewer two months ago, and never quite the same number."""
    counts = []
    for position, (least, spread) in enumerate(CROWDS[: len(products)]):
        chance = (day.toordinal() * 7919 + position * 104_729) % 101
        crowd = (least + spread * chance // 100) * (46 if day.weekday() > 4 else 100) * (140 - age // 2) // 10_000
        added = max(ordered[products[position], day].ordered, crowd * (12 + chance % 17) // 100)
        counts.append(DailyCount(day=day, software_id=products[position], viewers=max(crowd, added + 1), added=added))
    viewers, added = sum(count.viewers for count in counts), sum(count.added for count in counts)
    most = max((count.viewers for count in counts), default=0)
    whole = DailyCount(day=day, viewers=max(most, viewers * 82 // 100), added=max(ordered[None, day].ordered, added))
    return [*counts, whole]
