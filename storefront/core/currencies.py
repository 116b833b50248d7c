"""Which currencies a shop can sell in, and which this one does."""

from __future__ import annotations

from babel.core import get_global
from babel.numbers import get_currency_precision, get_territory_currencies
from django.conf import settings

#: decimal places of the price columns in Oscar's tables
OSCAR_PLACES = 2
WHAT = (
    "the ISO 4217 code of a country's currency, such as EUR, with at most two decimal places (Oscar's tables have two)"
)


def sellable() -> list[str]:
    """The codes of currencies that are legal tender somewhere today and can be kept in Oscar's columns.

    The list is CLDR's, through Babel: which currencies are in use where, and since and until when. Fund codes, metals
    and test codes are in use nowhere. Codes of no single country, which begin with X, are left out.
    """
    in_use = {code for territory in get_global("territory_currencies") for code in get_territory_currencies(territory)}
    return sorted(code for code in in_use if get_currency_precision(code) <= OSCAR_PLACES and code[0] != "X")


def code(text: str) -> str:
    """An entry of SHOP_CURRENCIES. Raises ValueError for what is not ``sellable``."""
    if text not in sellable():
        raise ValueError(text)
    return text


def sold() -> tuple[str, ...]:
    """The currencies that license types are priced in: SHOP_CURRENCY first, then the others of SHOP_CURRENCIES."""
    return tuple(dict.fromkeys([settings.SHOP_CURRENCY, *settings.SHOP_CURRENCIES]))


def others() -> tuple[str, ...]:
    """``sold`` without SHOP_CURRENCY; () for a shop of one currency."""
    return sold()[1:]
