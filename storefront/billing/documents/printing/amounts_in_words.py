"""Sums in words, as bookkeepers of Kazakhstan and Russia write them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import get_language
from num2words import num2words

from storefront.core import money

#: Our codes of languages and those of num2words.
LANGUAGES = {"en": "en", "ru": "ru", "kk": "kz", "uk": "uk", "de": "de", "fr": "fr", "es": "es", "pl": "pl"}
_BETWEEN = {"en": " and", "ru": "", "kz": "", "uk": "", "de": " und", "fr": " et", "es": " con", "pl": ","}


def in_words(amount: Decimal, currency: str) -> str:
    """``One hundred and ninety-nine euro and 00 cents`` in the active language; English where it is not known.

    ``amount`` >= 0. A currency whose name is not known, or that has no hundredth parts, is named by its code:
    ``One hundred and ninety-nine JPY``.
    """
    language = LANGUAGES.get((get_language() or "en").split("-")[0], "en")
    said = _with_name(amount, currency, language) or _with_code(amount, currency, language)
    words = " ".join(said.split())
    return words[:1].upper() + words[1:]


def _with_name(amount: Decimal, currency: str, language: str) -> str | None:
    if money.places(currency) != 2:
        return None
    between = _BETWEEN[language]
    try:
        return str(num2words(amount, lang=language, to="currency", currency=currency, cents=False, separator=between))
    except NotImplementedError:  # num2words has no name of the currency in that language
        return None


def _with_code(amount: Decimal, currency: str, language: str) -> str:
    whole, places = int(amount), money.places(currency)
    parts = f" {int((amount - whole).scaleb(places)):0{places}d}/{10**places}" if places else ""
    return f"{num2words(whole, lang=language)}{parts} {currency}"
