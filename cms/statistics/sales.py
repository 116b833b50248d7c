"""Orders and income, day by day. Income is what the ledger says: goods really paid for, less what went back.

The day is that of the booking: a refund lowers the income of the day it was made. Money on a personal account is not
income, it is still the customer's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.functions import TruncDate
from oscar.apps.order.models import Order

from cms.statistics.days import Span, zone
from storefront.billing.models import LedgerEntry
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services.orders import PAID, REFUNDED
from storefront.core import money

#: Amounts per day in major units of one currency.
Series = dict[date, Decimal]
_LINES = "transaction__invoice__lines__"
_SOFTWARE = f"{_LINES}software_id"
_INVOICED = F("transaction__invoice__amount")


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
    income = _income(span)
    return Sales(_orders(span), income, _by_product(span, income))


def _orders(span: Span) -> dict[date, tuple[int, int]]:
    placed = Order.objects.filter(date_placed__gte=span.start, date_placed__lt=span.end).order_by()
    days = placed.annotate(day=TruncDate("date_placed", tzinfo=zone())).values_list("day")
    rows = days.annotate(placed=Count("pk"), paid=Count("pk", filter=Q(status__in=(PAID, REFUNDED))))
    return {day: (number, paid) for day, number, paid in rows}


def _booked(span: Span) -> QuerySet[Any, Any]:
    """Goods sold (positive) and refunded (negative)."""
    entries = LedgerEntry.objects.filter(
        account__kind=AccountKind.SALES, created_at__gte=span.start, created_at__lt=span.end
    )
    return entries.order_by().annotate(day=TruncDate("created_at", tzinfo=zone()))


def _income(span: Span) -> dict[str, Series]:
    income: dict[str, Series] = defaultdict(dict)
    for currency, day, amount in _booked(span).values_list("account__currency", "day").annotate(sum=Sum("amount")):
        income[currency][day] = money.quantize(amount, currency)
    return dict(income)


def _by_product(span: Span, income: dict[str, Series]) -> dict[tuple[int | None, str], Series]:
    """The database adds up the lines of invoices booked in full; a partial refund is shared among its lines.

    The rest of the income (none as long as every line is a license) belongs to None.
    """
    sums: dict[tuple[int | None, str], Series] = defaultdict(lambda: defaultdict(Decimal))
    for software, currency, day, amount in (*_booked_in_full(span), *_booked_in_part(span)):
        sums[software, currency][day] += money.quantize(amount, currency)
    for currency, series in income.items():
        for day, amount in series.items():
            of_products = [each[day] for (_, code), each in sums.items() if code == currency and day in each]
            if rest := amount - sum(of_products, Decimal(0)):
                sums[None, currency][day] += rest
    return {key: dict(series) for key, series in sums.items()}


def _booked_in_full(span: Span) -> Iterator[tuple[int | None, str, date, Decimal]]:
    line = f"{_LINES}amount"
    entries = _booked(span).filter(Q(amount=_INVOICED) | Q(amount=-_INVOICED))
    signed = Sum(Case(When(amount__gt=0, then=F(line)), default=-F(line)))
    yield from entries.values_list(_SOFTWARE, "account__currency", "day").annotate(sum=signed)


def _booked_in_part(span: Span) -> Iterator[tuple[int | None, str, date, Decimal]]:
    entries = _booked(span).exclude(Q(amount=_INVOICED) | Q(amount=-_INVOICED))
    rows = entries.values_list("pk", _SOFTWARE, "account__currency", "day", "amount", f"{_LINES}amount").order_by(
        "pk", f"{_LINES}position"
    )
    for _, group in groupby(rows, key=lambda row: row[0]):
        lines = list(group)
        currency, day, amount = lines[0][2:5]
        shares = money.allocate(abs(amount), [row[5] for row in lines], currency)
        for row, share in zip(lines, shares, strict=True):
            yield row[1], currency, day, share if amount > 0 else -share
