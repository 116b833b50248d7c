"""What every format of bank statements comes down to, and how a line is known again."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

#: No line and no balance is worth more, major units: larger figures are a file read wrongly, and no money column of the
#: shop holds them.
MAX_AMOUNT = Decimal(10) ** 10


class Format(StrEnum):
    CAMT = "camt"
    MT940 = "mt940"
    ONE_C = "1c"
    CSV = "csv"


class Problem(StrEnum):
    """Why a file, or a line of it, cannot be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_LINES = "too_many_lines"
    UNKNOWN_FORMAT = "unknown_format"
    ENCODING = "encoding"
    TRUNCATED = "truncated"
    NOT_XML = "not_xml"
    DTD = "dtd"
    NOT_A_STATEMENT = "not_a_statement"
    NO_ACCOUNT = "no_account"
    BAD_AMOUNT = "bad_amount"
    BAD_DATE = "bad_date"
    BAD_CURRENCY = "bad_currency"
    BAD_FIELD = "bad_field"
    MISSING_FIELD = "missing_field"
    MISSING_COLUMN = "missing_column"
    SUM_DIFFERS = "sum_differs"


def clean(text: str | None, limit: int = 1000) -> str:
    """One line without control characters, which no database and no page wants."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text or "")
    return " ".join(kept.split())[:limit]


class StatementError(Exception):
    """``line``: of the file, counted from 1, where one is known; ``values`` name what was found."""

    def __init__(self, problem: Problem, *, line: int | None = None, **values: object) -> None:
        super().__init__(f"{problem} at line {line}: {values}")
        self.problem = problem
        self.line = line
        self.values = {name: clean(str(value), 80) for name, value in values.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One movement. ``amount``: major units of the account's currency, above zero what came in.

    ``position``: the line of the file it begins at, from 1. ``reference`` is the bank's own and may be empty or used
    again; ``item`` counts within a booking of several. ``is_final``: booked, not announced. ``is_reversal``: it takes
    an earlier movement back, ``return_reason`` (the bank's code) says why. ``structured_reference``: ISO 11649 (RF) or
    what else the creditor gave. ``original_amount`` with ``original_currency``: what the payer ordered, if in another
    currency.
    """

    position: int
    booked_on: date
    amount: Decimal
    currency: str
    value_on: date | None = None
    payer_name: str = ""
    payer_account: str = ""
    payer_tax_number: str = ""
    text: str = ""
    end_to_end: str = ""
    customer_reference: str = ""
    structured_reference: str = ""
    reference: str = ""
    item: int = 0
    is_final: bool = True
    is_reversal: bool = False
    return_reason: str = ""
    original_amount: Decimal | None = None
    original_currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The movements of one account. ``opening`` and ``closing``: booked balances, None where the file gives none.

    ``number``: the bank's count of statements, "" if there is none. ``is_final``: False for a report within the day,
    none of whose lines may be booked.
    """

    format: Format
    account: str
    currency: str
    number: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    is_final: bool = True
    lines: Sequence[Line] = field(default=())

    @property
    def difference(self) -> Decimal | None:
        """Opening + booked lines - closing, which must be zero; None if a balance is not given."""
        if self.opening is None or self.closing is None:
            return None
        booked = sum((line.amount for line in self.lines if line.is_final), Decimal(0))
        return self.opening + booked - self.closing


def normalised_account(text: str) -> str:
    """An account's number as it is compared: capitals and digits only."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def amount_of(text: str, *, line: int | None, decimal_sign: str = ".") -> Decimal:
    """A figure in major units. Raises StatementError for what is none, or is beyond any bank's."""
    plain = text.strip()
    if decimal_sign == ",":
        plain = plain.replace(".", "?").replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", plain, re.ASCII):
        raise StatementError(Problem.BAD_AMOUNT, line=line, found=text[:40])
    try:
        amount = Decimal(plain)
    except InvalidOperation as exc:
        raise StatementError(Problem.BAD_AMOUNT, line=line, found=text[:40]) from exc
    if abs(amount) >= MAX_AMOUNT or amount != round(amount, 3):
        raise StatementError(Problem.BAD_AMOUNT, line=line, found=text[:40])
    return amount


def currency_of(text: str, *, line: int | None) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise StatementError(Problem.BAD_CURRENCY, line=line, found=text[:10])
    return text


def lines_of(text: str) -> list[str]:
    """Of a file from any system; other separators that Unicode knows are no ends of lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def keys(statement: Statement, seen: Counter[str] | None = None) -> list[str]:
    """A key for each line that is the same whenever the line is read again, in this file or an overlapping one.

    All that the line says: a bank's reference may be given to several, and the number of a statement changes with the
    file. And its ordinal among booked lines of the same day that say the same: two true equal payments stay two.
    ``seen``: one counter for all statements of a file, whose lines follow each other; what comes before them in other
    files may be counted in it, by the part of a key before its last ``-``.
    """
    seen = Counter() if seen is None else seen
    found = []
    for line in statement.lines:
        digest = hashlib.sha256("\x1f".join(_identity(statement, line)).encode()).hexdigest()[:40]
        seen[digest] += line.is_final
        found.append(f"{digest}-{seen[digest]}")
    return found


def _identity(statement: Statement, line: Line) -> list[str]:
    base = [normalised_account(statement.account), line.booked_on.isoformat(), f"{line.amount:.3f}", line.currency]
    base.append("reversal" if line.is_reversal else "")
    told = [
        line.reference,
        str(line.item),
        line.payer_account,
        line.payer_name,
        line.text,
        line.end_to_end,
        line.structured_reference,
    ]
    return base + ["".join(unicodedata.normalize("NFKC", each).upper().split()) for each in told]
