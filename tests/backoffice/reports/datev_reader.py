"""A reader of DATEV's Buchungsstapel that takes nothing the format does not allow, written from its description:
https://developer.datev.de/de/file-format/details/datev-format/format-description/booking-batch

It shares nothing with the writer: each filled column has its expression here, all others must be empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_AMOUNT = r"(?!0{1,10},00)\d{1,10},\d{2}"
HEAD = (
    r'"EXTF"', "700", "21", r'"Buchungsstapel"', "13", r"20\d{15}", "", r'"\w{0,2}"', r'"\w{0,25}"', r'"\w{0,25}"',
    r"\d{4,7}", r"\d{1,5}", r"20\d{6}", "[4-8]", r"20\d{6}", r"20\d{6}", r'"[\w.\-/ ]{0,30}"', r'"[A-Z]{0,2}"',
    "[12]", r"0|30|40|50|64", "[01]", r'"[A-Z]{3}"', "", r'""', "", "", r'"(\d\d)?"', "", "", r'""', r'"[^"]{0,16}"',
)  # fmt: skip
#: By number of the column, as the description counts them.
CELLS = {
    1: _AMOUNT, 2: '"[SH]"', 3: '"[A-Z]{3}"', 4: r"([1-9]\d{0,3},\d{2,6})?", 5: f"({_AMOUNT})?", 6: '"([A-Z]{3})?"',
    7: r"(?!0{1,9}$)\d{4,9}", 8: r"(?!0{1,9}$)\d{4,9}", 9: r'"(\d{4})?"', 10: r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])",
    11: r'"[\w$&%*+\-/]{0,36}"', 14: '".{0,60}"', 40: '".{0,15}"', 41: r"(\d{2},\d{2})?", 48: '".{0,20}"',
    49: '".{0,210}"', 114: "[01]",
}  # fmt: skip
#: Texts that are empty still have quotes.
EMPTY_TEXTS = frozenset(
    [12, 16, *range(20, 39), 42, *range(50, 88), 91, 95, 96, 98, 102, 103, 105, 107, 109, 110, 112, 118, 120, 121, 123]
)
COLUMNS = 125
_CELL = re.compile(r'"(?:[^"]|"")*"|[^;"]*')


@dataclass(frozen=True)
class Line:
    """``amount`` above zero in credit of ``account``; ``base``: in the currency of the books."""

    amount: Decimal
    currency: str
    base: Decimal
    rate: Decimal | None
    account: str
    other: str
    key: str
    info: tuple[str, str]


@dataclass(frozen=True)
class Batch:
    head: list[str]
    heads: list[str]
    lines: list[Line]


def read(data: bytes) -> Batch:
    """Raises AssertionError with the place of what is not allowed."""
    text = data.decode("cp1252")
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    first, second, *rest = [cells(line) for line in text.removesuffix("\r\n").split("\r\n")]
    assert len(first) == len(HEAD)
    for number, (cell, allowed) in enumerate(zip(first, HEAD, strict=True), start=1):
        assert re.fullmatch(allowed, cell, re.ASCII), ("head", number, cell)
    assert len(second) == COLUMNS and len(set(second)) == COLUMNS
    return Batch(first, second, [_line(number, each, first[21]) for number, each in enumerate(rest, start=3)])


def cells(line: str) -> list[str]:
    found, at = [], 0
    while True:
        match = _CELL.match(line, at)
        assert match is not None
        found.append(match[0])
        if match.end() == len(line):
            return found
        assert line[match.end()] == ";", (line, match.end())
        at = match.end() + 1


def _line(number: int, found: list[str], home: str) -> Line:
    assert len(found) == COLUMNS, number
    for column, cell in enumerate(found, start=1):
        allowed = CELLS.get(column, '""' if column in EMPTY_TEXTS else "")
        assert re.fullmatch(allowed, cell, re.ASCII if column != 14 else 0), (number, column, cell)
    currency, rate, base, base_currency = (cell.strip('"') for cell in found[2:6])
    is_foreign = f'"{currency}"' != home
    assert bool(rate) == bool(base) == bool(base_currency) == is_foreign, (number, "rate, base and its currency")
    assert not base_currency or f'"{base_currency}"' == home
    sign = 1 if found[1] == '"H"' else -1
    return Line(
        amount=sign * _decimal(found[0]), currency=currency, base=sign * _decimal(base or found[0]),
        rate=_decimal(rate) if rate else None, account=found[6], other=found[7], key=found[8].strip('"'),
        info=(found[47].strip('"'), found[48].strip('"')),
    )  # fmt: skip


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
