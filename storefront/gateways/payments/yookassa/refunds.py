"""Refunds (https://yookassa.ru/developers/api#refund): of a payment that has succeeded, whole or in parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from storefront.gateways.json_body import word
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot, RefundState
from storefront.gateways.payments.yookassa.amounts import read, written

#: Our key, by which a refund of ours is known again.
KEY = "key"
LONGEST_REASON = 250
_STATES = {
    "succeeded": RefundState.SUCCEEDED,
    "pending": RefundState.PENDING,
    "canceled": RefundState.FAILED,
}


def body(request: RefundRequest) -> dict[str, Any]:
    """The request, without its receipt."""
    asked: dict[str, Any] = {
        "payment_id": request.provider_reference,
        "amount": written(request.amount, request.currency),
        "metadata": {KEY: request.idempotency_key},
    }
    reason = " ".join(request.reason.split())[:LONGEST_REASON]
    return asked | ({"description": reason} if reason else {})


def of(refund: Mapping[str, Any]) -> RefundSnapshot:
    """One refund in the shop's words. A status that is not documented: it is there, and its end is not known."""
    amount, currency = read(refund["amount"])
    state = _STATES.get(refund["status"], RefundState.PENDING)
    reason = word((refund.get("cancellation_details") or {}).get("reason"), 100)
    own = refund.get("metadata")
    return RefundSnapshot(
        refund_reference=word(refund["id"], 64),
        state=state,
        amount=amount,
        currency=currency,
        idempotency_key=word(own.get(KEY), 64) if isinstance(own, dict) else "",
        failure_code=(reason or "canceled") if state is RefundState.FAILED else "",
    )


def returned(refunds: Iterable[RefundSnapshot]) -> Decimal:
    """What is given back, pending refunds included, in major units."""
    return sum((each.amount for each in refunds if each.state is not RefundState.FAILED), Decimal(0))
