"""Refunds of captures (https://developer.paypal.com/docs/api/payments/v2/#captures_refund)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from storefront.gateways.errors import Declined
from storefront.gateways.json_body import word
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.paypal.amounts import LIMITS, read, written
from storefront.gateways.payments.paypal.client import Client, readable
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot, RefundState

STATES = {
    "COMPLETED": RefundState.SUCCEEDED,
    "PENDING": RefundState.PENDING,
    "FAILED": RefundState.FAILED,
    "CANCELLED": RefundState.FAILED,
}
LONGEST_NOTE = 255


def give_back(client: Client, payment: PaymentSnapshot, request: RefundRequest) -> RefundSnapshot:
    """Raises ``Declined`` for more than is left, an unpaid charge, or another currency than was paid.

    The amount always stands in the request: without one PayPal gives back all that is left.
    """
    problem = LIMITS.problem(request.amount, request.currency)
    if payment.state is not RemoteState.SUCCEEDED or request.currency != payment.currency or problem:
        raise Declined("nothing was paid that could be refunded so", code="not_refundable")
    body = {"amount": written(request.amount, request.currency), "custom_id": request.idempotency_key[:127]}
    if note := request.reason[:LONGEST_NOTE].strip():
        body["note_to_payer"] = note
    path = f"/v2/payments/captures/{payment.charge_reference}/refund"
    answer = client.post(path, body, request_id=request.idempotency_key)
    with readable():
        return of(answer, inherited=payment.our_reference)


def of(refund: Mapping[str, Any], *, inherited: str) -> RefundSnapshot:
    """One refund in the shop's words. ``inherited``: the payment's ``custom_id``, which a refund made in the dashboard
    may carry as its own. A status that is not documented: PayPal has it, and says neither that it arrived nor that it
    failed."""
    amount, currency = read(refund["amount"])
    state = STATES.get(refund["status"], RefundState.PENDING)
    reason = word((refund.get("status_details") or {}).get("reason"))
    key = word(refund.get("custom_id"))
    return RefundSnapshot(
        refund_reference=word(refund["id"]),
        state=state,
        amount=amount,
        currency=currency,
        idempotency_key="" if key == inherited else key,
        failure_code=(reason or word(refund["status"])) if state is RefundState.FAILED else "",
    )


def of_order(payments: Mapping[str, Any], capture: Mapping[str, Any]) -> tuple[RefundSnapshot, ...] | None:
    """The refunds that an order shows; None if its capture says that there are some and none is shown."""
    inherited = word(capture.get("custom_id"))
    found = tuple(of(each, inherited=inherited) for each in payments.get("refunds") or ())
    is_hidden = not found and capture.get("status") in ("PARTIALLY_REFUNDED", "REFUNDED")
    return None if is_hidden else found


def total(found: tuple[RefundSnapshot, ...] | None, capture: Mapping[str, Any], amount: Decimal) -> Decimal | None:
    """What was given back, pending refunds included; None where it cannot be seen."""
    if found is None:
        return amount if capture["status"] == "REFUNDED" else None
    return sum((each.amount for each in found if each.state is not RefundState.FAILED), Decimal(0))
