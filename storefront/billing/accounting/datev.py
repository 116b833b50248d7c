"""The journal as DATEV reads it: Buchungsstapel, category 21, format version 13.

https://developer.datev.de/de/file-format/details/datev-format/format-description/booking-batch

Windows-1252, semicolons, CRLF, decimal comma; text in quotes. A line books one amount between two accounts, which is
what a movement of the ledger is; of sales a line books the gross amount, whose tax DATEV works out by the account or by
the tax key. DATEV dates have no year: a file is of one month. Another currency than that of the books is named with the
rate of the day and the amount in the books; where DATEV has no room for the rate, or for the third place of an amount,
the line is in the currency of the books alone, and the amount stands in its additional information.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from storefront.billing.accounting import accounts, home_currency, journal
from storefront.billing.accounting.accounts import SALES, TAX, Account
from storefront.billing.accounting.datev_columns import NAMES, TEXTS
from storefront.billing.accounting.home_currency import Rates
from storefront.billing.accounting.journal import Movement, Part
from storefront.billing.accounting.models import DatevSettings
from storefront.billing.accounting.tax_rows import is_oss
from storefront.billing.services.exchange import Rate
from storefront.billing.tax.territories import vat_prefix
from storefront.billing.tax.treatments import TaxTreatment
from storefront.core import clock, money
from storefront.core.instants import day_of
from storefront.core.spans import Span

ENCODING = "cp1252"
_FORMAT, _CATEGORY, _VERSION = 700, 21, 13
COLUMNS = len(NAMES)
#: Places of the columns that are filled in, from 0.
_AMOUNT, _SIDE, _CURRENCY, _RATE, _BASE, _BASE_CURRENCY, _ACCOUNT, _OTHER, _KEY, _DATE, _DOCUMENT = range(11)
_TEXT, _VAT_ID, _EU_RATE, _INFO_KIND, _INFO, _LOCKED = 13, 39, 40, 47, 48, 113
#: What the column of the exchange rate can hold, and how many places amounts have.
_LEAST_RATE, _MOST_RATE, _PLACES = Decimal(1), Decimal("9999.999999"), 2
_SMALLEST = Decimal("0.01")
#: Days without a rate that are named at most.
_NAMED = 3
#: What Belegfeld 1 may hold.
_NOT_IN_DOCUMENT = re.compile(r"[^0-9A-Za-z$&%*+\-/]")
_NO_WORD = re.compile(r"\W", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


class NotReady(Exception):
    """``missing``: accounts without a number and days without an exchange rate, in words."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


@dataclass(frozen=True, slots=True)
class _Pair:
    """One line: ``amount`` above zero in credit of ``account``, below in debit; ``other`` is the account against it."""

    account: Part
    other: str
    amount: Decimal


def lines(span: Span, currency: str, *, by: str) -> Iterator[bytes]:
    """The file for one currency, line by line; ``by``: who makes it. Raises NotReady before the first line."""
    head = DatevSettings.objects.first()
    chart = accounts.chart()
    missing = [] if head and head.consultant and head.client else ["DATEV"]
    missing += [chart[slot].name for slot in _used(span, currency) if slot in chart and not chart[slot].number]
    rates = Rates(currency, home_currency.of_the_books())
    missing += _without_rate(span, rates)
    if missing or head is None:
        raise NotReady(list(dict.fromkeys(missing)))
    yield _line(_head(span, currency, head, by, rates.home))
    yield _line(list(map(_Bare, NAMES)))
    for moved in journal.movements(span, currency=currency):
        for pair in _pairs(moved):
            yield _line(_booked(moved, pair, chart, head, rates))


def _without_rate(span: Span, rates: Rates) -> list[str]:
    if not rates.is_foreign:
        return []
    days = dict.fromkeys(day_of(moved.at) for moved in journal.movements(span, currency=rates.currency))
    unknown = [day for day in days if rates.on(day) is None]
    text = _("the rate of %(currency)s on %(day)s")
    return [text % {"currency": rates.currency, "day": date_format(day)} for day in unknown[:_NAMED]]


def _used(span: Span, currency: str) -> list[str]:
    """Slots that a line would name."""
    found: dict[str, None] = {}
    for moved in journal.movements(span, currency=currency):
        for pair in _pairs(moved):
            found[pair.account.slot] = found[pair.other] = None
    return list(found)


def _pairs(moved: Movement) -> Iterator[_Pair]:
    """Every part against the personal account, or against the one other account there is."""
    kept = [part for part in moved.parts if not part.slot.startswith(TAX)]
    against = next((part.slot for part in kept if part.slot == accounts.CUSTOMERS), kept[-1].slot)
    for part in kept:
        if part.slot != against and part.amount + part.tax:
            yield _Pair(part, against, part.amount + part.tax)


def _head(span: Span, currency: str, head: DatevSettings, by: str, home: str) -> list[object]:
    begins = date(span.first.year - (span.first.month < head.year_begins), head.year_begins, 1)
    made_at = f"{timezone.localtime(clock.now()):%Y%m%d%H%M%S%f}"[:17]
    return [
        "EXTF", _FORMAT, _CATEGORY, "Buchungsstapel", _VERSION, _Bare(made_at), None, "", _NO_WORD.sub("", by)[:25], "",
        head.consultant,
        head.client, _ymd(begins), head.account_length, _ymd(span.first), _ymd(span.last),
        f"Shop {span.first:%m/%Y} {currency}", "", 1, 0, 0, home, None, "", None, None, "", None, None, "", "",
    ]  # fmt: skip


def _booked(moved: Movement, pair: _Pair, chart: dict[str, Account], head: DatevSettings, rates: Rates) -> list[object]:
    cells: list[object] = ["" if place in TEXTS else None for place in range(COLUMNS)]
    part, day = pair.account, day_of(moved.at)
    cells[_SIDE] = "H" if pair.amount > 0 else "S"
    for place, value in _amounts(abs(pair.amount), rates, rates.on(day) if rates.is_foreign else None):
        cells[place] = value
    cells[_ACCOUNT] = _number(chart[part.slot], head)
    cells[_OTHER] = _number(chart[pair.other], head)
    cells[_DATE] = _Bare(f"{day:%d%m}")
    cells[_DOCUMENT] = _NOT_IN_DOCUMENT.sub("", moved.document)[:36]
    payer = str(moved.payer.get("company") or moved.payer.get("name") or "")
    cells[_TEXT] = f"{moved.kind} {payer}".strip()[:60]
    if part.slot.startswith(SALES):
        cells[_KEY] = chart[part.slot].tax_key.rjust(4, "0") if chart[part.slot].tax_key else ""
        if is_oss(part.treatment, part.country):
            cells[_VAT_ID] = vat_prefix(part.country)
            cells[_EU_RATE] = None if part.rate is None else _Bare(_decimal(part.rate).rjust(5, "0"))
        elif part.treatment == TaxTreatment.REVERSE_CHARGE:
            cells[_VAT_ID] = str(moved.payer.get("vat_id") or "")[:15]
    cells[_LOCKED] = 0
    return cells


def _amounts(amount: Decimal, rates: Rates, rate: Rate | None) -> Iterator[tuple[int, object]]:
    """The rate is that of WKZ Umsatz to WKZ Basis-Umsatz: so much of the currency for one of the books."""
    if rate is None:
        yield from ((_AMOUNT, amount), (_CURRENCY, rates.currency))
        return
    base = max(rate.converted(amount), _SMALLEST)
    each = 1 / rate.factor
    if money.places(rates.currency) <= _PLACES and _LEAST_RATE <= each <= _MOST_RATE:
        yield from ((_AMOUNT, amount), (_CURRENCY, rates.currency), (_RATE, _Bare(_decimal(each, places=6))))
        yield from ((_BASE, base), (_BASE_CURRENCY, rates.home))
        return
    yield from ((_AMOUNT, base), (_CURRENCY, rates.home))
    yield from ((_INFO_KIND, rates.currency), (_INFO, _decimal(amount, places=money.places(rates.currency))))


class _Bare(str):
    """Written as it is, without quotes."""


def _number(account: Account, head: DatevSettings) -> _Bare:
    return _Bare(account.number.rjust(head.account_length, "0"))


def _decimal(number: Decimal, *, places: int = _PLACES) -> str:
    return f"{number:.{places}f}".replace(".", ",")


def _ymd(day: date | datetime) -> int:
    return int(f"{day:%Y%m%d}")


def _line(cells: list[object]) -> bytes:
    return (";".join(map(_cell, cells)) + "\r\n").encode(ENCODING, "replace")


def _cell(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return _decimal(cell)
    if isinstance(cell, int | _Bare):
        return str(cell)
    text = _CONTROLS.sub(" ", str(cell)).replace('"', '""')
    return f'"{text}"'
