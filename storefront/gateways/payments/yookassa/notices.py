"""YooKassa's notifications. Nothing proves them: each is a hint, and the object is asked for.

https://yookassa.ru/developers/using-api/webhooks
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from storefront.gateways.errors import InvalidSignature
from storefront.gateways.json_body import decode, word
from storefront.gateways.payments.base import EventKind, ProviderEvent

#: What must be ticked in the account. (There is none for a refund that failed.)
NEEDED_EVENTS = (
    "payment.succeeded", "payment.canceled", "payment.waiting_for_capture", "refund.succeeded",
    "payment_method.active",
)  # fmt: skip
_KINDS = {
    "payment": EventKind.PAYMENT_CHANGED,
    "refund": EventKind.REFUND_CHANGED,
    "payment_method": EventKind.SETUP_CHANGED,
}
_LONGEST_ID = 64


def claimed(body: bytes) -> ProviderEvent:
    """What a message claims, unproven. Raises InvalidSignature for what is no message of YooKassa's."""
    try:
        return _event(decode(body), body)
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        raise InvalidSignature(f"not a notification of YooKassa's ({type(exc).__name__})", code="malformed") from exc


def _event(message: Any, body: bytes) -> ProviderEvent:
    name, thing = word(message["event"], 60), message["object"]
    if message["type"] != "notification" or not name or not isinstance(thing, dict):
        raise TypeError("not a notification")
    kind = _KINDS.get(name.partition(".")[0], EventKind.IGNORED)
    own_id = word(thing["id"], _LONGEST_ID)
    if not own_id:
        raise TypeError("about nothing")
    payment = word(thing["payment_id"], _LONGEST_ID) if kind is EventKind.REFUND_CHANGED else own_id
    return ProviderEvent(
        # Copies are the same to the byte; what was made up may claim the id of one that is still to come.
        event_id=f"{name}:{own_id}:{hashlib.sha256(body).hexdigest()[:16]}",
        kind=kind,
        provider_reference=payment,
        our_reference="",
        is_live=thing.get("test") is not True,
        raw_type=name,
        charge_reference=payment if kind is not EventKind.SETUP_CHANGED else "",
        method_reference=own_id if kind is EventKind.SETUP_CHANGED else "",
    )


def metadata(thing: Mapping[str, Any]) -> str:
    """Our reference, as an object of ours carries it; "" if it is not ours. What other software of the same shop wrote
    there is no error."""
    own = thing.get("metadata")
    try:
        return word(own.get(REFERENCE), _LONGEST_ID) if isinstance(own, dict) else ""
    except TypeError:
        return ""


#: The name of our reference in an object's ``metadata``.
REFERENCE = "reference"
