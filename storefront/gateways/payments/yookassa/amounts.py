"""Amounts as YooKassa writes them: text in major units, ``{"value": "96.00", "currency": "RUB"}``.

https://yookassa.ru/developers/payment-acceptance/getting-started/payment-methods (limits of a card)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from storefront.gateways.payments.limits import Limits

#: A payment must be in the currency of the account, which is the rouble. By a card at most 350,000 at once.
LIMITS = Limits(
    currencies=frozenset({"RUB"}),
    smallest={"RUB": Decimal(1)},
    largest={"RUB": Decimal(350_000)},
    most_lines=100,
    longest_line_name=128,
    longest_description=128,
)
_VALUE = re.compile(r"[0-9]{1,12}\.[0-9]{2}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")


def written(amount: Decimal, currency: str) -> dict[str, str]:
    """An amount that ``LIMITS`` takes."""
    return {"value": f"{amount:.2f}", "currency": currency}


def read(money: Mapping[str, Any]) -> tuple[Decimal, str]:
    """Amount (major units) and currency. Raises KeyError or TypeError for what is no amount."""
    value, currency = money["value"], money["currency"]
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise TypeError("not an amount")
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise TypeError("not a currency")
    return Decimal(value), currency
