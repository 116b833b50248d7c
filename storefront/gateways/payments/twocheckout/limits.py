"""What 2Checkout takes: https://verifone.cloud/docs/2checkout/Documentation/07Commerce/Checkout-links-and-options/Billing-currencies"""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from storefront.gateways.payments.limits import Limits

#: Those of its list that are money today; not those of countries it does no business with (RUB, BYN, SYP).
CURRENCIES = frozenset(
    """AED AFN ALL ARS AUD AZN BBD BDT BMD BND BOB BRL BSD BWP BZD CAD CHF CLP CNY COP CRC CZK DKK DOP DZD EGP EUR FJD
    GBP GTQ HKD HNL HUF IDR ILS INR JMD JPY KES KRW KZT LAK LBP LKR LRD MAD MMK MOP MUR MVR MXN MYR NIO NOK NPR NZD
    PEN PGK PHP PKR PLN QAR RON SAR SBD SCR SEK SGD THB TOP TRY TTD TWD UAH USD VND VUV WST XCD XOF YER ZAR""".split()
)
#: Currencies without decimals.
WHOLE = frozenset("CLP JPY KRW VND VUV XOF".split())

LIMITS = Limits(
    currencies=CURRENCIES,
    steps=dict.fromkeys(WHOLE, Decimal(1)),
    smallest=dict.fromkeys(WHOLE, Decimal(1)),
    most_lines=10,
    longest_line_name=80,
    longest_description=80,
)


def written(amount: Decimal, currency: str) -> str:
    """An amount in major units as 2Checkout writes it: ``99.9`` and ``20`` are ``99.90`` and ``20.00``, yen whole."""
    return f"{amount:.0f}" if currency in WHOLE else f"{amount:.2f}"


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Rounded to the currency's step, half up."""
    return amount.quantize(LIMITS.step_in(currency), rounding=ROUND_HALF_UP)


def number(amount: Decimal) -> Any:
    """An amount as a JSON number of exactly its digits."""
    return json.loads(f"{amount:f}")
