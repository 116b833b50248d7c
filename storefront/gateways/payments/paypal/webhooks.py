"""PayPal's webhooks: proof first, then what the message hints at.

https://developer.paypal.com/api/rest/webhooks/, .../event-names/
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature as WrongSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from storefront.gateways.errors import GatewayError, InvalidSignature, Unavailable
from storefront.gateways.json_body import decode, word
from storefront.gateways.payments.base import EventKind, ProviderEvent
from storefront.gateways.payments.paypal.certificates import Certificates
from storefront.gateways.payments.paypal.client import Client

#: PayPal repeats a message for three days, perhaps with the stamp of its first sending.
OLDEST, AHEAD = timedelta(days=4), timedelta(seconds=300)
ALGORITHM = "SHA256withRSA"
VERIFY = "/v1/notifications/verify-webhook-signature"

PAYMENT_EVENTS = (
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.DENIED",
)
REFUND_EVENTS = ("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED")
DISPUTE_EVENTS = ("CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.UPDATED", "CUSTOMER.DISPUTE.RESOLVED")
#: A method was saved, or removed, here or in the buyer's own PayPal account.
METHOD_EVENTS = ("VAULT.PAYMENT-TOKEN.CREATED", "VAULT.PAYMENT-TOKEN.DELETED", "VAULT.PAYMENT-TOKEN.DELETION-INITIATED")
#: What the webhook must be subscribed to.
NEEDED_EVENTS = (*PAYMENT_EVENTS, *REFUND_EVENTS, *DISPUTE_EVENTS, *METHOD_EVENTS)
#: understood, and not needed: other spellings of PayPal's, and what tells nothing new
ALSO = {"PAYMENT.CAPTURE.DECLINED": EventKind.PAYMENT_CHANGED, "CHECKOUT.ORDER.COMPLETED": EventKind.PAYMENT_CHANGED}
ALSO |= {"PAYMENT.REFUND.PENDING": EventKind.REFUND_CHANGED, "PAYMENT.REFUND.FAILED": EventKind.REFUND_CHANGED}


@dataclass(frozen=True, slots=True)
class Proof:
    """The five headers that come with a message (in any case)."""

    algorithm: str
    certificate: str
    transmission: str
    signature: str
    sent_at: str

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Proof:
        given = {name.lower(): value for name, value in headers.items()}
        names = ("auth-algo", "cert-url", "transmission-id", "transmission-sig", "transmission-time")
        found = [given.get(f"paypal-{name}", "") for name in names]
        if not all(found) or any(len(each) > 2000 or not each.isascii() for each in found):
            raise InvalidSignature("PayPal's headers are missing", code="headers")
        return cls(*found)


def check_age(proof: Proof, now: datetime) -> None:
    """Raises InvalidSignature for a message that is too old, or from the future; ``now`` is aware."""
    try:
        age = now - datetime.fromisoformat(proof.sent_at)
    except (ValueError, TypeError):
        raise InvalidSignature("no time of sending", code="malformed") from None
    if not -AHEAD <= age <= OLDEST:
        raise InvalidSignature("sent too long ago or ahead of time", code="stale")


def prove_here(body: bytes, proof: Proof, webhook_ids: Sequence[str], kept: Certificates, *, now: datetime) -> None:
    """Check the signature by PayPal's certificate. Raises InvalidSignature, or Unavailable without a certificate."""
    if proof.algorithm != ALGORITHM:
        raise InvalidSignature("signed by an algorithm that is not PayPal's", code="algorithm")
    key = kept.key(proof.certificate, now=now)
    try:
        signature = base64.b64decode(proof.signature, validate=True)
    except ValueError:
        raise InvalidSignature("not a signature", code="malformed") from None
    for webhook_id in webhook_ids:
        message = f"{proof.transmission}|{proof.sent_at}|{webhook_id}|{zlib.crc32(body)}".encode()
        try:
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except WrongSignature:
            continue
        return
    raise InvalidSignature("PayPal did not sign this for us", code="signature")


def prove_there(body: bytes, proof: Proof, webhook_ids: Sequence[str], client: Client) -> None:
    """Have PayPal check it: the message goes back unchanged, byte for byte. Raises InvalidSignature or Unavailable.

    https://developer.paypal.com/docs/api/webhooks/v1/#verify-webhook-signature_post
    """
    for webhook_id in webhook_ids:
        # Written by hand, as the message must not be read and written anew; nothing put in here needs an escape.
        fields = {
            "auth_algo": proof.algorithm, "cert_url": proof.certificate, "transmission_id": proof.transmission,
            "transmission_sig": proof.signature, "transmission_time": proof.sent_at, "webhook_id": webhook_id,
        }  # fmt: skip
        if any(not set(value).isdisjoint('"\\\n\r\t') for value in fields.values()):
            raise InvalidSignature("PayPal's headers are malformed", code="malformed")
        head = ", ".join(f'"{name}": "{value}"' for name, value in fields.items())
        asked = f'{{{head}, "webhook_event":'.encode() + body + b"}"
        try:
            answer = client.post(VERIFY, asked, right="Webhooks")
        except Unavailable:
            raise
        except GatewayError as refusal:
            raise InvalidSignature(
                f"PayPal does not take this for its own ({refusal.code})", code="signature"
            ) from refusal
        if answer.get("verification_status") == "SUCCESS":
            return
    raise InvalidSignature("PayPal did not sign this for us", code="signature")


def read(body: bytes, *, is_live: bool) -> ProviderEvent:
    """What a proven message hints at. ``is_live``: whether the webhook is one of real money. Raises InvalidSignature
    for what is no event."""
    try:
        return _event(decode(body), is_live)
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        raise InvalidSignature(f"not an event of PayPal's ({type(exc).__name__})", code="malformed") from exc


def check_shape(body: bytes) -> None:
    """Raises InvalidSignature for a body that cannot be an event, before anybody is asked about it."""
    try:
        if not word(decode(body)["id"]):
            raise ValueError
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        raise InvalidSignature("not an event of PayPal's", code="malformed") from exc


def _event(event: Any, is_live: bool) -> ProviderEvent:
    name, resource, event_id = word(event["event_type"]), event["resource"], word(event["id"])
    if not event_id or not name or not isinstance(resource, dict):
        raise TypeError("not an event")
    order, capture, ours = _about(name, resource)
    method = word(resource.get("id")) if name in METHOD_EVENTS else ""
    return ProviderEvent(
        event_id=event_id,
        kind=_kind(name) if method or name not in METHOD_EVENTS else EventKind.IGNORED,  # which one, it must tell
        provider_reference=order,
        our_reference=ours,
        is_live=is_live,
        raw_type=name,
        charge_reference=capture,
        method_reference=method,
    )


def _about(name: str, resource: Mapping[str, Any]) -> tuple[str, str, str]:
    """Ids of order and capture and our reference, each "" where the resource does not tell."""
    if name in METHOD_EVENTS:
        # Two shapes go by this name (``resource_version``); only the newer one tells with which order it was saved.
        return word((resource.get("metadata") or {}).get("order_id")), "", ""
    if name.startswith("CUSTOMER.DISPUTE."):
        about = (resource.get("disputed_transactions") or [{}])[0]
        return "", word(about.get("seller_transaction_id")), _free(about.get("custom"))
    if name.startswith("CHECKOUT."):
        unit = (resource.get("purchase_units") or [{}])[0]
        return word(resource["id"]), "", _free(unit.get("custom_id"))
    order = word(((resource.get("supplementary_data") or {}).get("related_ids") or {}).get("order_id"))
    up = next((each["href"] for each in resource.get("links") or () if each["rel"] == "up"), "")
    if "/captures/" in up:  # a refund, whose custom_id is that of the refund
        return order, word(up.rpartition("/")[2]), ""
    return order, word(resource["id"]), _free(resource.get("custom_id"))


def _free(value: Any) -> str:
    """What other software of the same account may have written there is not ours, and no error."""
    try:
        return word(value, 127)
    except TypeError:
        return ""


def _kind(name: str) -> EventKind:
    if name in PAYMENT_EVENTS:
        return EventKind.PAYMENT_CHANGED
    if name in REFUND_EVENTS:
        return EventKind.REFUND_CHANGED
    if name in DISPUTE_EVENTS:
        return EventKind.DISPUTE_CHANGED
    if name in METHOD_EVENTS:
        return EventKind.METHOD_CHANGED
    return ALSO.get(name, EventKind.IGNORED)
