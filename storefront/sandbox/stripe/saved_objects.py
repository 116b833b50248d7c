"""Objects of what is saved, and of charges without a session; ``objects`` has the others."""

from __future__ import annotations

from storefront.sandbox.stripe import fields
from storefront.sandbox.stripe.objects import payment_intent, session
from storefront.sandbox.stripe.state import Object, State, new_id


def setup_session(asked: Object, *, now: int, page: str) -> Object:
    """One that saves a method: without lines, amounts and a payment intent."""
    amounts = dict.fromkeys(("amount_subtotal", "amount_total", "customer_creation", "total_details"))
    return (
        session(asked, total=0, now=now, page=page)
        | amounts
        | {
            "mode": "setup",
            "payment_status": "no_payment_required",
        }
    )


def setup_intent(session: Object, data: Object, *, now: int) -> Object:
    intent_id = new_id("seti")
    return {
        **fields.unset(fields.SETUP_INTENT),
        "id": intent_id,
        "object": "setup_intent",
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "always"},
        "client_secret": f"{intent_id}_secret_{new_id('x')}",
        "created": now,
        "customer": session["customer"],
        "description": data.get("description"),
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
    }


def payment_method(card: Object, *, email: str | None, name: str | None, now: int) -> Object:
    return {
        **fields.unset(fields.METHOD),
        "id": new_id("pm"),
        "object": "payment_method",
        "billing_details": {**fields.unset(fields.BILLING), "email": email, "name": name},
        "card": card,
        "created": now,
        "livemode": False,
        "type": "card",
    }


def direct_intent(asked: Object, *, now: int) -> Object:
    """One that is made without a session, for a saved method."""
    like_a_session = {
        "amount_total": asked["amount"],
        "currency": asked["currency"],
        "customer": asked["customer"],
    }
    automatic = {"allow_redirects": "always", **asked["automatic_payment_methods"]}
    return payment_intent(like_a_session, asked, now=now) | {
        "automatic_payment_methods": automatic,
        "payment_method": asked["payment_method"],
    }


def intent_of(state: State, reference: str) -> Object:
    """The payment intent of a session, empty before it has one; or the one without a session itself.

    Raises 404 for an id of anything else."""
    if reference.startswith("pi_"):
        return state.get("payment_intent", reference)
    return state.objects.get(state.get("checkout.session", reference)["payment_intent"] or "", {})
