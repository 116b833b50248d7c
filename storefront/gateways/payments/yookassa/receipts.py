"""Receipts by the Russian law 54-FZ, which YooKassa registers with the tax office: goes with payments and refunds.

https://yookassa.ru/developers/payment-acceptance/receipts/54fz/parameters-values

The sums of a receipt must make up the payment to the kopeck, and no line of it may be below zero: a discount is taken
off the prices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from storefront.gateways.errors import ConfigurationError, Declined
from storefront.gateways.payments.lines import LineItem
from storefront.gateways.payments.yookassa.amounts import LIMITS, written

_KOPECK = Decimal("0.01")
#: The name, among ``vat_codes``, of what is sold without VAT.
WITHOUT = "none"


@dataclass(frozen=True, slots=True)
class ReceiptRules:
    """What the seller's accountant decides. ``vat_codes``: the tax office's number of each rate of VAT, in percent, and
    of WITHOUT. ``tax_system``: number of the seller's own, None where the account has but one. ``subject``, ``mode``:
    what is sold and how it is paid (``payment_subject``, ``payment_mode``)."""

    vat_codes: Mapping[str, int]
    tax_system: int | None = None
    subject: str = "service"
    mode: str = "full_payment"


def receipt(
    rules: ReceiptRules, lines: Sequence[LineItem], *, amount: Decimal, currency: str, email: str, name: str
) -> Mapping[str, Any]:
    """The receipt for ``amount`` (major units): the lines, brought to that sum. ``name``: what a receipt without lines,
    or with more of them than it may have, says instead.

    Raises Declined without an e-mail to send it to, ConfigurationError for a rate that has no number.
    """
    if not LIMITS.takes_email(email):
        raise Declined("a receipt needs the buyer's e-mail", code="receipt_email")
    found: dict[str, Any] = {
        "customer": {"email": email},
        "items": [
            {
                "description": " ".join((line.description or name or "-").split())[: LIMITS.longest_line_name],
                "quantity": "1.00",
                "amount": written(price, currency),
                "vat_code": _code(rules, line.tax_rate),
                "payment_mode": rules.mode,
                "payment_subject": rules.subject,
            }
            for line, price in spread(_shown(lines, amount, name), amount)
        ],
    }
    return found | ({"tax_system_code": rules.tax_system} if rules.tax_system else {})


def spread(lines: Sequence[LineItem], amount: Decimal) -> list[tuple[LineItem, Decimal]]:
    """The lines above zero with the part of ``amount`` that falls to each, in proportion and to the kopeck; what is
    left by rounding goes to the largest."""
    goods = [line for line in lines if line.amount > 0]
    whole = sum((line.amount for line in goods), Decimal(0))
    parts = [(amount * line.amount / whole).quantize(_KOPECK, rounding=ROUND_DOWN) for line in goods]
    largest = max(range(len(goods)), key=lambda at: parts[at])
    parts[largest] += amount - sum(parts)
    return [(line, part) for line, part in zip(goods, parts, strict=True) if part > 0]


def _shown(lines: Sequence[LineItem], amount: Decimal, name: str) -> Sequence[LineItem]:
    """One line for each rate where there are too many; without any one of the whole."""
    if not any(line.amount > 0 for line in lines):
        return [LineItem(name, amount)]
    if len(lines) <= LIMITS.most_lines:
        return lines
    rates = dict.fromkeys(line.tax_rate for line in lines)
    sums = {rate: sum((line.amount for line in lines if line.tax_rate == rate), Decimal(0)) for rate in rates}
    return [LineItem(name, part, rate) for rate, part in sums.items()]


def _code(rules: ReceiptRules, rate: Decimal | None) -> int:
    told = WITHOUT if rate is None else f"{rate.normalize():f}"
    try:
        return rules.vat_codes[told]
    except KeyError:
        raise ConfigurationError(f"YOOKASSA_VAT_CODES has no number for VAT of {told}") from None
