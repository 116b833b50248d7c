"""Orders and income, day by day. Income is that of ``billing.reports.income``, which the reports show, too."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from oscar.apps.order.models import Order

from storefront.billing.reports import income
from storefront.billing.reports.dimensions import DAY, PRODUCT
from storefront.billing.reports.income import Rest
from storefront.billing.services.orders import PAID, REFUNDED
from storefront.core.spans import Span, zone

#: Amounts per day in major units of one currency.
Series = dict[date, Decimal]


@dataclass(frozen=True, slots=True)
class Sales:
    """``orders``: per day how many were placed and how many of those are paid (also if refunded since).

    ``income``: per currency. ``by_product``: the same per software product and currency; None holds what belongs to
    no product. The products of a currency add up to its income, to the cent.
    """

    orders: dict[date, tuple[int, int]]
    income: dict[str, Series]
    by_product: dict[tuple[int | None, str], Series]


def read(span: Span) -> Sales:
    """Four queries, whatever the amount of data."""
    total: dict[str, Series] = defaultdict(lambda: defaultdict(Decimal))
    by_product: dict[tuple[int | None, str], Series] = defaultdict(lambda: defaultdict(Decimal))
    for (software, day, currency), takings in income.split(span, PRODUCT, DAY).items():
        total[currency][day] += takings.income
        by_product[None if software is Rest.NOT_OF_A_LINE else software, currency][day] += takings.income
    return Sales(_orders(span), dict(total), dict(by_product))


def _orders(span: Span) -> dict[date, tuple[int, int]]:
    placed = Order.objects.filter(date_placed__gte=span.start, date_placed__lt=span.end).order_by()
    days = placed.annotate(day=TruncDate("date_placed", tzinfo=zone())).values_list("day")
    rows = days.annotate(placed=Count("pk"), paid=Count("pk", filter=Q(status__in=(PAID, REFUNDED))))
    return {day: (number, paid) for day, number, paid in rows}
