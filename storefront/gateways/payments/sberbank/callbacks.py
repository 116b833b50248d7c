"""Callbacks: proof first, then what the message hints at.

Its fields come in a form or, sent by GET, in the query. The checksum is over all of them, sorted by name, as
``name;value;``: an HMAC-SHA256 with a key from the bank's support, or a signature (PKCS #1 v1.5, SHA-512) that a
certificate from the bank's cabinet proves; or there is none. Nothing in a message says when it was signed. Binding
events: https://github.com/maxlevashov/sberbank-openapi-client/blob/master/docs/Model/BindingCallbackRequest.md
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature as WrongSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificate

from storefront.gateways.errors import ConfigurationError, InvalidSignature, NotFound
from storefront.gateways.form_body import fields_of
from storefront.gateways.json_body import word
from storefront.gateways.payments.base import EventKind, ProviderEvent
from storefront.gateways.payments.sberbank.numbers import Kind
from storefront.gateways.payments.sberbank.numbers import read as read_number

MOST_FIELDS = 60
_UNSIGNED = frozenset({"checksum", "sign_alias"})
_BINDING_EVENTS = frozenset({"bindingCreated", "bindingActivated", "bindingDeactivated"})
_MONEY_BACK = frozenset({"reversed", "refunded"})
_PAYMENT_EVENTS = frozenset({"created", "approved", "deposited", "declined", "declinedByTimeout"})


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a message: keys of HMACs, public keys of the bank's; with neither every message is a mere hint."""

    keys: tuple[str, ...] = ()
    certificates: tuple[rsa.RSAPublicKey, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keys or self.certificates)


def public_key(path: str) -> rsa.RSAPublicKey:
    """The key of a certificate in a file (PEM), or a public key by itself. Raises ConfigurationError."""
    try:
        data = Path(path).read_bytes()
        is_certificate = b"BEGIN CERTIFICATE" in data
        key = (
            load_pem_x509_certificate(data).public_key() if is_certificate else serialization.load_pem_public_key(data)
        )
    except (OSError, ValueError) as exc:
        raise ConfigurationError("the certificate that proves Sberbank's callbacks cannot be read") from exc
    if not isinstance(key, rsa.RSAPublicKey):
        raise ConfigurationError("the certificate that proves Sberbank's callbacks is not one for RSA")
    return key


def parse(body: bytes, proof: Proof, *, is_live: bool) -> ProviderEvent:
    """Verify a callback and read it. ``is_live``: our own mode, as none is told.

    Raises ``InvalidSignature`` for what is not proven where it must be, and for what is no callback.
    """
    fields = fields_of(body, most=MOST_FIELDS)
    if proof and not _is_proven(fields, proof):
        raise InvalidSignature("nothing of ours proves this", code="signature")
    try:
        return _event(fields, body, is_live)
    except (KeyError, TypeError) as exc:
        raise InvalidSignature("not a callback", code="malformed") from exc


def signed_text(fields: Mapping[str, str]) -> bytes:
    return "".join(f"{name};{fields[name]};" for name in sorted(fields) if name not in _UNSIGNED).encode()


def _is_proven(fields: Mapping[str, str], proof: Proof) -> bool:
    theirs, text = fields.get("checksum", ""), signed_text(fields)
    if not theirs.isascii():
        return False
    macs = (hmac.new(key.encode(), text, hashlib.sha256).hexdigest() for key in proof.keys)
    # Every key is tried, so that time tells nothing of which one is good.
    if any([hmac.compare_digest(mac, theirs.lower()) for mac in macs]):
        return True
    return any(_is_signed(text, theirs, key) for key in proof.certificates)


def _is_signed(text: bytes, theirs: str, key: rsa.RSAPublicKey) -> bool:
    try:
        key.verify(bytes.fromhex(theirs), text, padding.PKCS1v15(), hashes.SHA512())
    except (ValueError, WrongSignature):
        return False
    return True


def _event(fields: Mapping[str, str], body: bytes, is_live: bool) -> ProviderEvent:
    """Copies of a message are the same to the byte."""
    operation, digest = word(fields["operation"], longest=60), hashlib.sha256(body).hexdigest()[:32]
    if operation in _BINDING_EVENTS:
        binding = word(fields["bindingId"])
        return _hint(f"{binding}:{digest}", EventKind.METHOD_CHANGED, is_live, operation, method=binding)
    order, status = word(fields["mdOrder"], longest=100), word(fields["status"], longest=10)
    if not order:
        raise KeyError("mdOrder")
    try:
        number = read_number(fields.get("orderNumber"))
    except NotFound:  # an order that did not begin in this shop
        return _hint(f"{order}:{digest}", EventKind.IGNORED, is_live, operation, order=order)
    kind = EventKind.PAYMENT_CHANGED if operation in _PAYMENT_EVENTS else EventKind.IGNORED
    if operation in _MONEY_BACK:
        kind = EventKind.REFUND_CHANGED
    if number.kind is Kind.SETUP:
        kind = EventKind.SETUP_CHANGED
    raw_type = operation if status == "1" else f"{operation} {status}"
    return _hint(f"{order}:{operation}:{digest}", kind, is_live, raw_type, order=order, ours=number.ours)


def _hint(
    event_id: str, kind: EventKind, is_live: bool, raw_type: str, *, order: str = "", ours: str = "", method: str = ""
) -> ProviderEvent:
    return ProviderEvent(
        event_id=event_id,
        kind=kind,
        provider_reference=order,
        our_reference=ours,
        is_live=is_live,
        raw_type=raw_type,
        charge_reference=order,
        method_reference=method,
    )


def proof_of(keys: Sequence[str], certificate: str) -> Proof:
    """``certificate``: the path of a file, "" for none. Raises ConfigurationError."""
    return Proof(tuple(key for key in keys if key.strip()), (public_key(certificate),) if certificate else ())
