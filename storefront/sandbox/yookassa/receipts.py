"""Receipts (54-FZ) that come with payments and refunds: whether one must, and whether its sums add up."""

from __future__ import annotations

from decimal import Decimal

from storefront.sandbox.yookassa.errors import invalid
from storefront.sandbox.yookassa.state import Object


def check(asked: Object, *, needed: bool, amount: Decimal) -> None:
    """``needed``: the shop's receipts are registered by YooKassa. Raises 400."""
    receipt = asked.get("receipt")
    if receipt is None:
        if needed:
            raise invalid("receipt", "Receipt is missing or illegal")
        return
    if not {"email", "phone"} & receipt["customer"].keys():
        raise invalid("receipt.customer.email", "Either email or phone must be specified")
    sums = [Decimal(item["quantity"]) * Decimal(item["amount"]["value"]) for item in receipt["items"]]
    if any(item["amount"]["currency"] != asked["amount"]["currency"] for item in receipt["items"]):
        raise invalid("receipt.items.amount.currency")
    if any(each <= 0 for each in sums) or sum(sums) != amount:
        raise invalid("receipt.items", "Receipt amount doesn't match the payment amount")
