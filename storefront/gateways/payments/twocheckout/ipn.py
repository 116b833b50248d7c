"""2Checkout's notifications (IPN): proof first, then what the message hints at.

Nothing in them says when they were signed, so that a true one may be sent again for ever: it is a hint, and the state
is asked of the API. https://docs.2checkout.com/2checkout-apis/2checkout-apis/webhooks/instant-payment-notification-ipn
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from storefront.gateways.errors import InvalidSignature, NotFound
from storefront.gateways.json_body import word
from storefront.gateways.payments.base import EventKind, ProviderEvent
from storefront.gateways.payments.twocheckout import signatures
from storefront.gateways.payments.twocheckout.links import reference

#: What must be ticked in the account's IPN settings.
NEEDED_FIELDS = (
    "REFNO", "REFNOEXT", "ORDERSTATUS", "IPN_PID[]", "IPN_PNAME[]", "IPN_DATE", "TEST_ORDER", "CHARGEBACK_RESOLUTION",
)  # fmt: skip
Proven = tuple[list[tuple[str, bytes]], str, str]


def proven(body: bytes, keys: Sequence[str], digests: Sequence[str]) -> Proven:
    """The fields of a notification, with the key and the digest that prove it.

    Args:
        body: the form as it came; the order of its fields counts.
        keys: every secret key that is valid at the moment.
        digests: those that prove anything, the best first; the others are not looked at.

    Raises ``InvalidSignature``.
    """
    try:
        fields = signatures.fields_of(body)
    except ValueError as exc:
        raise InvalidSignature("not a form", code="malformed") from exc
    for digest in digests:
        theirs = signatures.first(fields, signatures.FIELDS[digest])
        for key in keys if theirs else ():
            if signatures.equal(signatures.of_message(fields, key, digest), theirs):
                return fields, key, digest
    raise InvalidSignature("no key of ours signed this", code="signature")


def parse(body: bytes, keys: Sequence[str], digests: Sequence[str], *, is_live: bool) -> ProviderEvent:
    """Verify a notification and read it. ``is_live``: our own mode, believed where the message does not tell its own.

    Raises ``InvalidSignature`` for anything that is not a proven, readable notification.
    """
    fields, _key, _digest = proven(body, keys, digests)
    try:
        number, status = _word(fields, "REFNO"), _word(fields, "ORDERSTATUS")
        carried, chargeback = _word(fields, "REFNOEXT"), _word(fields, "CHARGEBACK_RESOLUTION")
        test = _word(fields, "TEST_ORDER")
    except (TypeError, ValueError) as exc:
        raise InvalidSignature("not a notification", code="malformed") from exc
    if not number or not status:
        raise InvalidSignature("not a notification", code="malformed")
    try:
        ours = reference(carried).ours
    except NotFound:  # an order that did not begin in this shop
        ours = carried = ""
    return ProviderEvent(
        # Copies of a message are the same to the byte; one about the same state, sent later, is another one.
        event_id=f"{number}:{status}:{hashlib.sha256(body).hexdigest()[:32]}",
        kind=_kind(status, chargeback) if ours else EventKind.IGNORED,
        provider_reference=carried,
        our_reference=ours,
        is_live={"0": True, "1": False}.get(test, is_live),
        raw_type=f"{status} {chargeback}" if chargeback not in ("", "NONE") else status,
        charge_reference=number,
    )


def _kind(status: str, chargeback: str) -> EventKind:
    if chargeback not in ("", "NONE"):
        return EventKind.DISPUTE_CHANGED
    return EventKind.REFUND_CHANGED if status == "REFUND" else EventKind.PAYMENT_CHANGED


def _word(fields: list[tuple[str, bytes]], name: str) -> str:
    return word(signatures.first(fields, name).decode("ascii"), longest=100)
