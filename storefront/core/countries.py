"""Countries by their code of two letters, ISO 3166-1."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

#: What Unicode's list of territories holds besides countries: regions of some, unions, and codes for tests.
_NO_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    known = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in known if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


def valid(code: str) -> None:
    """Validator of a model's field."""
    if code not in codes():
        raise ValidationError(_("This is not the code of a country, such as DE."), "no_country")


def choices() -> list[tuple[str, str]]:
    """Code and name in the active language, by name; first of all none."""
    return [("", "---------"), *named()]


def named() -> tuple[tuple[str, str], ...]:
    """Code and name in the active language, by name."""
    return _named(to_locale(get_language() or "en"))


@lru_cache(maxsize=16)
def _named(locale: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(locale).territories
    return tuple(sorted(((code, names[code]) for code in codes()), key=lambda pair: pair[1].casefold()))


def name(code: str) -> str:
    """The country's name in the active language; the code itself of one that is unknown."""
    return str(Locale.parse(to_locale(get_language() or "en")).territories.get(code, code))
