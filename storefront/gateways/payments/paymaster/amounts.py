"""What PayMaster charges, and how it writes money: ``{"value": 99.9, "currency": "RUB"}``, a JSON number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from storefront.gateways.errors import Declined
from storefront.gateways.json_body import word
from storefront.gateways.payments.limits import Limits

#: Other currencies need a contract of their own.
LIMITS = Limits(currencies=frozenset({"RUB"}), longest_description=255)


def check(amount: Decimal, currency: str) -> None:
    """Raises ``Declined`` for what is beyond ``LIMITS``."""
    if problem := LIMITS.problem(amount, currency):
        raise Declined(f"{amount} {currency} cannot be charged", code=f"amount_{problem.code}")


def written(amount: Decimal, currency: str) -> dict[str, Any]:
    """With exactly its digits."""
    return {"value": json.loads(f"{amount:f}"), "currency": currency}


def read(told: Mapping[str, Any]) -> tuple[Decimal, str]:
    """Raises KeyError, TypeError or ArithmeticError for what is no amount."""
    value = told["value"]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("an amount that is no number")
    amount = Decimal(str(value))
    if not amount.is_finite() or amount % Decimal("0.01"):
        raise ArithmeticError("an amount with more than two places")
    return amount.quantize(Decimal("0.01")), word(told["currency"], longest=3)
