"""What Sberbank charges, and how it writes money: whole kopecks, and currencies by their number in ISO 4217."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from storefront.gateways.payments.limits import Limits

ROUBLE = "643"
#: Currencies that an order may be told to be in; we ask for roubles alone. 810 is the rouble before 1998.
_CODES = {"643": "RUB", "810": "RUB", "840": "USD", "978": "EUR", "156": "CNY", "398": "KZT", "933": "BYN"}

#: The length of a description is what the bank recommends; longer ones do not show in its lists.
LIMITS = Limits(currencies=frozenset({"RUB"}), longest_description=99)


def written(amount: Decimal) -> str:
    """Roubles as kopecks."""
    return str(int(amount * 100))


def read(value: Any) -> Decimal:
    """Kopecks as roubles. Raises TypeError for what is no whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("an amount that is no whole number")
    return Decimal(value) / 100


def currency(code: Any) -> str:
    """By its number, as text or not. Raises KeyError for one that nobody expects."""
    return _CODES[f"{code:03}" if isinstance(code, int) else code]
