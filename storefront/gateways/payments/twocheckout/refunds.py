"""Refunds of an order. 2Checkout has no idempotency: a refund is known again by the comment that it was begun with.

https://docs.2checkout.com/json-rpc-api-reference/json-rpc-api-6.0/api-requests/refund-an-order
Amounts of 2Checkout's are what the buyer gets; where it sells itself (``is_net``) ours are without the tax in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from storefront.gateways.json_body import word
from storefront.gateways.payments.refunds import RefundSnapshot, RefundState
from storefront.gateways.payments.twocheckout.api import Order
from storefront.gateways.payments.twocheckout.limits import number, rounded

_NOTHING = Decimal(0)
#: The comment of a refund of ours: our key, and our own amount.
_COMMENT = re.compile(r"(?P<key>[a-z0-9-]{1,60}) (?P<amount>[0-9]{1,12}(\.[0-9]{2})?)", re.ASCII)
#: One of the reasons that every account has; the seller's own ones are not known to us.
REASON = "Other"


def comment(key: str, amount: Decimal) -> str:
    return f"{key} {amount}"


def refunds_of(order: Order, *, amount: Decimal, gross: Decimal, currency: str) -> tuple[RefundSnapshot, ...]:
    """The refunds of a paid order in our amounts, the earliest first. ``amount`` is ours of the whole order, ``gross``
    what the buyer paid. What a lost chargeback took is none of them (``disputes``)."""
    left, left_gross = amount, gross
    found = []
    for position, entry in enumerate(order.get("Refunds") or (), start=1):
        theirs = abs(Decimal(str(entry["Amount"])))
        ours = _COMMENT.fullmatch(str(entry.get("Comment") or ""))
        left_gross -= theirs
        part = Decimal(ours["amount"]) if ours else _ours(theirs, amount, gross, left, left_gross, currency)
        left -= part
        reference = word(entry.get("Code")) or f"{order['RefNo']}-{position}"
        key = ours["key"] if ours else ""
        if ours or not _is_charged_back(order):
            found.append(RefundSnapshot(reference, RefundState.SUCCEEDED, part, currency, key))
    if order["Status"] == "REFUND" and not order.get("Refunds") and not _is_charged_back(order):
        found.append(RefundSnapshot(f"{order['RefNo']}-1", RefundState.SUCCEEDED, amount, currency))
    return tuple(found)


def _ours(
    theirs: Decimal, amount: Decimal, gross: Decimal, left: Decimal, left_gross: Decimal, currency: str
) -> Decimal:
    """Our part of a refund: all that is left where nothing is left of theirs."""
    if amount == gross:
        return theirs
    return left if left_gross <= 0 else min(left, rounded(theirs * amount / gross, currency))


def _is_charged_back(order: Order) -> bool:
    """Whether the buyer's bank took the money: 2Checkout then counts the order as refunded."""
    return order.get("ChargebackResolution") in ("OPEN", "LOST", "ACCEPTED")


def returned(refunds: Iterable[RefundSnapshot]) -> Decimal:
    return sum((each.amount for each in refunds), _NOTHING)


def gross_of(order: Order, *, whole: Decimal, part: Decimal, left: Decimal, currency: str) -> Decimal:
    """What the buyer gets for ``part`` of ``whole``, of which ``left`` is not refunded yet, with the tax that 2Checkout
    had added; all in major units, ours without that tax."""
    gross = Decimal(str(order["GrossPrice"]))
    if part == left:
        return gross - sum((abs(Decimal(str(each["Amount"]))) for each in order.get("Refunds") or ()), _NOTHING)
    return rounded(part * gross / whole, currency)


def body(order: Order, *, key: str, amount: Decimal, gross: Decimal) -> Mapping[str, Any]:
    """The request. ``amount``: ours, for the comment; ``gross``: what the buyer gets. Both in major units."""
    items = [
        {"LineItemReference": line, "Quantity": quantity, "Amount": number(part)}
        for line, quantity, part in _parts(order, gross)
    ]
    return {"amount": number(gross), "comment": comment(key, amount), "reason": REASON, "items": items}


def _parts(order: Order, gross: Decimal) -> Iterator[tuple[str, int, Decimal]]:
    """The amount over the order's products, the first ones first; each at most what it cost."""
    left = gross
    for item in order["Items"]:
        part = min(left, Decimal(str(item["Price"]["GrossPrice"])))
        if part > 0:
            yield item["LineItemReference"], int(item["Quantity"]), part
        left -= part
