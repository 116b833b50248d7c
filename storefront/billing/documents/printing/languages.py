"""Words and figures in the document's languages: one, or two side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import to_locale

from storefront.core import money


class Speaker:
    """Says things in one or two ``languages``; figures and dates in the first."""

    def __init__(self, languages: tuple[str, ...], currency: str) -> None:
        self.languages, self.currency = languages, currency
        self._locale = to_locale(languages[0])
        self._pattern = "#,##0." + "0" * money.places(currency) if money.places(currency) else "#,##0"

    def both(self, text: Any, **values: Any) -> list[str]:
        """A lazy text in each language; the second is left out where it is the same. Values may be lazy, too."""
        return self.each(lambda: str(text) % {name: str(value) for name, value in values.items()} if values else text)

    def each(self, say: Callable[[], object]) -> list[str]:
        """What ``say`` says in each language."""
        said = []
        for language in self.languages:
            with translation.override(language):
                said.append(str(say()))
        return list(dict.fromkeys(said))

    def figure(self, amount: Decimal) -> str:
        """An amount in a column of its currency: 1,234.00."""
        return str(format_decimal(amount, self._pattern, locale=self._locale)).replace("-", "\N{MINUS SIGN}")

    def price(self, price: Decimal) -> str:
        """As ``figure``, with up to four places where it has them."""
        places = money.places(self.currency)
        pattern = "#,##0." + "0" * places + "#" * (4 - places)
        return str(format_decimal(price, pattern, locale=self._locale))

    def number(self, number: Decimal) -> str:
        """A quantity or a rate, without needless zeros."""
        return str(format_decimal(number.normalize(), "#,##0.###", locale=self._locale))

    def rate(self, rate: Decimal) -> str:
        """An exchange rate with all its places."""
        return str(format_decimal(rate.normalize(), "#,##0.##########", locale=self._locale))

    def amount(self, amount: Decimal) -> str:
        """With its currency: €1,234.00."""
        with translation.override(self.languages[0]):
            return money.display(amount, self.currency)

    def day(self, day: date) -> str:
        with translation.override(self.languages[0]):
            return date_format(day, "j E Y")

    def short_day(self, day: date) -> str:
        with translation.override(self.languages[0]):
            return date_format(day, "SHORT_DATE_FORMAT")
