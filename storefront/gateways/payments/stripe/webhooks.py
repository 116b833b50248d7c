"""Stripe's webhooks: proof first, then what the message hints at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storefront.gateways.errors import InvalidSignature
from storefront.gateways.payments.base import EventKind, ProviderEvent
from storefront.gateways.payments.stripe.snapshots import object_id

#: how old, or how far ahead, a signed stamp may be, in seconds. The SDK checks only the past.
TOLERANCE = 300
OUR_REFERENCE = "our_reference"  # key in the metadata of everything we create

SESSION_EVENTS = frozenset(
    f"checkout.session.{name}" for name in ("completed", "async_payment_succeeded", "async_payment_failed", "expired")
)
REFUND_EVENTS = frozenset(
    ("charge.refunded", "charge.refund.updated", "refund.created", "refund.updated", "refund.failed")
)


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
        return _event(json.loads(body))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as exc:
        # UnicodeDecodeError and JSONDecodeError are ValueErrors.
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
    subject, kind = event["data"]["object"], _kind(event["type"])
    is_session = subject["object"] == "checkout.session"
    if kind is EventKind.PAYMENT_CHANGED and not (is_session and subject["mode"] == "payment"):
        kind = EventKind.IGNORED
    if not (isinstance(event["id"], str) and event["id"] and isinstance(event["livemode"], bool)):
        raise TypeError("not an event")
    metadata = subject.get("metadata") or {}
    return ProviderEvent(
        event_id=event["id"],
        kind=kind,
        provider_reference=subject["id"] if is_session else "",
        our_reference=(is_session and subject.get("client_reference_id")) or metadata.get(OUR_REFERENCE) or "",
        is_live=event["livemode"],
        raw_type=event["type"],
        charge_reference=object_id(subject if subject["object"] == "payment_intent" else subject.get("payment_intent")),
    )


def _kind(name: str) -> EventKind:
    """Refunds and disputes count however they began: the Dashboard's arrive here too. The session's own payment
    intent tells nothing the session's events do not, so ``payment_intent.*`` is ignored."""
    if name in SESSION_EVENTS:
        return EventKind.PAYMENT_CHANGED
    if name in REFUND_EVENTS:
        return EventKind.REFUND_CHANGED
    if name.startswith("charge.dispute."):
        return EventKind.DISPUTE_CHANGED
    return EventKind.IGNORED
