"""Stripe's webhooks: proof first, then what the message hints at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storefront.gateways.errors import InvalidSignature
from storefront.gateways.json_body import decode, word
from storefront.gateways.payments.base import EventKind, ProviderEvent
from storefront.gateways.payments.stripe.objects import object_id

#: how old, or how far ahead, a signed stamp may be, in seconds. The SDK checks only the past.
TOLERANCE = 300
#: ``object`` of an event without the thing it is about (https://docs.stripe.com/events/how-events-work#thin-events)
THIN = "v2.core.event"
OUR_REFERENCE = "our_reference"  # key in the metadata of everything we create
IDEMPOTENCY_KEY = "idempotency_key"  # key in the metadata of sessions, and of charges without one
SESSION_MODES = {"payment": EventKind.PAYMENT_CHANGED, "setup": EventKind.SETUP_CHANGED}

SESSION_EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
)
REFUND_EVENTS = ("charge.refunded", "refund.created", "refund.updated", "refund.failed")
#: says of some payment methods what ``refund.updated`` says of all; understood, and not needed
OLDER_REFUND_EVENTS = ("charge.refund.updated",)
DISPUTE_EVENTS = (
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)
#: of a charge of a saved method, which has no session to speak for it
INTENT_EVENTS = (
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.canceled",
)
METHOD_EVENTS = ("payment_method.automatically_updated", "payment_method.updated", "payment_method.detached")
#: What an endpoint must be enabled for. The Dashboard takes them one by one, no wildcard.
NEEDED_EVENTS = (*SESSION_EVENTS, *REFUND_EVENTS, *DISPUTE_EVENTS, *INTENT_EVENTS, *METHOD_EVENTS)


def parse(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], *, now: datetime) -> ProviderEvent:
    """Verify a raw webhook against every secret (two are valid while one is being rolled) and read it.

    Args:
        body: the bytes as they came; a re-encoded body does not verify.
        headers: names in any case.
        now: aware UTC; the stamp must lie within ``TOLERANCE`` of it.

    Raises ``InvalidSignature`` for anything that is not a proven, fresh, readable event.
    """
    header = next((value for name, value in headers.items() if name.lower() == "stripe-signature"), "")
    try:
        _verify(body, header, secrets)
        if abs(now.timestamp() - _stamp(header)) > TOLERANCE:
            raise InvalidSignature("signed too long ago or ahead of time", code="stale")
        return _event(decode(body))
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        raise InvalidSignature(f"not an event of Stripe's ({type(exc).__name__})", code="malformed") from exc


def _verify(body: bytes, header: str, secrets: Sequence[str]) -> None:
    import stripe

    for secret in secrets:
        try:
            # No tolerance: the age is checked by us, against the caller's clock and in both directions.
            stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
        except stripe.SignatureVerificationError:
            continue
        return
    raise InvalidSignature("no secret of ours signed this", code="signature")


def _stamp(header: str) -> int:
    """The first ``t=`` of the header, the one the SDK verified."""
    return int(next(value for name, _, value in (part.partition("=") for part in header.split(",")) if name == "t"))


def _event(event: Any) -> ProviderEvent:
    if event["object"] == THIN:
        raise InvalidSignature("a thin event: the endpoint's payload style must be snapshot", code="thin_payload")
    subject, name = event["data"]["object"], word(event["type"])
    thing = word(subject["object"])
    is_session = thing == "checkout.session"
    kind = _kind(name, thing, subject)
    event_id, is_live = word(event["id"]), event["livemode"]
    if not event_id or not isinstance(is_live, bool):
        raise TypeError("not an event")
    return ProviderEvent(
        event_id=event_id,
        kind=kind,
        provider_reference=word(subject["id"]) if is_session or kind is EventKind.PAYMENT_CHANGED else "",
        our_reference=_our_reference(subject, is_session=is_session),
        is_live=is_live,
        raw_type=name,
        charge_reference=word(object_id(subject if thing == "payment_intent" else subject.get("payment_intent"))),
        method_reference=word(subject["id"]) if kind is EventKind.METHOD_CHANGED else "",
    )


def _our_reference(subject: Mapping[str, Any], *, is_session: bool) -> str:
    """Our reference on a session or in the metadata. "" for what cannot be ours: other software of the same Stripe
    account may write there what it likes, and its events are no errors."""
    metadata = subject.get("metadata") or {}
    for value in (subject.get("client_reference_id") if is_session else None, metadata.get(OUR_REFERENCE)):
        try:
            if found := word(value):
                return found
        except TypeError:
            continue
    return ""


def _kind(name: str, thing: str, subject: Mapping[str, Any]) -> EventKind:
    """Refunds and disputes count however they began: the Dashboard's arrive here too. A session's own payment intent
    tells nothing the session's events do not; only what has none speaks for itself."""
    if name in SESSION_EVENTS and thing == "checkout.session":
        return SESSION_MODES.get(subject["mode"], EventKind.IGNORED)
    if name in INTENT_EVENTS and thing == "payment_intent" and (subject.get("metadata") or {}).get(IDEMPOTENCY_KEY):
        return EventKind.PAYMENT_CHANGED
    if name in METHOD_EVENTS and thing == "payment_method":
        return EventKind.METHOD_CHANGED
    if name in REFUND_EVENTS or name in OLDER_REFUND_EVENTS:
        return EventKind.REFUND_CHANGED
    if name.startswith("charge.dispute."):
        return EventKind.DISPUTE_CHANGED
    return EventKind.IGNORED
