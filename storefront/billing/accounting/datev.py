"""The journal as DATEV reads it: Buchungsstapel, category 21, format version 13.

https://developer.datev.de/de/file-format/details/datev-format/format-description/booking-batch

Windows-1252, semicolons, CRLF, decimal comma; text in quotes. A line books one amount between two accounts, which is
what a movement of the ledger is; of sales a line books the gross amount, whose tax DATEV works out by the account or by
the tax key. DATEV dates have no year: a file is of one month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from storefront.billing.accounting import accounts, journal
from storefront.billing.accounting.accounts import SALES, TAX, Account
from storefront.billing.accounting.journal import Movement, Part
from storefront.billing.accounting.models import DatevSettings
from storefront.billing.tax.treatments import TaxTreatment
from storefront.core import clock
from storefront.core.instants import day_of
from storefront.core.spans import Span

ENCODING = "cp1252"
_FORMAT, _CATEGORY, _VERSION = 700, 21, 13
COLUMNS = 125
#: Places of the columns that are filled in, from 0.
_AMOUNT, _SIDE, _CURRENCY, _ACCOUNT, _OTHER, _KEY, _DATE, _DOCUMENT, _TEXT = 0, 1, 2, 6, 7, 8, 9, 10, 13
_VAT_ID, _EU_RATE, _LOCKED = 39, 40, 113
_NAMES = {
    _AMOUNT: "Umsatz (ohne Soll/Haben-Kz)", _SIDE: "Soll/Haben-Kennzeichen", _CURRENCY: "WKZ Umsatz",
    _ACCOUNT: "Konto", _OTHER: "Gegenkonto (ohne BU-Schlüssel)", _KEY: "BU-Schlüssel", _DATE: "Belegdatum",
    _DOCUMENT: "Belegfeld 1", _TEXT: "Buchungstext", _VAT_ID: "EU-Land u. UStID (Bestimmung)",
    _EU_RATE: "EU-Steuersatz (Bestimmung)", _LOCKED: "Festschreibung",
}  # fmt: skip
#: What Belegfeld 1 may hold.
_NOT_IN_DOCUMENT = re.compile(r"[^0-9A-Za-z$&%*+\-/]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


class NotReady(Exception):
    """``missing``: what has no number yet, in words."""

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
    if missing or head is None:
        raise NotReady(list(dict.fromkeys(missing)))
    yield _line(_head(span, currency, head, by))
    yield _line([_NAMES.get(place, f"Feld {place + 1}") for place in range(COLUMNS)], is_heading=True)
    for moved in journal.movements(span, currency=currency):
        for pair in _pairs(moved):
            yield _line(_booked(moved, pair, chart, head))


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


def _head(span: Span, currency: str, head: DatevSettings, by: str) -> list[object]:
    begins = date(span.first.year - (span.first.month < head.year_begins), head.year_begins, 1)
    made_at = f"{timezone.localtime(clock.now()):%Y%m%d%H%M%S%f}"[:17]
    return [
        "EXTF", _FORMAT, _CATEGORY, "Buchungsstapel", _VERSION, int(made_at), None, "", by[:25], "", head.consultant,
        head.client, _ymd(begins), head.account_length, _ymd(span.first), _ymd(span.last),
        f"Shop {span.first:%m/%Y} {currency}", "", 1, 0, 0, currency, None, "", None, None, "", None, None, "", "",
    ]  # fmt: skip


def _booked(moved: Movement, pair: _Pair, chart: dict[str, Account], head: DatevSettings) -> list[object]:
    cells: list[object] = [None] * COLUMNS
    part, day = pair.account, day_of(moved.at)
    cells[_AMOUNT], cells[_SIDE], cells[_CURRENCY] = abs(pair.amount), "H" if pair.amount > 0 else "S", moved.currency
    cells[_ACCOUNT] = _number(chart[part.slot], head)
    cells[_OTHER] = _number(chart[pair.other], head)
    cells[_DATE] = _Digits(f"{day:%d%m}")
    cells[_DOCUMENT] = _NOT_IN_DOCUMENT.sub("", moved.document)[:36]
    payer = str(moved.payer.get("company") or moved.payer.get("name") or "")
    cells[_TEXT] = f"{moved.kind} {payer}".strip()[:60]
    if part.slot.startswith(SALES):
        cells[_KEY] = chart[part.slot].tax_key
        if part.treatment == TaxTreatment.DESTINATION:
            cells[_VAT_ID], cells[_EU_RATE] = part.country, part.rate
        elif part.treatment == TaxTreatment.REVERSE_CHARGE:
            cells[_VAT_ID] = str(moved.payer.get("vat_id") or "")[:15]
    cells[_LOCKED] = 0
    return cells


class _Digits(str):
    """Digits that are written without quotes, with their zeros."""


def _number(account: Account, head: DatevSettings) -> _Digits:
    return _Digits(account.number.rjust(head.account_length, "0"))


def _ymd(day: date | datetime) -> int:
    return int(f"{day:%Y%m%d}")


def _line(cells: list[object], *, is_heading: bool = False) -> bytes:
    written = (str(cell) if is_heading else _cell(cell) for cell in cells)
    return (";".join(written) + "\r\n").encode(ENCODING, "replace")


def _cell(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:.2f}".replace(".", ",")
    if isinstance(cell, int | _Digits):
        return str(cell)
    text = _CONTROLS.sub(" ", str(cell)).replace('"', '""')
    return f'"{text}"'
