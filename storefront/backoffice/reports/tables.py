"""What a report shows: sections of a picture and a table, and the figures above them. Each cell is a text for the page
and a value for the export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from storefront.backoffice.reports.pictures import Part
from storefront.core import money
from storefront.core.charts import Chart
from storefront.core.figures import number, percent, rate
from storefront.core.instants import instant

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Cell:
    text: Words
    value: Any
    url: str = ""
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Head:
    label: Words
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """``definition``: what is counted, in a line beneath it. ``total`` is not exported, so that a column can be added
    up. ``currency`` becomes a column of the export."""

    title: Words
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    definition: Words = ""
    total: Sequence[Cell] = ()
    currency: str = ""
    chart: Chart | None = None
    parts: Sequence[Part] = ()
    notes: Sequence[Words] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the overview and, if it is compared, that of the period ``before``; ``definition``: what is counted.
    ``trend``: "up", "down" or ""."""

    label: Words
    value: Cell
    definition: Words
    before: Cell | None = None
    trend: str = ""
    url: str = ""
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """``currency``: that of its figures, "" where they are no money."""

    title: Words
    figures: Sequence[Figure]
    chart: Chart | None = None
    currency: str = ""


def words(text: Words, *, url: str = "", value: Any = None) -> Cell:
    return Cell(text, str(text) if value is None else value, url, is_number=False)


def amount(value: Decimal, currency: str, *, url: str = "") -> Cell:
    exact = money.quantize(value, currency)
    return Cell(money.display(exact, currency), exact, url)


def count(value: int, *, url: str = "") -> Cell:
    return Cell(number(value), value, url if value else "")


def share(part: Decimal | int, whole: Decimal | int) -> Cell:
    """In per cent, as a number in the export; a dash for a share of nothing."""
    exact = percent(part, whole)
    return Cell(rate(part, whole), "" if exact is None else exact)


def day(value: date, *, url: str = "") -> Cell:
    return Cell(date_format(value, "SHORT_DATE_FORMAT"), value.isoformat(), url, is_number=False)


def moment(value: datetime) -> Cell:
    return Cell(instant(value, "short"), value, is_number=False)


def export(tables: Sequence[Table], more: Sequence[tuple[Words, Any]]) -> Iterator[list[Any]]:
    """The rows of all tables under their headings, those once where tables have the same; ``more``: heading and value
    of columns that are the same in every row."""
    is_named, has_currency = len({str(table.title) for table in tables}) > 1, any(table.currency for table in tables)
    written: list[str] | None = None
    for table in tables or [Table(title="", heads=(), rows=())]:
        heads = [str(head.label) for head in table.heads]
        if heads != written:
            written = heads
            yield [
                *([_("Table")] if is_named else []),
                *heads,
                *([_("Currency")] if has_currency else []),
                *(str(label) for label, _value in more),
            ]
        for row in table.rows:
            yield [
                *([str(table.title)] if is_named else []),
                *(cell.value for cell in row),
                *([table.currency] if has_currency else []),
                *(value for _label, value in more),
            ]
