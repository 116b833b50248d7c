"""PayPal's messages, IPN: forms without a signature, which only PayPal itself can confirm.

https://developer.paypal.com/api/nvp-soap/ipn/IPNImplementation/
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from urllib.parse import parse_qsl

from storefront.gateways.errors import InvalidSignature, Unavailable
from storefront.gateways.http import HttpClient
from storefront.gateways.json_body import word
from storefront.gateways.payments.base import EventKind, ProviderEvent
from storefront.gateways.payments.paypal_nvp.transactions import STATES, plain

_LARGEST = 64 * 1024
_KINDS = {
    "refunded": EventKind.REFUND_CHANGED,
    "partiallyrefunded": EventKind.REFUND_CHANGED,
    "reversed": EventKind.DISPUTE_CHANGED,
    "canceledreversal": EventKind.DISPUTE_CHANGED,
}


def claimed(body: bytes) -> ProviderEvent:
    """What a message claims, unproven. Raises InvalidSignature for what is no message of PayPal's.

    ``event_id`` is PayPal's transaction with its status: the same pair comes again, and means the same.
    """
    return event_of(fields_of(body))


def proven(http: HttpClient, address: str, body: bytes, *, account: str) -> ProviderEvent:
    """Ask PayPal whether it sent these very bytes, and to us. Raises InvalidSignature, or Unavailable if it does not
    say."""
    fields = fields_of(body)
    if fields.get("receiver_id") != account:
        raise InvalidSignature("a message about another account", code="receiver")
    answer = http.request("POST", address, form=f"cmd=_notify-validate&{body.decode('ascii')}")
    text = answer.body.strip()
    if answer.status != 200 or text not in (b"VERIFIED", b"INVALID"):
        raise Unavailable(f"PayPal does not say whether the message is its own (HTTP {answer.status})", code="verify")
    if text == b"INVALID":
        raise InvalidSignature("PayPal did not send this", code="signature")
    return event_of(fields)


def fields_of(body: bytes) -> dict[str, str]:
    """Text is in the charset that the message names, mostly windows-1252. Raises InvalidSignature."""
    try:
        if len(body) > _LARGEST:
            raise ValueError("too large")
        text = body.decode("ascii")
        raw = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=300, encoding="latin-1")
        charset = codecs.lookup(dict(raw).get("charset") or "windows-1252").name
        pairs = parse_qsl(text, keep_blank_values=True, encoding=charset, errors="replace")
    except (ValueError, LookupError) as exc:
        raise InvalidSignature(f"not a message of PayPal's ({type(exc).__name__})", code="malformed") from exc
    if len(dict(pairs)) != len(pairs):
        raise InvalidSignature("a field is given twice", code="malformed")
    return dict(pairs)


def event_of(fields: Mapping[str, str]) -> ProviderEvent:
    """Refunds and reversals are transactions of their own, whose ``parent_txn_id`` is the payment."""
    try:
        transaction, parent = word(fields["txn_id"], 40), word(fields.get("parent_txn_id"), 40)
        status, kind_of = word(fields.get("payment_status"), 40), word(fields.get("txn_type"), 40)
        reference = word(fields.get("custom"), 64)
    except (KeyError, TypeError) as exc:
        raise InvalidSignature("not a message about a payment", code="malformed") from exc
    if not transaction or not (status or kind_of):
        raise InvalidSignature("not a message about a payment", code="malformed")
    kind = _KINDS.get(plain(status), EventKind.PAYMENT_CHANGED if plain(status) in STATES else EventKind.IGNORED)
    if kind_of in ("new_case", "adjustment"):
        kind = EventKind.DISPUTE_CHANGED
    is_about_parent = parent and kind in (EventKind.REFUND_CHANGED, EventKind.DISPUTE_CHANGED)
    return ProviderEvent(
        event_id=f"{transaction}:{status or kind_of}",
        kind=kind,
        provider_reference="",
        our_reference=reference,
        is_live=fields.get("test_ipn") != "1",
        raw_type=f"{kind_of or 'payment'} {status}".strip(),
        charge_reference=parent if is_about_parent else transaction,
    )
