"""The way from a product page to a paid order, in people per day.

Who looked and who filled a cart was counted (different visitors of each day); who ordered and who paid are the
customers of the day's orders. Orders that only extend a license begin in the account or in the portal, not on a product
page, and are left out here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from cms.statistics.days import Span, zone
from cms.statistics.models import DailyCount, Sighting, Step
from storefront.billing.models import InvoiceLine


@dataclass(slots=True)
class Steps:
    """People who came so far. ``orders``: orders with the product, extensions too."""

    viewers: int = 0
    added: int = 0
    ordered: int = 0
    paid: int = 0
    orders: int = 0

    def __iadd__(self, other: Steps) -> Steps:
        self.viewers += other.viewers
        self.added += other.added
        self.ordered += other.ordered
        self.paid += other.paid
        self.orders += other.orders
        return self


#: Per software product and day; None is the whole shop, where a person is counted once however many products he saw.
Visits = dict[tuple[int | None, date], Steps]
_VIEW, _CART = Q(step=Step.VIEW), Q(step=Step.CART)
_NEW = Q(extends_license="")


def read(span: Span) -> Visits:
    """Five queries, whatever there is."""
    found: Visits = defaultdict(Steps)
    summed = set()
    for software, day, viewers, added in _counted(span):
        found[software, day] += Steps(viewers=viewers, added=added)
        summed.add(day)
    for software, day, viewers, added in _seen_lately(span):
        if day not in summed:
            found[software, day] += Steps(viewers=viewers, added=added)
    for software, day, orders, ordered, paid in _ordered(span):
        found[software, day] += Steps(orders=orders, ordered=ordered, paid=paid)
    return found


def total(visits: Visits, span: Span, software: int | None) -> Steps:
    """The sum of a span's days."""
    sums = Steps()
    for day in span.days:
        if (software, day) in visits:
            sums += visits[software, day]
    return sums


def _counted(span: Span) -> list[tuple[int | None, date, int, int]]:
    counts = DailyCount.objects.filter(day__gte=span.first, day__lte=span.last)
    return list(counts.values_list("software", "day", "viewers", "added"))


def _seen_lately(span: Span) -> list[tuple[int | None, date, int, int]]:
    """The days that are not summed up yet."""
    sightings = Sighting.objects.filter(day__gte=span.first, day__lte=span.last).order_by()
    by_product = sightings.values_list("software", "day")
    rows = list(by_product.annotate(viewers=Count("pk", filter=_VIEW), carts=Count("pk", filter=_CART)))
    whole = sightings.values_list("day").annotate(
        viewers=Count("visitor", distinct=True, filter=_VIEW), carts=Count("visitor", distinct=True, filter=_CART)
    )
    return [*rows, *((None, *row) for row in whole)]


def _ordered(span: Span) -> list[tuple[int | None, date, int, int, int]]:
    lines = InvoiceLine.objects.filter(
        invoice__order__date_placed__gte=span.start, invoice__order__date_placed__lt=span.end
    ).order_by()
    dated = lines.annotate(day=TruncDate("invoice__order__date_placed", tzinfo=zone()))
    counts = {
        "orders": Count("invoice__order", distinct=True),
        "ordered": Count("invoice__customer", distinct=True, filter=_NEW),
        "paid": Count("invoice__customer", distinct=True, filter=_NEW & Q(invoice__paid_at__isnull=False)),
    }
    by_product = dated.exclude(software_id=None)
    rows = list(by_product.values_list("software_id", "day").annotate(**counts))
    whole = dated.values_list("day").annotate(**counts)
    return [*rows, *((None, *row) for row in whole)]
