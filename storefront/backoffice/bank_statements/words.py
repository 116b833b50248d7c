"""Files and lines of bank statements as staff read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.billing.bank_statements.matching import Proposal
from storefront.billing.bank_statements.models import FileStatus, LineStatus, StatementFile, StatementLine
from storefront.billing.bank_statements.words import FORMATS, REASONS
from storefront.billing.models import Invoice
from storefront.core import money

FILE_TONES = {FileStatus.DONE: "good", FileStatus.REFUSED: "bad"}
LINE_TONES = {LineStatus.BOOKED: "good", LineStatus.OPEN: "waiting"}


@dataclass(frozen=True, slots=True)
class Part:
    invoice: Invoice
    amount: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal in words. ``number``: which of the line's it is."""

    number: int
    parts: list[Part]
    score: int
    reasons: str
    is_certain: bool
    rest: str


def amount(line: StatementLine) -> str:
    return money.display(line.amount, line.currency)


def file_tone(file: StatementFile) -> str:
    return FILE_TONES.get(FileStatus(file.status), "waiting")


def line_tone(line: StatementLine) -> str:
    return LINE_TONES.get(LineStatus(line.status), "off")


def format_name(file: StatementFile) -> str:
    return FORMATS.get(file.format, "")


def progress(file: StatementFile) -> str:
    """How many lines; nothing yet of a file that waits to be opened."""
    if not file.is_over and not file.lines_total:
        return ""
    if file.is_over:
        return ngettext("%(count)d line", "%(count)d lines", file.lines_total) % {"count": file.lines_total}
    return _("%(done)d of %(total)d lines") % {"done": file.lines_done, "total": file.lines_total}


def reasons(proposal: Proposal) -> str:
    return ", ".join(str(REASONS.get(code, code)) for code in proposal.reasons)


def invoices_of(lines: Iterable[StatementLine]) -> dict[int, Invoice]:
    """Every invoice that is proposed for one of the lines, in one query."""
    wanted = {pk for line in lines for each in line.proposed for pk, _amount in each.parts}
    return Invoice.objects.select_related("customer").in_bulk(wanted)


def shown(line: StatementLine, invoices: Mapping[int, Invoice]) -> list[Shown]:
    """The proposals of a line, those whose invoices are known."""
    found = []
    for number, each in enumerate(line.proposed):
        if all(pk in invoices for pk, _amount in each.parts):
            parts = [Part(invoices[pk], money.display(part, line.currency)) for pk, part in each.parts]
            left = line.amount - sum(part for _pk, part in each.parts)
            rest = money.display(left, line.currency) if left > 0 else ""
            found.append(Shown(number, parts, each.score, reasons(each), each.is_certain, rest))
    return found


def best(line: StatementLine) -> str:
    """The best proposal on one line of a list; "" without any."""
    if line.status != LineStatus.OPEN or not line.proposals:
        return ""
    numbers: dict[int, Any] = getattr(line, "invoice_numbers", {})
    proposal = line.proposed[0]
    return " + ".join(str(numbers.get(pk, "?")) for pk, _amount in proposal.parts)
