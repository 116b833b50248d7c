"""The way from a product page to a paid order, in people per day.

The first two steps (seen, put in the cart) are counted visitors, the last two (ordered, paid) the customers of the
day's orders. Extensions of a license are left out: they start in the account or in the portal, not on a product page.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import astuple, dataclass
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from cms.statistics.models import DailyCount, Sighting, Step
from storefront.billing.models import InvoiceLine
from storefront.core.spans import Span, zone


@dataclass(frozen=True, slots=True)
class Steps:
    """People who took each step. ``orders``: orders with the product, extensions included."""

    viewers: int = 0
    added: int = 0
    ordered: int = 0
    paid: int = 0
    orders: int = 0

    def __add__(self, other: Steps) -> Steps:
        return Steps(*map(sum, zip(astuple(self), astuple(other), strict=True)))


#: By software product and day; None is the whole shop, where a person counts once however many products they saw.
Visits = dict[tuple[int | None, date], Steps]
_VIEW, _CART = Q(step=Step.VIEW), Q(step=Step.CART)
_NEW = Q(extends_license="")


def read(span: Span) -> Visits:
    """Five queries, whatever the amount of data."""
    visits: Visits = defaultdict(Steps)
    counts = _daily_counts(span)
    counted_days = {day for _software, day, *_counts in counts}
    counts += [row for row in _sightings(span) if row[1] not in counted_days]
    for software, day, viewers, added in counts:
        visits[software, day] += Steps(viewers=viewers, added=added)
    for software, day, orders, ordered, paid in _ordered(span):
        visits[software, day] += Steps(orders=orders, ordered=ordered, paid=paid)
    return visits


def total(visits: Visits, span: Span, software: int | None) -> Steps:
    """The sum of a span's days."""
    return sum((visits[software, day] for day in span.days if (software, day) in visits), Steps())


def _daily_counts(span: Span) -> list[tuple[int | None, date, int, int]]:
    counts = DailyCount.objects.filter(day__gte=span.first, day__lte=span.last)
    return list(counts.values_list("software", "day", "viewers", "added"))


def _sightings(span: Span) -> list[tuple[int | None, date, int, int]]:
    """The days that are not rolled up yet."""
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
