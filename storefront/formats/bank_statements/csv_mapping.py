"""CSV files: every bank writes its own, so a mapping says what its columns are. Nothing is guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from storefront.formats.bank_statements.content import (
    Format,
    Line,
    Problem,
    Statement,
    StatementError,
    amount_of,
    clean,
    currency_of,
    normalised_account,
)

#: What a bank's text can be written in.
ENCODINGS = ("utf-8-sig", "cp1252", "cp1251", "cp850", "cp852", "cp866", "iso-8859-2", "utf-16")
DELIMITERS = {";": ";", ",": ",", "tab": "\t", "|": "|"}
DATE_FORMATS = ("%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y%m%d", "%Y/%m/%d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Columns are named as in the head of the file; "" is: there is none.

    ``skip_rows`` stand above the head. ``amount`` carries its sign, or is turned by ``direction`` where that column
    says ``outgoing``; or what came in and what went out have columns of their own, ``credit`` and ``debit``. ``text``
    may be several columns, with commas between. ``balance`` is that after the movement and is checked.
    """

    encoding: str = "utf-8-sig"
    delimiter: str = ";"
    date_format: str = "%d.%m.%Y"
    decimal_sign: str = ","
    skip_rows: int = 0
    booked_on: str
    amount: str = ""
    credit: str = ""
    debit: str = ""
    direction: str = ""
    outgoing: str = ""
    value_on: str = ""
    currency: str = ""
    payer_name: str = ""
    payer_account: str = ""
    payer_tax_number: str = ""
    text: str = ""
    reference: str = ""
    end_to_end: str = ""
    account: str = ""
    balance: str = ""

    def columns(self) -> list[str]:
        """Every column that the file must have."""
        named = (
            self.booked_on, self.amount, self.credit, self.debit, self.direction, self.value_on, self.currency,
            self.payer_name, self.payer_account, self.payer_tax_number, self.reference, self.end_to_end, self.account,
            self.balance, *self.text.split(","),
        )  # fmt: skip
        return [each.strip() for each in named if each.strip()]


def parse(data: bytes, mapping: Mapping, *, account: str, currency: str) -> list[Statement]:
    """``account`` and ``currency`` are those of the account the mapping belongs to."""
    head, rows = _rows(data, mapping)
    missing = [each for each in mapping.columns() if each not in head]
    if missing:
        raise StatementError(Problem.MISSING_COLUMN, line=mapping.skip_rows + 1, name=missing[0])
    read: list[tuple[Line, Decimal | None]] = []
    for number, cells in rows:
        row = dict(zip(head, cells, strict=False))
        _check_account(row, mapping, account, number)
        read.append((_line(row, mapping, currency, number), _balance(row, mapping, number)))
    opening, closing = _balances(read) if mapping.balance and read else (None, None)
    lines = [line for line, _balance_after in read]
    return [
        Statement(
            format=Format.CSV,
            account=normalised_account(account),
            currency=currency,
            opening=opening,
            closing=closing,
            opened_on=min((each.booked_on for each in lines), default=None),
            closed_on=max((each.booked_on for each in lines), default=None),
            lines=lines,
        )
    ]


def _rows(data: bytes, mapping: Mapping) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """(head, (line of the file, cells) of each row that is not empty)."""
    try:
        text = data.decode(mapping.encoding)
    except (UnicodeDecodeError, LookupError) as exc:
        raise StatementError(Problem.ENCODING, line=_line_of(data, exc)) from exc
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[mapping.delimiter], strict=True)
    found: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for cells in reader:
            found.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as exc:
        raise StatementError(Problem.BAD_FIELD, line=reader.line_num, name="CSV", found=str(exc)) from exc
    found = [each for each in found[mapping.skip_rows :] if any(cell.strip() for cell in each[1])]
    if not found:
        raise StatementError(Problem.EMPTY)
    return [cell.strip() for cell in found[0][1]], found[1:]


def _line_of(data: bytes, exc: Exception) -> int | None:
    return data[: exc.start].count(b"\n") + 1 if isinstance(exc, UnicodeDecodeError) else None


def _check_account(row: dict[str, str], mapping: Mapping, account: str, number: int) -> None:
    if mapping.account and normalised_account(row.get(mapping.account, "")) != normalised_account(account):
        raise StatementError(Problem.NO_ACCOUNT, line=number, found=row.get(mapping.account, "")[:40])


def _line(row: dict[str, str], mapping: Mapping, currency: str, number: int) -> Line:
    def cell(name: str) -> str:
        return row.get(name, "").strip() if name else ""

    found = currency_of(cell(mapping.currency), line=number) if mapping.currency else currency
    if found != currency:
        raise StatementError(Problem.BAD_CURRENCY, line=number, found=found)
    booked_on = _date(cell(mapping.booked_on), mapping, number)
    return Line(
        position=number,
        booked_on=booked_on,
        value_on=_date(cell(mapping.value_on), mapping, number) if cell(mapping.value_on) else booked_on,
        amount=_amount(row, mapping, number),
        currency=currency,
        payer_name=clean(cell(mapping.payer_name), 140),
        payer_account=normalised_account(cell(mapping.payer_account))[:40],
        payer_tax_number=clean(cell(mapping.payer_tax_number), 40),
        text=clean(" ".join(filter(None, (cell(each.strip()) for each in mapping.text.split(","))))),
        end_to_end=clean(cell(mapping.end_to_end), 70),
        reference=clean(cell(mapping.reference), 70),
    )


def _date(text: str, mapping: Mapping, number: int) -> date:
    try:
        return datetime.strptime(text, mapping.date_format).date()
    except ValueError as exc:
        raise StatementError(Problem.BAD_DATE, line=number, found=text[:40]) from exc


def _figure(text: str, mapping: Mapping, number: int) -> Decimal:
    """With the bank's signs for thousands: blanks, apostrophes, and the other of point and comma."""
    plain = "".join(text.split()).replace("'", "").replace("\u2019", "").replace("\u2212", "-")
    other = "." if mapping.decimal_sign == "," else ","
    whole, sign, fraction = plain.partition(mapping.decimal_sign)
    groups = whole.lstrip("+-").split(other)
    if len(groups) > 1 and (len(groups[0]) > 3 or any(len(group) != 3 for group in groups[1:])):
        raise StatementError(Problem.BAD_AMOUNT, line=number, found=text[:40])
    whole = whole.replace(other, "")
    return amount_of(f"{whole}{'.' if sign else ''}{fraction}", line=number)


def _amount(row: dict[str, str], mapping: Mapping, number: int) -> Decimal:
    if mapping.amount:
        amount = _figure(row.get(mapping.amount, ""), mapping, number)
        if mapping.direction and row.get(mapping.direction, "").strip() == mapping.outgoing:
            return -abs(amount)
        return amount
    credit, debit = row.get(mapping.credit, "").strip(), row.get(mapping.debit, "").strip()
    if bool(credit) == bool(debit) and not (credit and debit and _has_one_zero(credit, debit, mapping, number)):
        raise StatementError(Problem.BAD_AMOUNT, line=number, found=f"{credit} {debit}".strip()[:40])
    into = _figure(credit, mapping, number) if credit else Decimal(0)
    return into or -abs(_figure(debit, mapping, number))


def _has_one_zero(credit: str, debit: str, mapping: Mapping, number: int) -> bool:
    return (_figure(credit, mapping, number) == 0) != (_figure(debit, mapping, number) == 0)


def _balance(row: dict[str, str], mapping: Mapping, number: int) -> Decimal | None:
    return _figure(row.get(mapping.balance, ""), mapping, number) if mapping.balance else None


def _balances(read: Sequence[tuple[Line, Decimal | None]]) -> tuple[Decimal, Decimal]:
    """(opening, closing) from the balances after each movement, in whichever order the file has them."""
    rows = [(line, after) for line, after in read if after is not None]
    for each in (rows, rows[::-1]):
        if _first_break(each) is None:
            return each[0][1] - each[0][0].amount, each[-1][1]
    raise StatementError(Problem.SUM_DIFFERS, line=_first_break(rows))


def _first_break(rows: Sequence[tuple[Line, Decimal]]) -> int | None:
    before = None
    for line, after in rows:
        if before is not None and before + line.amount != after:
            return line.position
        before = after
    return None
