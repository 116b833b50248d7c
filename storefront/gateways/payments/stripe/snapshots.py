"""A Checkout Session, read into the shop's words. Input is plain dictionaries (``StripeObject.to_dict()``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storefront.gateways.errors import NotFound, Unavailable
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.stripe import instructions, methods
from storefront.gateways.payments.stripe.amounts import from_minor
from storefront.gateways.payments.stripe.objects import expanded, object_id

#: what a snapshot needs beside the session itself; at most four levels deep (docs.stripe.com/api/expanding_objects)
EXPAND = ("payment_intent.latest_charge",)


def snapshot(session: Mapping[str, Any]) -> PaymentSnapshot:
    """One session with its payment intent and latest charge expanded.

    Raises ``NotFound`` for a session that takes no payment (set-up, subscription), ``Unavailable`` for a state
    Stripe does not document; ``KeyError`` and the like for a body that is no session are translated by the caller.
    """
    if session["object"] != "checkout.session" or session["mode"] != "payment":
        raise NotFound("not a payment session")
    intent = expanded(session.get("payment_intent"))
    charge = expanded(intent.get("latest_charge"))
    currency = session["currency"].upper()
    state = _state(session, intent)
    return PaymentSnapshot(
        provider_reference=session["id"],
        our_reference=session.get("client_reference_id") or "",
        state=state,
        amount=from_minor(session["amount_total"], currency),
        currency=currency,
        is_live=truth(session["livemode"]),
        redirect_url=session["url"] if state is RemoteState.OPEN else "",
        charge_reference=object_id(session.get("payment_intent")),
        failure_code="" if state in (RemoteState.SUCCEEDED, RemoteState.WAITING) else _failure_code(intent),
        method_label=method_label(charge),
        method_country=method_country(charge),
        amount_refunded=from_minor(charge.get("amount_refunded", 0), currency) if _is_seen(session, intent) else None,
        instructions=instructions.read(intent) if state is RemoteState.WAITING else None,
        saved_method=methods.saved_with(intent, charge) if state is RemoteState.SUCCEEDED else None,
    )


def _is_seen(session: Mapping[str, Any], intent: Mapping[str, Any]) -> bool:
    """Whether the charge is there, or there is none: an id alone stands for what was not expanded."""
    return not isinstance(session.get("payment_intent"), str) and not isinstance(intent.get("latest_charge"), str)


def is_disputed(intent: Any) -> bool:
    """Whether the charge says that it was ever disputed; it does so for good, however the dispute ended. ``intent``:
    expanded with its charge, else it says nothing."""
    return truth(expanded(expanded(intent).get("latest_charge")).get("disputed", False))


def _state(session: Mapping[str, Any], intent: Mapping[str, Any]) -> RemoteState:
    """``complete`` is not 'paid': bank debits complete first and pay, or fail, days later; with a voucher or a bank
    transfer the buyer must still pay (``requires_action``). https://docs.stripe.com/payments/paymentintents/lifecycle"""
    if session["payment_status"] == "paid":
        return RemoteState.SUCCEEDED
    match session["status"]:
        case "open":
            return RemoteState.OPEN
        case "expired":
            return RemoteState.EXPIRED
        case "complete" if intent.get("status") == "requires_payment_method":
            return RemoteState.FAILED
        case "complete" if intent.get("status") == "canceled":
            return RemoteState.EXPIRED
        case "complete" if intent.get("status") == "requires_action":
            return RemoteState.WAITING
        case "complete":
            return RemoteState.PROCESSING
    raise Unavailable(f"unknown session status {session['status']!r}", code="unreadable_answer")


def truth(value: Any) -> bool:
    """A boolean of Stripe's. Raises TypeError for anything else."""
    if not isinstance(value, bool):
        raise TypeError("not a boolean")
    return value


def _failure_code(intent: Mapping[str, Any]) -> str:
    error = intent.get("last_payment_error") or {}
    return error.get("decline_code") or error.get("code") or ""


def method_label(charge: Mapping[str, Any]) -> str:
    """What was paid with, safe to print; "" if it is not known."""
    details = charge.get("payment_method_details") or {}
    kind = details.get("type") or ""
    card = details.get("card")
    if kind == "card" and card:
        return f"{card['brand']} •••• {card['last4']}"
    return str(kind)


def method_country(charge: Mapping[str, Any]) -> str:
    """Of a card its issuer's, of a bank debit the bank's; other methods do not tell, or in fields of their own.
    https://docs.stripe.com/api/charges/object, ``payment_method_details``"""
    details = charge.get("payment_method_details") or {}
    country = (details.get(details.get("type") or "") or {}).get("country")
    return country.upper() if isinstance(country, str) and len(country) == 2 else ""
