"""Purses that receive money: Z holds US dollars, E euros. Each has secret keys of its own.

https://wiki.webmoney.ru/projects/webmoney/wiki/Web_Merchant_Interface
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from storefront.gateways.errors import ConfigurationError
from storefront.gateways.payments.limits import Limits

CURRENCIES = {"Z": "USD", "E": "EUR"}
_ENTRY = re.compile(r"(?P<number>[ZE][0-9]{12}):(?P<key>[^\s:,]{8,100})(:(?P<x20>[^\s:,]{8,100}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Purse:
    """``keys``: of its pay page, the present one first; ``x20``: its key of invoices, "" without one."""

    number: str
    currency: str
    keys: tuple[str, ...] = field(repr=False)
    x20: str = field(repr=False, default="")

    @property
    def key(self) -> str:
        return self.keys[0]


def read(entries: Sequence[str]) -> Mapping[str, Purse]:
    """Purses by currency, from ``PURSE:KEY`` or ``PURSE:KEY:X20KEY``; a second entry of one purse is its former key.

    Raises ``ConfigurationError`` for what is no such entry, and for two purses of one currency.
    """
    purses: dict[str, Purse] = {}
    for entry in entries:
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ConfigurationError("a purse is Z or E with 12 digits, :KEY or :KEY:X20KEY")
        currency = CURRENCIES[match["number"][0]]
        known = purses.get(currency)
        if known is not None and known.number != match["number"]:
            raise ConfigurationError(f"two purses for {currency}")
        keys = (*(known.keys if known else ()), match["key"])
        purses[currency] = Purse(match["number"], currency, keys, (known.x20 if known else "") or match["x20"] or "")
    if not purses:
        raise ConfigurationError("no purse is set up")
    return purses


def limits(purses: Mapping[str, Purse]) -> Limits:
    return Limits(currencies=frozenset(purses), longest_description=255, most_lines=0)


def written(amount: Decimal) -> str:
    """``99.90``."""
    return f"{amount:.2f}"
