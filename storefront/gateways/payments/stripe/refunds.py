"""Giving money back through Stripe (https://docs.stripe.com/api/refunds/create)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from storefront.gateways.errors import Declined
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot, RefundState
from storefront.gateways.payments.stripe.amounts import from_minor, to_minor
from storefront.gateways.payments.stripe.failures import translated
from storefront.gateways.payments.stripe.webhooks import IDEMPOTENCY_KEY, OUR_REFERENCE

if TYPE_CHECKING:
    import stripe

#: Stripe's own words for a refund; "fraudulent" also blocks the card, so it is sent only when it is meant.
REFUND_REASONS = frozenset(("duplicate", "fraudulent", "requested_by_customer"))
REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}


def give_back(client: stripe.StripeClient, payment: PaymentSnapshot, request: RefundRequest) -> RefundSnapshot:
    """Raises ``Declined`` for more than is left, a disputed or unpaid charge, or another currency than was paid."""
    amount = to_minor(request.amount, request.currency)
    if payment.state is not RemoteState.SUCCEEDED or request.currency.upper() != payment.currency or not amount:
        raise Declined("nothing was paid that could be refunded so", code="not_refundable")
    metadata = {
        OUR_REFERENCE: payment.our_reference,
        IDEMPOTENCY_KEY: request.idempotency_key,
        "reason": request.reason[:500],
    }
    params: dict[str, Any] = {
        "payment_intent": payment.charge_reference,
        "amount": amount,
        "metadata": {key: value for key, value in metadata.items() if value},
    }
    if request.reason in REFUND_REASONS:
        params["reason"] = request.reason
    with translated():
        refund = client.v1.refunds.create(
            params=params,  # type: ignore[arg-type]  # built step by step; a TypedDict cannot express that
            options={"idempotency_key": request.idempotency_key},
        )
        return read(refund.to_dict())


def refunds_of(client: stripe.StripeClient, intent_id: str) -> tuple[RefundSnapshot, ...]:
    """Every refund of a payment intent (https://docs.stripe.com/api/refunds/list). Run inside ``translated()``."""
    page = client.v1.refunds.list(params={"payment_intent": intent_id, "limit": 100})
    return tuple(read(each.to_dict()) for each in page.auto_paging_iter())


def read(refund: Mapping[str, Any]) -> RefundSnapshot:
    """One refund in the shop's words.

    The status may be null (https://docs.stripe.com/api/refunds/object#refund_object-status): Stripe has the refund and
    says neither that it arrived nor that it failed. The same goes for a status that is not documented.
    """
    currency = refund["currency"].upper()
    return RefundSnapshot(
        refund_reference=refund["id"],
        state=REFUND_STATES.get(refund["status"], RefundState.PENDING),
        amount=from_minor(refund["amount"], currency),
        currency=currency,
        idempotency_key=(refund.get("metadata") or {}).get(IDEMPOTENCY_KEY, ""),
        failure_code=refund.get("failure_reason") or "",
    )
