"""Amounts as PayPal writes them: text in major units (https://developer.paypal.com/api/rest/reference/currency-codes/)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from storefront.gateways.payments.limits import Limits

#: amounts in these have no decimals at PayPal
WHOLE = ("HUF", "JPY", "TWD")
#: What an account of any country may take. BRL, CNY, INR and MYR are for accounts of their own country alone.
CURRENCIES = frozenset("AUD CAD CHF CZK DKK EUR GBP HKD HUF ILS JPY MXN NOK NZD PHP PLN SEK SGD THB TWD USD".split())
LIMITS = Limits(
    currencies=CURRENCIES,
    steps=dict.fromkeys(WHOLE, Decimal(1)),
    largest={
        currency: Decimal("9999999.99") if currency not in WHOLE else Decimal(9_999_999) for currency in CURRENCIES
    },
    most_lines=100,
    longest_line_name=127,
    longest_description=127,
)


def written(amount: Decimal, currency: str) -> dict[str, str]:
    """An amount that ``LIMITS`` takes, as PayPal's ``Money``."""
    step = Decimal(1) if currency in WHOLE else Decimal("0.01")
    return {"currency_code": currency, "value": f"{amount.quantize(step):f}"}


def read(money: Mapping[str, Any]) -> tuple[Decimal, str]:
    """Amount (major units) and currency. Raises TypeError or ValueError for anything else than ``Money``."""
    value, currency = money["value"], money["currency_code"]
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,15}(\.\d{1,3})?", value, re.ASCII):
        raise TypeError("not an amount")
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise TypeError("not a currency")
    return Decimal(value), currency
