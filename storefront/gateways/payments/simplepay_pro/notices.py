"""Notices of simplepay.pro: a form that is posted to our address and signed with the key of results.

One tells no time: it is a hint, and the state is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from storefront.gateways.errors import InvalidSignature
from storefront.gateways.form_body import fields_of
from storefront.gateways.payments.base import EventKind, ProviderEvent
from storefront.gateways.payments.simplepay_pro import references, signing
from storefront.gateways.receipts import Receipt

#: The last part of the path of ``/hooks/simplepay_pro/``: it ends with a slash.
SCRIPT = ""


def parse(body: bytes, keys: Sequence[str], *, is_live: bool) -> ProviderEvent:
    """Raises ``InvalidSignature`` for anything that is not a proven, readable notice."""
    fields = fields_of(body)
    if any(not name.startswith("sp_") for name in fields):
        raise InvalidSignature("a field that is not signed", code="malformed")
    if not signing.is_signed(SCRIPT, fields, keys):
        raise InvalidSignature("no key of ours signed this", code="signature")
    order, payment = fields.get("sp_order_id", ""), fields.get("sp_payment_id", "")
    if not order or not payment.isdigit() or fields.get("sp_result") not in ("0", "1"):
        raise InvalidSignature("not a result", code="malformed")
    carried = references.read(order)
    return ProviderEvent(
        event_id=f"{payment}:{fields['sp_result']}:{fields.get('sp_salt', '')}"[:200],
        kind=EventKind.PAYMENT_CHANGED if carried else EventKind.IGNORED,
        provider_reference=order if carried else "",
        our_reference=carried.ours if carried else "",
        is_live=is_live,
        raw_type=f"result {fields['sp_result']}",
        charge_reference=payment,
    )


def receipt(key: str) -> Receipt:
    """That the notice was read; without it, it is sent again."""
    told = signing.signed(SCRIPT, {"sp_status": "ok", "sp_description": "ok"}, key)
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in told.items())
    return Receipt(f'<?xml version="1.0" encoding="utf-8"?><response>{inner}</response>', "text/xml; charset=utf-8")
