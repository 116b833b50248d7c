"""A transaction at SimplePay, read into the shop's words.

Its states are INIT, INPAYMENT, AUTHORIZED, INFRAUD, FINISHED, REFUND, NOTAUTHORIZED, FRAUD, REVERSED, CANCELLED and
TIMEOUT (https://simplepay.hu/fejlesztoknek). Assumed: that a refusal's ``resultCode`` is the code that the buyer's
return tells as ``r``; that refunds are listed as ``transactionId``, ``refundTotal`` and ``status``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from storefront.gateways.errors import NotFound, Unavailable
from storefront.gateways.json_body import word
from storefront.gateways.payments.base import DeclineReason, PaymentSnapshot, PendingReason, RemoteState
from storefront.gateways.payments.refunds import RefundSnapshot, RefundState
from storefront.gateways.payments.simplepay.limits import read as read_amount

STATES = {
    "INIT": RemoteState.OPEN,
    "INPAYMENT": RemoteState.PROCESSING,
    "AUTHORIZED": RemoteState.PROCESSING,  # reserved; taken by itself a moment later
    "INFRAUD": RemoteState.PROCESSING,
    "FINISHED": RemoteState.SUCCEEDED,
    "REFUND": RemoteState.SUCCEEDED,  # of money that came and went back it is still true that it came
    "NOTAUTHORIZED": RemoteState.FAILED,
    "FRAUD": RemoteState.FAILED,
    "REVERSED": RemoteState.FAILED,
    "CANCELLED": RemoteState.EXPIRED,
    "TIMEOUT": RemoteState.EXPIRED,
}
REASONS = {
    **dict.fromkeys(("2013",), DeclineReason.FUNDS),
    **dict.fromkeys(("2066", "5069"), DeclineReason.LIMIT),
    **dict.fromkeys(("2063", "5041", "5042"), DeclineReason.NOT_SUPPORTED),
    **dict.fromkeys(("2064", "2068", "2071", "2072", "2073", "2074", "2077", "5199"), DeclineReason.DETAILS),
    **dict.fromkeys(("2021", "2023", "3004", "3005", "3012", "3501"), DeclineReason.AUTHENTICATION),
    **dict.fromkeys(("2019", "2020", "2079", "3402", "3403", "3504", "3505"), DeclineReason.TRY_AGAIN),
    **dict.fromkeys(("5016", "5304"), DeclineReason.LAPSED),
}
#: Our reference and the currency, whose account it is at: SimplePay does not tell one by a number alone.
_REFERENCE = re.compile(r"(?P<ours>[A-Za-z0-9_-]{1,40})-(?P<currency>HUF|EUR|USD)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """``orderRef`` at SimplePay, unique in its account."""

    ours: str
    currency: str

    def __str__(self) -> str:
        return f"{self.ours}-{self.currency}"


def reference(text: str) -> Reference:
    """Raises NotFound for what is no ``orderRef`` of ours."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise NotFound("not an orderRef of ours")
    return Reference(match["ours"], match["currency"])


def is_ours(text: object) -> bool:
    return isinstance(text, str) and _REFERENCE.fullmatch(text) is not None


def snapshot(found: Mapping[str, Any], *, is_live: bool, merchant: str) -> PaymentSnapshot:
    """One transaction of a ``query``. Raises ``Unavailable`` for one that cannot be read."""
    try:
        return _snapshot(found, is_live, merchant)
    except (KeyError, TypeError, ValueError, InvalidOperation, NotFound) as exc:
        raise Unavailable("a transaction that cannot be read", code="unreadable_answer") from exc


def _snapshot(found: Mapping[str, Any], is_live: bool, merchant: str) -> PaymentSnapshot:
    carried, status = reference(word(found["orderRef"])), word(found["status"])
    currency = word(found.get("currency") or carried.currency)
    state, result = STATES[status], word(_text(found.get("resultCode")))
    # What is over without money may come without its sum.
    has_sum = found.get("total") is not None or state is RemoteState.SUCCEEDED
    refunds = _refunds(found, currency) if state is RemoteState.SUCCEEDED else ()
    return PaymentSnapshot(
        provider_reference=str(carried),
        our_reference=carried.ours,
        state=state,
        amount=read_amount(found["total"], currency) if has_sum else Decimal(0),
        currency=currency,
        is_live=is_live,
        charge_reference=word(_text(found["transactionId"])),
        failure_code=(result if result not in ("", "OK") else status) if state is RemoteState.FAILED else "",
        method_label=_label(found) if state is RemoteState.SUCCEEDED else "",
        amount_refunded=sum((each.amount for each in refunds if each.state is not RefundState.FAILED), Decimal(0)),
        refunds=refunds,
        account_reference=word(found.get("merchant") or merchant),
        pending_reason=PendingReason.REVIEW if status == "INFRAUD" else None,
    )


def _refunds(found: Mapping[str, Any], currency: str) -> tuple[RefundSnapshot, ...]:
    """SimplePay keeps no word of ours with a refund: who began one is known by its number alone."""
    return tuple(
        RefundSnapshot(
            refund_reference=word(_text(each["transactionId"])),
            state=RefundState.SUCCEEDED if each.get("status", "FINISHED") == "FINISHED" else RefundState.PENDING,
            amount=read_amount(each["refundTotal"], currency),
            currency=currency,
        )
        for each in found.get("refunds") or ()
    )


def _label(found: Mapping[str, Any]) -> str:
    digits = word(found.get("cardMask"))[-4:]
    return f"card •••• {digits}" if digits.isdigit() else "card"


def _text(value: object) -> str:
    """A number or a word of theirs as text."""
    if value is None or isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, int) else word(value)
