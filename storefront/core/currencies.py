"""Which currencies a shop can sell in, and which this one does."""

from __future__ import annotations

from functools import lru_cache

from babel.core import Locale, get_global
from babel.numbers import get_currency_precision, get_territory_currencies
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

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
    return [code for code in in_use() if get_currency_precision(code) <= OSCAR_PLACES and code[0] != "X"]


@lru_cache(maxsize=1)
def in_use() -> list[str]:
    """The codes of all currencies that are legal tender somewhere today, sorted."""
    every = get_global("territory_currencies")
    return sorted({code for territory in every for code in get_territory_currencies(territory)})


def valid(code: str) -> None:
    """Validator of a model's field."""
    if code not in in_use():
        raise ValidationError(_("This is not the code of a currency, such as EUR."), "no_currency")


def choices() -> list[tuple[str, str]]:
    """Code and name in the active language, by code; first of all none."""
    names = Locale.parse(to_locale(get_language() or "en")).currencies
    return [("", "---------"), *((code, f"{code} – {names.get(code, code)}") for code in in_use())]


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


def of_country(country: str) -> str:
    """The currency in use in a country (ISO 3166-1) if the shop sells in it, else SHOP_CURRENCY, also for ""."""
    in_use = get_territory_currencies(country) if country else []
    return next((code for code in in_use if code in sold()), str(settings.SHOP_CURRENCY))
