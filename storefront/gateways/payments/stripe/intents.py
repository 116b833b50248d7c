"""A payment intent without a session: the charge of a saved method, read into the shop's words.

https://docs.stripe.com/payments/paymentintents/lifecycle. Those of sessions are known by their sessions, and carry no
idempotency key of ours in their metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storefront.gateways.errors import NotFound, Unavailable
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.stripe.amounts import from_minor
from storefront.gateways.payments.stripe.objects import expanded
from storefront.gateways.payments.stripe.refusals import code_of
from storefront.gateways.payments.stripe.snapshots import method_country, method_label, truth
from storefront.gateways.payments.stripe.webhooks import IDEMPOTENCY_KEY, OUR_REFERENCE

PREFIX = "pi_"
EXPAND = ("latest_charge",)
_STATES = {
    "succeeded": RemoteState.SUCCEEDED,
    "processing": RemoteState.PROCESSING,
    "requires_capture": RemoteState.PROCESSING,
    "requires_confirmation": RemoteState.PROCESSING,
    "requires_action": RemoteState.OPEN,
    "requires_payment_method": RemoteState.FAILED,  # confirmed once, when it was made; nobody confirms it again
}


def is_direct(intent: Mapping[str, Any]) -> bool:
    """Whether it is ours and has no session."""
    return bool((intent.get("metadata") or {}).get(IDEMPOTENCY_KEY))


def snapshot(intent: Mapping[str, Any]) -> PaymentSnapshot:
    """One intent with its latest charge expanded. Raises as ``snapshots.snapshot`` does."""
    if intent["object"] != "payment_intent" or not is_direct(intent):
        raise NotFound("not the charge of a saved method")
    charge, currency, state = expanded(intent.get("latest_charge")), intent["currency"].upper(), _state(intent)
    is_seen = not isinstance(intent.get("latest_charge"), str)
    return PaymentSnapshot(
        provider_reference=intent["id"],
        our_reference=(intent.get("metadata") or {}).get(OUR_REFERENCE) or "",
        state=state,
        amount=from_minor(intent["amount"], currency),
        currency=currency,
        is_live=truth(intent["livemode"]),
        redirect_url=redirect_url(intent) if state is RemoteState.OPEN else "",
        charge_reference=intent["id"],
        failure_code="" if state is RemoteState.SUCCEEDED else code_of(intent.get("last_payment_error")),
        method_label=method_label(charge),
        method_country=method_country(charge),
        amount_refunded=from_minor(charge.get("amount_refunded", 0), currency) if is_seen else None,
    )


def redirect_url(intent: Mapping[str, Any]) -> str:
    """Where the buyer confirms to their bank that it is them; "" if that is not asked for."""
    action = expanded(intent.get("next_action"))
    return str(expanded(action.get("redirect_to_url")).get("url") or "")


def _state(intent: Mapping[str, Any]) -> RemoteState:
    status = intent["status"]
    if status == "canceled":
        return RemoteState.FAILED if intent.get("last_payment_error") else RemoteState.EXPIRED
    state = _STATES.get(status)
    if state is None:
        raise Unavailable(f"unknown intent status {status!r}", code="unreadable_answer")
    return state
