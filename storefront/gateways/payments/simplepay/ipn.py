"""SimplePay's messages (IPN): proof first, then what the message hints at, then what it is answered with.

Nothing in them says when they were signed: a true one may be sent again for ever. It is a hint, and the state is asked
of the API. https://simplepay.hu/fejlesztoknek
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storefront.gateways.errors import InvalidSignature, NotFound
from storefront.gateways.json_body import decode, word
from storefront.gateways.payments.base import EventKind, ProviderEvent
from storefront.gateways.payments.simplepay.accounts import Account
from storefront.gateways.payments.simplepay.api import stamp
from storefront.gateways.payments.simplepay.signing import HEADER, is_signed, signature
from storefront.gateways.payments.simplepay.snapshots import reference
from storefront.gateways.receipts import Receipt


def parse(body: bytes, headers: Mapping[str, str], accounts: Sequence[Account], *, is_live: bool) -> ProviderEvent:
    """Verify a message and read it. Raises ``InvalidSignature`` for anything that is not a proven, readable one."""
    fields, account = _fields(body, accounts)
    theirs = next((value for name, value in headers.items() if name.lower() == HEADER.lower()), "")
    if not is_signed(body, theirs, account.keys):
        raise InvalidSignature("no key of ours signed this", code="signature")
    try:
        number, status = str(int(fields["transactionId"])), word(fields["status"])
        carried = word(fields.get("orderRef"))
        is_refund = status == "REFUND" or bool(fields.get("refundStatus"))
    except (KeyError, TypeError, ValueError) as exc:
        raise InvalidSignature("not a message", code="malformed") from exc
    try:
        ours = reference(carried).ours
    except NotFound:  # a payment that did not begin in this shop
        ours = carried = ""
    kind = EventKind.REFUND_CHANGED if is_refund else EventKind.PAYMENT_CHANGED
    return ProviderEvent(
        event_id=f"{number}:{status}:{hashlib.sha256(body).hexdigest()[:32]}",
        kind=kind if ours else EventKind.IGNORED,
        provider_reference=carried,
        our_reference=ours,
        is_live=is_live,
        raw_type=status,
        charge_reference=number,
    )


def receipt(body: bytes, accounts: Sequence[Account], *, now: datetime) -> Receipt:
    """The very message with the time of its receipt, signed by us; else it is sent again about every hour.

    ``body``: proven before. ``now``: aware.
    """
    _fields_told, account = _fields(body, accounts)
    text = body.rstrip()
    # The bytes stay as they are: written anew they might differ from what SimplePay compares them with.
    answer = text[: text.rindex(b"}")] + f',"receiveDate":"{stamp(now)}"}}'.encode()
    return Receipt(answer.decode(), "application/json", {HEADER: signature(answer, account.key)})


def _fields(body: bytes, accounts: Sequence[Account]) -> tuple[Mapping[str, Any], Account]:
    """What it says, not proven yet, and the account that it names."""
    try:
        fields = decode(body)
        merchant = fields["merchant"]
    except (ValueError, TypeError, KeyError) as exc:
        raise InvalidSignature("not a message", code="malformed") from exc
    account = next((each for each in accounts if each.merchant == merchant), None)
    if account is None:
        raise InvalidSignature("of an account that is none of ours", code="merchant")
    return fields, account
