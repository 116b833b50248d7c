"""MT940 of SWIFT, with the ways in which banks fill field 86.

https://www2.swift.com/knowledgecentre/publications/usgf_20230720/2.0?topic=idx_fld_tag_61.htm. Fields between ``{4:``
and ``-}``, which many banks leave out: 20 begins a statement, 25 names the account, 28C counts, 60 opens, each 61 is a
movement with its 86, 62 closes. A final letter M says that the statement goes on in the next message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
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
    lines_of,
    normalised_account,
)
from storefront.formats.bank_statements.mt940_details import details_of

TAG = re.compile(r":(\d{2}[A-Z]?):", re.ASCII)
BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d,]{1,16})", re.ASCII)
MOVEMENT = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R?[CD])(?P<code>[A-Z])?(?P<amount>\d[\d,]{0,15})"
    r"(?P<kind>[NSF][A-Z0-9]{3})(?P<customer>.*?)(//(?P<bank>.*))?",
    re.ASCII,
)
NO_REFERENCE = {"", "NONREF", "NOTPROVIDED", "NOREF"}


@dataclass(slots=True)
class _Message:
    """A statement as its fields are read."""

    line: int
    account: str = ""
    number: str = ""
    currency: str = ""
    opening: Decimal | None = None
    opened_on: date | None = None
    closing: Decimal | None = None
    closed_on: date | None = None
    goes_on: bool = False
    lines: list[Line] = field(default_factory=list)


def parse(text: str) -> list[Statement]:
    """Raises StatementError, with the line, for what breaks the format or ends before it is closed."""
    messages: list[_Message] = []
    for number, tag, content in _fields(text):
        if tag == "20":
            _close(messages, number)
            messages.append(_Message(line=number))
        elif not messages:
            raise StatementError(Problem.NOT_A_STATEMENT, line=number)
        else:
            _read(messages[-1], number, tag, content)
    _close(messages, len(lines_of(text.rstrip())))
    if not messages:
        raise StatementError(Problem.NOT_A_STATEMENT, line=1)
    return [_statement(each) for each in _whole(messages)]


def _fields(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """(line of the file, tag, lines of the field)."""
    current: tuple[int, str, list[str]] | None = None
    for number, line in enumerate(lines_of(text), 1):
        rest = line.rsplit("{4:", 1)[-1] if line.startswith("{") else line
        if (found := TAG.match(rest)) is not None:
            if current:
                yield current
            current = (number, found[1], [rest[found.end() :]])
        elif rest.strip() in ("-", "-}") or line.startswith("{") or rest.startswith("-}"):
            if current:
                yield current
            current = None
        elif current:
            current[2].append(rest)
        elif rest.strip():
            raise StatementError(Problem.NOT_A_STATEMENT, line=number)
    if current:
        yield current


def _close(messages: list[_Message], line: int) -> None:
    if messages and messages[-1].closing is None:
        raise StatementError(Problem.TRUNCATED, line=line)


def _read(message: _Message, number: int, tag: str, content: list[str]) -> None:
    first = content[0].strip()
    if tag == "25":
        message.account = _account(first)
    elif tag in ("28C", "28"):
        message.number = first[:40]
    elif tag in ("60F", "60M"):
        message.opening, message.opened_on, message.currency = _balance(first, number)
    elif tag in ("62F", "62M"):
        message.closing, message.closed_on, currency = _balance(first, number)
        message.goes_on = tag == "62M"
        if currency != message.currency:
            raise StatementError(Problem.BAD_CURRENCY, line=number, found=currency)
    elif tag == "61":
        if message.closing is not None or message.opening is None:
            raise StatementError(Problem.BAD_FIELD, line=number, name=":61:", found=first[:40])
        message.lines.append(_movement(content, number, message.currency))
    elif tag == "86" and message.lines and message.closing is None:
        message.lines[-1] = details_of(content, message.lines[-1])


def _account(text: str) -> str:
    """``BANK CODE/ACCOUNT`` of German banks is kept whole; a currency behind the number is not part of it."""
    return normalised_account(re.sub(r"(?<=\d)\s*(EUR|USD|GBP|CHF|RUB|KZT)$", "", text))


def _balance(text: str, line: int) -> tuple[Decimal, date, str]:
    found = BALANCE.fullmatch(text)
    if found is None:
        raise StatementError(Problem.BAD_FIELD, line=line, name=":60:/:62:", found=text[:40])
    sign = 1 if found[1] == "C" else -1
    return (
        sign * amount_of(found[4], line=line, decimal_sign=","),
        _date(found[2], line),
        currency_of(found[3], line=line),
    )


def _date(text: str, line: int) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError as exc:
        raise StatementError(Problem.BAD_DATE, line=line, found=text) from exc


def _entry_date(month_and_day: str | None, value_on: date, line: int) -> date:
    """The year is not written: that which puts it nearest to the value date."""
    if not month_and_day:
        return value_on
    found = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            found.append(date(year, int(month_and_day[:2]), int(month_and_day[2:])))
        except ValueError:
            continue  # 29 February, or no day at all
    if not found:
        raise StatementError(Problem.BAD_DATE, line=line, found=month_and_day)
    return min(found, key=lambda each: abs(each - value_on))


def _movement(content: list[str], number: int, currency: str) -> Line:
    found = MOVEMENT.fullmatch(content[0].strip())
    if found is None:
        raise StatementError(Problem.BAD_FIELD, line=number, name=":61:", found=content[0][:40])
    amount, mark = amount_of(found["amount"], line=number, decimal_sign=","), found["mark"]
    value_on = _date(found["value"], number)
    return Line(
        position=number,
        booked_on=_entry_date(found["entry"], value_on, number),
        value_on=value_on,
        amount=amount if mark in ("C", "RD") else -amount,  # RC takes a credit back, RD a debit
        currency=currency,
        text=clean(" ".join(content[1:])),
        customer_reference=_reference(found["customer"]),
        reference=_reference(found["bank"] or ""),
        is_reversal=mark.startswith("R"),
    )


def _reference(text: str) -> str:
    found = clean(text, 70)
    return "" if found.upper() in NO_REFERENCE else found


def _whole(messages: list[_Message]) -> Iterator[_Message]:
    """Messages that go on in the next one are one statement."""
    open_one: _Message | None = None
    for each in messages:
        if open_one is not None and open_one.account == each.account and open_one.closing == each.opening:
            open_one.lines += each.lines
            open_one.closing, open_one.closed_on, open_one.goes_on = each.closing, each.closed_on, each.goes_on
        else:
            if open_one is not None:
                yield open_one
            open_one = each
        if not each.goes_on:
            yield open_one
            open_one = None
    if open_one is not None:
        yield open_one


def _statement(message: _Message) -> Statement:
    if not message.account:
        raise StatementError(Problem.NO_ACCOUNT, line=message.line)
    return Statement(
        format=Format.MT940,
        account=message.account,
        currency=message.currency,
        number=message.number.split("/")[0].lstrip("0"),
        opening=message.opening,
        closing=message.closing,
        opened_on=message.opened_on,
        closed_on=message.closed_on,
        lines=[replace(each, currency=message.currency) for each in message.lines],
    )
