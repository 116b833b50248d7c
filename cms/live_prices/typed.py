"""Finds prices in plain text as people write them: € 96, 96 EUR, 1 152,00 ₽, $1,152.00, 96 евро."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_currency_name, get_currency_symbol
from django.conf import settings
from django.utils import translation

from storefront.core import currencies

#: Currencies to look for besides those the shop sells in.
KNOWN = ("EUR", "USD", "GBP", "RUB", "UAH", "KZT", "BYN", "PLN", "CHF", "TRY", "INR", "CNY", "JPY", "BRL", "CZK")
#: Spellings that locale data lacks.
MORE = {"RUB": ("руб.", "руб", "р."), "EUR": ("euro",), "USD": ("US$",), "GBP": ("pounds",)}

_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f.,'’]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,3})?"
_EMPTY_CENTS = r"(?:[.,][-–—])?"
_GROUPING = re.compile(r"[ \u00a0\u202f'’]")


@dataclass(frozen=True, slots=True)
class TypedPrice:
    """``amounts`` (major units of one of ``currencies``) are all meanings of ``text``: 1.152 is 1152 or 1.152.

    ``start`` is its position in the text.
    """

    text: str
    amounts: frozenset[Decimal]
    currencies: frozenset[str]
    start: int


def find(text: str) -> Iterator[TypedPrice]:
    """Every price in a text, in order: a number with a currency and without a percent sign."""
    for match in _pattern().finditer(text):
        number = match["after"] or match["before"]
        unit = match["unit_before"] or match["unit_after"]
        currencies = _units().get(unit) or _units()[unit.casefold()]
        yield TypedPrice(
            text=match[0],
            amounts=frozenset(_meanings(number)),
            currencies=currencies,
            start=match.start(),
        )


def _codes() -> set[str]:
    return {*KNOWN, *currencies.sold()}


@lru_cache(maxsize=1)
def _units() -> dict[str, frozenset[str]]:
    """Code, or lower-case symbol or name -> currencies it may stand for."""
    found: dict[str, set[str]] = {code: {code} for code in _codes()}
    for code in _codes():
        for name in (*_symbols(code), *MORE.get(code, ())):
            # Codes count in capitals only: "try" is a word.
            if name != code:
                found.setdefault(name.casefold(), set()).add(code)
    return {name: frozenset(codes) for name, codes in found.items()}


def _symbols(code: str) -> Iterator[str]:
    for language in [*dict(settings.LANGUAGES), "en", "ru", "de"]:
        locale = translation.to_locale(language)
        yield get_currency_symbol(code, locale=locale)
        # The last word of "Russian rubles"; its form depends on the number.
        yield from (get_currency_name(code, count=count, locale=locale).split()[-1] for count in (1, 2, 5))


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    names = sorted((re.escape(unit) for unit in _units() if unit not in _codes()), key=len, reverse=True)
    unit = rf"(?:{'|'.join(sorted(_codes()))}|(?i:{'|'.join(names)}))"
    return re.compile(
        rf"(?<![\w.,])(?P<unit_before>{unit})[ \u00a0\u202f]?(?P<after>{_NUMBER}){_EMPTY_CENTS}(?![\w%])(?![.,]\d)"
        rf"|(?<![\w.,])(?P<before>{_NUMBER}){_EMPTY_CENTS}[ \u00a0\u202f]?(?P<unit_after>{unit})(?!\w)"
    )


def _meanings(number: str) -> Iterator[Decimal]:
    """The amounts a written number may stand for."""
    digits = _GROUPING.sub("", number)
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        yield Decimal(digits)
        return
    whole, _, rest = digits.rpartition(marks[-1])
    if len(set(marks)) == 2 or (len(marks) == 1 and len(rest) != 3):
        yield Decimal(f"{re.sub('[.,]', '', whole)}.{rest}")
        return
    yield Decimal(re.sub("[.,]", "", digits))
    if len(marks) == 1:
        yield Decimal(f"{whole}.{rest}")
