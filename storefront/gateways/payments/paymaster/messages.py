"""Callbacks of PayMaster: unsigned, so that each is a mere hint, of which the id alone counts. They may begin with a
byte order mark. https://paymaster.ru/docs/en/api"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from storefront.gateways.errors import InvalidSignature
from storefront.gateways.json_body import decode, word
from storefront.gateways.payments.base import EventKind, ProviderEvent

_MARK = b"\xef\xbb\xbf"


def parse(body: bytes, *, merchant_id: str, is_live: bool) -> ProviderEvent:
    """Raises ``InvalidSignature`` for what is no message of a payment or a token. ``is_live``: our own mode, believed
    where none is told."""
    try:
        told = decode(body.removeprefix(_MARK))
        return _event(told, hashlib.sha256(body).hexdigest()[:32], merchant_id, is_live)
    except (ValueError, TypeError, KeyError) as exc:
        raise InvalidSignature("not a message of PayMaster", code="malformed") from exc


def _event(told: object, digest: str, merchant_id: str, is_live: bool) -> ProviderEvent:
    if not isinstance(told, Mapping):
        raise TypeError("no object")
    reference, status = word(told["id"], longest=100), word(told["status"], longest=30)
    if not reference or not status:
        raise KeyError("id")
    if "amount" not in told:
        return _token(reference, status, digest, is_live)
    invoice, test_mode = told.get("invoice"), told.get("testMode")
    ours = word(invoice.get("orderNo"), longest=40) if isinstance(invoice, Mapping) else ""
    is_mine = told.get("merchantId") == merchant_id
    return ProviderEvent(
        event_id=f"{reference}:{status}:{digest}",
        kind=EventKind.PAYMENT_CHANGED if is_mine else EventKind.IGNORED,
        provider_reference=reference,
        our_reference=ours if is_mine else "",
        is_live=not test_mode if isinstance(test_mode, bool) else is_live,
        raw_type=status,
        charge_reference=reference,
    )


def _token(reference: str, status: str, digest: str, is_live: bool) -> ProviderEvent:
    """One that was made on a page of its own is known by that page's id, which is the token's."""
    is_over = status == "Revoked"
    return ProviderEvent(
        event_id=f"{reference}:{status}:{digest}",
        kind=EventKind.METHOD_CHANGED if is_over else EventKind.SETUP_CHANGED,
        provider_reference="" if is_over else reference,
        our_reference="",
        is_live=is_live,
        raw_type=f"token {status}",
        method_reference=reference,
    )
