"""Saving a method without a payment: a Checkout Session of the mode ``setup``.

https://docs.stripe.com/payments/checkout/save-and-reuse
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from storefront.gateways.errors import Declined, NotFound, Unavailable
from storefront.gateways.payments.base import RemoteState, StartedPayment
from storefront.gateways.payments.saved_methods import SetupRequest, SetupSnapshot
from storefront.gateways.payments.stripe import methods
from storefront.gateways.payments.stripe.failures import translated
from storefront.gateways.payments.stripe.objects import expanded
from storefront.gateways.payments.stripe.opening import KEY_LIFETIME, open_for_customer, sessions_since, started
from storefront.gateways.payments.stripe.refusals import code_of
from storefront.gateways.payments.stripe.sessions import locale, saving_params
from storefront.gateways.payments.stripe.snapshots import truth
from storefront.gateways.payments.stripe.webhooks import IDEMPOTENCY_KEY, OUR_REFERENCE

if TYPE_CHECKING:
    import stripe

EXPAND = ["setup_intent.payment_method"]
_ENDS = {
    "succeeded": RemoteState.SUCCEEDED,
    "processing": RemoteState.PROCESSING,
    "requires_action": RemoteState.PROCESSING,
    "requires_confirmation": RemoteState.PROCESSING,
    "requires_payment_method": RemoteState.FAILED,
    "canceled": RemoteState.FAILED,
}


def start(client: stripe.StripeClient, request: SetupRequest, *, now: datetime) -> StartedPayment:
    """See ``SavedMethodGateway.start_setup``. Repeating a key within a day returns the first page."""
    ours = {OUR_REFERENCE: request.our_reference}
    params: dict[str, Any] = {
        "mode": "setup",
        "currency": request.currency.lower(),
        "client_reference_id": request.our_reference,
        "metadata": {**ours, IDEMPOTENCY_KEY: request.idempotency_key},
        "setup_intent_data": {"metadata": ours},
        "success_url": request.return_url,
        "cancel_url": request.cancel_url,
        "locale": locale(request.language),
        **saving_params(request.save),
    }
    try:
        return open_for_customer(
            client, params, request.save, email=request.customer_email, idempotency_key=request.idempotency_key
        )
    except Declined as refusal:
        if refusal.code != "idempotency_error":
            raise
        for session in sessions_since(client, now - KEY_LIFETIME, mode="setup"):
            if session["metadata"].get(IDEMPOTENCY_KEY) == request.idempotency_key:
                return started(session)
        raise


def find(client: stripe.StripeClient, provider_reference: str) -> SetupSnapshot:
    """What became of the page. Raises ``NotFound`` for a session that takes money."""
    with translated():
        session = client.v1.checkout.sessions.retrieve(provider_reference, params={"expand": EXPAND}).to_dict()
        if session["mode"] != "setup":
            raise NotFound("not a page where a method is saved")
        intent = expanded(session.get("setup_intent"))
        state = _state(session, intent)
        method = expanded(intent.get("payment_method"))
        return SetupSnapshot(
            provider_reference=session["id"],
            our_reference=session.get("client_reference_id") or "",
            state=state,
            is_live=truth(session["livemode"]),
            redirect_url=session["url"] if state is RemoteState.OPEN else "",
            failure_code="" if state is RemoteState.SUCCEEDED else code_of(intent.get("last_setup_error")),
            method=methods.read(method) if state is RemoteState.SUCCEEDED else None,
        )


def _state(session: Mapping[str, Any], intent: Mapping[str, Any]) -> RemoteState:
    match session["status"]:
        case "open":
            return RemoteState.OPEN
        case "expired":
            return RemoteState.EXPIRED
        case "complete" if intent.get("status") in _ENDS:
            return _ENDS[intent["status"]]
    raise Unavailable(f"unknown state of a set-up: {session['status']!r}", code="unreadable_answer")
