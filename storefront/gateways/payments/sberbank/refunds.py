"""Refunds of an order. Each of ours carries its key (``externalRefundId``), under which the bank gives back once."""

from __future__ import annotations

import json
from decimal import Decimal

from storefront.gateways.json_body import word
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot, RefundState
from storefront.gateways.payments.sberbank import amounts
from storefront.gateways.payments.sberbank.api import Order


def fields(request: RefundRequest) -> dict[str, str]:
    """The request. The bank refuses other amounts under a key that it knows."""
    return {
        "orderId": request.provider_reference,
        "amount": amounts.written(request.amount),
        "jsonParams": json.dumps({"externalRefundId": request.idempotency_key}),
    }


def refunds_of(order: Order, *, reference: str, currency: str, whole: Decimal) -> tuple[RefundSnapshot, ...] | None:
    """The refunds of a paid order, the earliest first; None where the account is not told (``operations``).

    ``reference`` is the bank's of the order, ``whole`` what was paid. One that was reversed has a refund of the whole.
    """
    if order["orderStatus"] == 3:
        return (RefundSnapshot(f"{reference}-reversal", RefundState.SUCCEEDED, whole, currency),)
    if order["orderStatus"] != 4:
        return ()
    operations = order.get("operations")
    if not isinstance(operations, list):
        return None
    found = [
        _refund(each, at, reference, currency)
        for at, each in enumerate(operations, start=1)
        if each["type"] in ("REFUND", "REVERSAL") and int(each.get("actionCode") or 0) == 0
    ]
    return tuple(found)


def _refund(operation: Order, at: int, reference: str, currency: str) -> RefundSnapshot:
    key = word(operation.get("externalRefundId"))
    told = word(operation.get("referenceNumber"))
    return RefundSnapshot(
        refund_reference=f"{reference}-{key or told or at}"[:255],
        state=RefundState.SUCCEEDED,
        amount=amounts.read(operation["amount"]),
        currency=currency,
        idempotency_key=key,
    )
