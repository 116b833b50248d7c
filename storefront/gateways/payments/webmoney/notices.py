"""WebMoney's notices: the question before a payment (pre-request), and its result.

A result names no time that counts: it is a hint, and the state is asked by X18.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from storefront.gateways.errors import InvalidSignature, NotFound
from storefront.gateways.form_body import fields_of
from storefront.gateways.json_body import word
from storefront.gateways.payments.base import EventKind, ProviderEvent
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.webmoney import signing
from storefront.gateways.payments.webmoney.purses import Purse, written
from storefront.gateways.payments.webmoney.references import Reference, reference

#: Fields of our own, which WebMoney echoes and does not sign.
OURS, MARK = "shop_reference", "shop_mark"
#: What buyers read at WebMoney instead of paying.
UNKNOWN = _("This payment is not known to the shop.")
OTHER = _("Purse or amount is not that of the order.")
LATE = _("The time to pay is over. Please begin again in the shop.")


def is_question(body: bytes) -> bool:
    """Whether WebMoney asks before a payment, instead of telling about one."""
    return fields_of(body).get("LMI_PREREQUEST") == "1"


def asked_about(body: bytes, purses: Sequence[Purse]) -> str:
    """Our reference of the payment that a question is about; "" where it does not carry it, as for an invoice."""
    try:
        return str(_carried(fields_of(body), purses))
    except (InvalidSignature, NotFound):
        return ""


def refusal(body: bytes, purses: Sequence[Purse], *, now: datetime) -> str:
    """Why a payment that is asked about must not be made, for the buyer; "" if it may be. An invoice in the Keeper
    carries nothing of ours: of one, only the purse is looked at."""
    fields = fields_of(body)
    if OURS not in fields:
        return "" if any(each.number == fields.get("LMI_PAYEE_PURSE") for each in purses) else UNKNOWN
    try:
        carried = _carried(fields, purses)
    except (InvalidSignature, NotFound):
        return UNKNOWN
    purse = next((each for each in purses if each.currency == carried.currency), None)
    is_same = purse is not None and (fields.get("LMI_PAYEE_PURSE"), fields.get("LMI_PAYMENT_AMOUNT")) == (
        purse.number,
        written(carried.amount),
    )
    if not is_same or fields.get("LMI_PAYMENT_NO") != str(carried.number):
        return OTHER
    return "" if now < carried.closes_at else LATE


def parse(body: bytes, purses: Sequence[Purse]) -> ProviderEvent:
    """Verify a result and read it. Raises ``InvalidSignature`` for anything that is not a proven, readable one."""
    fields = fields_of(body)
    purse = next((each for each in purses if each.number == fields.get("LMI_PAYEE_PURSE")), None)
    try:
        if purse is None or not signing.is_signed(fields, purse.keys):
            raise InvalidSignature("no key of ours signed this", code="signature")
        number, transfer = word(fields["LMI_PAYMENT_NO"], 12), word(fields["LMI_SYS_TRANS_NO"], 20)
        mode = {"0": True, "1": False}[fields["LMI_MODE"]]
    except (KeyError, TypeError) as exc:
        raise InvalidSignature("not a result", code="malformed") from exc
    carried: Reference | None = None
    if OURS in fields:
        carried = _carried(fields, purses)
        if number != str(carried.number):
            raise InvalidSignature("a reference of another payment", code="reference")
    return ProviderEvent(
        event_id=f"{purse.number}:{transfer}:{number}",
        kind=EventKind.PAYMENT_CHANGED if carried else EventKind.IGNORED,
        provider_reference=str(carried) if carried else "",
        our_reference=carried.ours if carried else "",
        is_live=mode,
        raw_type="result",
        charge_reference=transfer,
    )


def _carried(fields: Mapping[str, str], purses: Sequence[Purse]) -> Reference:
    """Our own reference, proven. Raises ``InvalidSignature`` or ``NotFound``."""
    text, theirs = fields.get(OURS, ""), fields.get(MARK, "").encode()
    marks = [signing.mark(text, key).encode() for purse in purses for key in purse.keys]
    if not any([hmac.compare_digest(each, theirs) for each in marks]):
        raise InvalidSignature("a reference that is not ours", code="reference")
    return reference(text)
