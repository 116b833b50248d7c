"""Money: ``Decimal`` in major units with an ISO 4217 code beside it. Never a float."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import format_currency, get_currency_precision
from django.conf import settings
from django.db import models
from django.utils import translation

#: Decimal places of every money column: as many as any currency in use has.
STORED_PLACES = 3
#: Babel leaves out what CLDR puts between a currency of letters and the amount:
#: https://www.unicode.org/reports/tr35/tr35-numbers.html#Currencies (currencySpacing).
_LETTER_BESIDE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_STORED_UNIT, _TWO_PLACES = Decimal("0.001"), Decimal("0.01")


class MoneyError(ValueError):
    """An amount that is not finite or has more places than its currency."""


@lru_cache(maxsize=64)
def places(currency: str) -> int:
    """Number of decimal places of a currency (CLDR, through Babel): 2 for EUR, 0 for JPY, 3 for KWD."""
    return int(get_currency_precision(currency))


@lru_cache(maxsize=64)
def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency in major units: 0.01 for EUR."""
    return Decimal(1).scaleb(-places(currency))


@lru_cache(maxsize=64)
def price_unit(currency: str) -> Decimal:
    """The smallest step of a published price: the minor unit, but no finer than 0.01. Oscar keeps prices to two places,
    and card companies take dinars of three in steps of ten: https://docs.stripe.com/currencies#three-decimal."""
    return max(minor_unit(currency), _TWO_PLACES)


def quantize(amount: Decimal, currency: str) -> Decimal:
    """Round once, commercially (half up), to the currency's minor unit. Raises MoneyError if not finite."""
    if not amount.is_finite():
        raise MoneyError(f"not a finite amount: {amount}")
    return amount.quantize(minor_unit(currency), rounding=ROUND_HALF_UP)


def round_down(amount: Decimal, currency: str) -> Decimal:
    """Oscar's rounding of discounts and of their shares (OSCAR_OFFER_ROUNDING_FUNCTION): to the minor unit."""
    return amount.quantize(minor_unit(currency), rounding=ROUND_DOWN)


def plain(amount: Decimal, currency: str) -> str:
    """An exact amount for machines, with its currency's number of places: 96.00 EUR, 1235 JPY. Raises MoneyError."""
    if not is_exact(amount, currency):
        raise MoneyError(f"not an amount of {currency}: {amount}")
    return f"{quantize(amount, currency):f}"


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether an amount is finite and has no more places than its currency."""
    return amount.is_finite() and amount == quantize(amount, currency)


def is_storable(amount: Decimal) -> bool:
    """Whether a money column can hold every place of an amount."""
    return amount == stored(amount)


def stored(amount: Decimal) -> Decimal:
    """An amount rounded to the places of the money columns, whatever its currency."""
    return amount.quantize(_STORED_UNIT)


def allocate(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Split ``total`` by ``weights`` into exact minor units that add up to it again.

    Left-over minor units go to the largest remainders, first come first. Weights are >= 0; if all are zero
    the whole goes to the first. Raises MoneyError for an inexact total or no weights.
    """
    if not weights or not is_exact(total, currency):
        raise MoneyError("cannot allocate")
    unit = minor_unit(currency)
    whole = sum(weights, Decimal(0))
    if whole == 0:
        return [total] + [Decimal(0)] * (len(weights) - 1)
    shares = [total * weight / whole for weight in weights]
    floors = [(share / unit).to_integral_value(rounding="ROUND_FLOOR") * unit for share in shares]
    left = int((total - sum(floors, Decimal(0))) / unit)
    order = sorted(range(len(shares)), key=lambda i: (floors[i] - shares[i], i))
    for i in order[:left]:
        floors[i] += unit
    return floors


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """What is paid and the tax in it, exact amounts in major units of one currency.

    ``rate`` is in percent of ``net``; None for a sum over several rates.
    """

    net: Decimal
    tax: Decimal
    rate: Decimal | None

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    @classmethod
    def total(cls, parts: Iterable[TaxedAmount]) -> TaxedAmount:
        """The sum of net and tax; of nothing, zero at rate 0."""
        parts = list(parts)
        rates = {part.rate for part in parts} or {Decimal(0)}
        net, tax = sum((part.net for part in parts), Decimal(0)), sum((part.tax for part in parts), Decimal(0))
        return cls(net, tax, rates.pop() if len(rates) == 1 else None)


def split_tax(gross: Sequence[Decimal], rate: Decimal, currency: str) -> list[TaxedAmount]:
    """Take the tax at ``rate`` percent out of the lines of one document, amounts >= 0 that include it.

    Tax is rounded once, for all lines together, and allocated to them, so that the lines add up to the total to the
    last minor unit. Raises MoneyError for an inexact amount.
    """
    if not gross:
        return []
    total = sum(gross, Decimal(0))
    if not all(is_exact(amount, currency) for amount in gross):
        raise MoneyError("cannot take the tax out of an inexact amount")
    taxes = allocate(quantize(total * rate / (100 + rate), currency), gross, currency)
    return [TaxedAmount(amount - tax, tax, rate) for amount, tax in zip(gross, taxes, strict=True)]


def add_tax(net: Sequence[Decimal], rate: Decimal, currency: str) -> list[TaxedAmount]:
    """Add tax at ``rate`` percent to the lines of one document, amounts >= 0 without it; rounded as ``split_tax``.

    Taking the tax out of the sum again gives the same sums. Raises MoneyError for an inexact amount.
    """
    if not net:
        return []
    if not all(is_exact(amount, currency) for amount in net):
        raise MoneyError("cannot add tax to an inexact amount")
    taxes = allocate(quantize(sum(net, Decimal(0)) * rate / 100, currency), net, currency)
    return [TaxedAmount(amount, tax, rate) for amount, tax in zip(net, taxes, strict=True)]


class MoneyField(models.DecimalField):
    """A column for an amount in major units; the currency stands beside it.

    Amounts are read back with two places unless the third is in use: 96.00, 1.250. Forms take as many places as the
    shop's currency has, two at least.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 13, "decimal_places": STORED_PLACES} | kwargs)

    def from_db_value(self, value: Decimal | None, expression: object, connection: object) -> Decimal | None:
        if value is None or value != value.quantize(_TWO_PLACES):
            return value
        return value.quantize(_TWO_PLACES)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"decimal_places": max(2, places(settings.SHOP_CURRENCY))} | kwargs)


@lru_cache(maxsize=4096)
def _formatted(amount: Decimal, currency: str, locale: str) -> str:
    return _LETTER_BESIDE_DIGIT.sub("\u00a0", format_currency(amount, currency, locale=locale))


def display(amount: Decimal, currency: str) -> str:
    """An amount as people of the active language read it: €96.00."""
    return _formatted(amount, currency, translation.to_locale(translation.get_language() or "en"))


def displayer(currency: str) -> Callable[[Decimal], str]:
    """``display`` for many amounts of one page: the language is looked up once."""
    locale = translation.to_locale(translation.get_language() or "en")
    return lambda amount: _formatted(amount, currency, locale)


class _ExactOnSQLite(models.Func):
    """SQLite adds floats: a result is rounded to the stored places, and stays a number, as what it is compared with."""

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        sql, params = super().as_sql(compiler, connection, **extra)
        return f"CAST(ROUND({sql}, {STORED_PLACES}) AS NUMERIC)", params


class MoneySum(_ExactOnSQLite, models.Sum):
    """The sum of amounts, exact in each database: 0.1 and 0.2 are 0.3, and 0.3 less 0.3 is zero."""


class MoneyResult(_ExactOnSQLite):
    """Amounts added to or taken from each other, exact in each database."""

    template = "(%(expressions)s)"
    arity = 1
    output_field = MoneyField()
