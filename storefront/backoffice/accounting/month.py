"""The month that a page or a file is about, as its address says: ``?month=2026-10``."""

from __future__ import annotations

import re
from datetime import date

from django.db.models import Min
from django.http import QueryDict
from django.utils.formats import date_format

from storefront.billing.models import LedgerTransaction
from storefront.core import clock
from storefront.core.instants import day_of
from storefront.core.spans import Span, months_from, shifted

_MONTH = re.compile(r"(20\d\d|21\d\d)-(0[1-9]|1[0-2])", re.ASCII)
#: Months that the list offers at most.
MOST = 120


def read(query: QueryDict) -> Span:
    """The month asked for; the last whole one where none is, or nonsense."""
    found = _MONTH.fullmatch(query.get("month", ""))
    if found is None:
        return months_from(shifted(clock.today().replace(day=1), -1), 1)
    return months_from(date(int(found[1]), int(found[2]), 1), 1)


def value(span: Span) -> str:
    return f"{span.first:%Y-%m}"


def choices(span: Span) -> list[tuple[str, str, bool]]:
    """Value and name of every month from the first booking until today, the latest first; whether it is ``span``."""
    began = LedgerTransaction.objects.aggregate(began=Min("created_at"))["began"]
    this, first = clock.today().replace(day=1), day_of(began).replace(day=1) if began else span.first
    months: list[date] = []
    while this >= min(first, span.first) and len(months) < MOST:
        months.append(this)
        this = shifted(this, -1)
    if span.first not in months:
        months.insert(0, span.first)
    return [(f"{each:%Y-%m}", str(date_format(each, "F Y")), each == span.first) for each in months]
