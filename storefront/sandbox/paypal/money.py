"""Amounts as PayPal counts them (https://developer.paypal.com/api/rest/reference/currency-codes/)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from storefront.sandbox.paypal.errors import refused

KNOWN = frozenset(
    """AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN TWD NZD NOK PHP PLN GBP SGD SEK CHF THB USD""".split()
)
WHOLE = frozenset({"HUF", "JPY", "TWD"})
Money = dict[str, str]


def read(money: Money, *, field: str) -> Decimal:
    """Raises 422 for an amount PayPal does not count in."""
    currency, text = money["currency_code"], money["value"]
    if currency not in KNOWN:
        raise refused("CURRENCY_NOT_SUPPORTED", field=f"{field}/currency_code")
    amount = Decimal(text)
    places = 0 if currency in WHOLE else 2
    if "." in text and (places == 0 or len(text.partition(".")[2]) > places):
        raise refused("DECIMAL_PRECISION", field=f"{field}/value")
    return amount


def write(amount: Decimal, currency: str) -> Money:
    places = Decimal(1) if currency in WHOLE else Decimal("0.01")
    return {"currency_code": currency, "value": str(amount.quantize(places))}


def check_unit(unit: dict[str, Any]) -> None:
    """The total is above zero, in one currency, and the sum of its parts and of its items. Raises 422."""
    place = "/purchase_units/@reference_id=='default'/amount"
    total, currency = read(unit["amount"], field=place), unit["amount"]["currency_code"]
    if total <= 0:
        raise refused("CANNOT_BE_ZERO_OR_NEGATIVE", field=f"{place}/value")
    parts = unit["amount"].get("breakdown", {})
    items = unit.get("items", [])
    inside = [*parts.values(), *(each[name] for each in items for name in ("unit_amount", "tax") if name in each)]
    if any(each["currency_code"] != currency for each in inside):
        raise refused("CURRENCY_MISMATCH", field=place)
    if items and "item_total" not in parts:
        raise refused("ITEM_TOTAL_REQUIRED", field=f"{place}/breakdown/item_total")
    if any(read(each, field=place) < 0 for each in inside):
        raise refused("CANNOT_BE_NEGATIVE", field=place)
    if parts:
        lesser = {"discount", "shipping_discount"}
        signed = [read(each, field=place) * (-1 if name in lesser else 1) for name, each in parts.items()]
        if sum(signed) != total:
            raise refused("AMOUNT_MISMATCH", field=f"{place}/value")
    if items and sum(_line(each, "unit_amount") for each in items) != read(parts["item_total"], field=place):
        raise refused("ITEM_TOTAL_MISMATCH", field=f"{place}/breakdown/item_total")
    if any("tax" in each for each in items):
        told = read(parts["tax_total"], field=place) if "tax_total" in parts else None
        if sum(_line(each, "tax") for each in items if "tax" in each) != told:
            raise refused("TAX_TOTAL_MISMATCH", field=f"{place}/breakdown/tax_total")


def _line(item: dict[str, Any], name: str) -> Decimal:
    return Decimal(item[name]["value"]) * int(item["quantity"])
