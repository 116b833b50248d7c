"""Payments: what is asked for, and what YooKassa tells of one.

https://yookassa.ru/developers/api#payment, https://yookassa.ru/developers/payment-acceptance/getting-started/payment-process
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from storefront.gateways.errors import Unavailable
from storefront.gateways.json_body import word
from storefront.gateways.payments.base import PaymentSnapshot, PendingReason, RemoteState, StartedPayment, StartRequest
from storefront.gateways.payments.refunds import RefundSnapshot
from storefront.gateways.payments.saved_methods import ChargeRequest, SetupRequest
from storefront.gateways.payments.yookassa import methods
from storefront.gateways.payments.yookassa.amounts import LIMITS, read, written
from storefront.gateways.payments.yookassa.declines import UNUSED
from storefront.gateways.payments.yookassa.notices import REFERENCE, metadata
from storefront.gateways.payments.yookassa.refunds import returned

#: How long a page stays open, by most ways to pay.
LIFE = timedelta(hours=1)
_LONGEST_URL = 2048


def body(request: StartRequest | ChargeRequest) -> dict[str, Any]:
    """What a payment with a page and one of a saved method have in common: money is taken at once."""
    return {
        "amount": written(request.amount, request.currency),
        "capture": True,
        "description": (request.description or "-")[: LIMITS.longest_description],
        "metadata": {**request.metadata, REFERENCE: request.our_reference},
    }


def page(request: StartRequest | ChargeRequest | SetupRequest) -> dict[str, str]:
    """Have the buyer led to a page of YooKassa's or their bank's, and back."""
    locale = "ru_RU" if request.language.partition("-")[0].lower() == "ru" else "en_US"
    return {"type": "redirect", "return_url": request.return_url, "locale": locale}


def started(payment: Mapping[str, Any]) -> StartedPayment:
    """Without a page where nobody needs to confirm anything."""
    address = _page(payment)
    closes = datetime.fromisoformat(payment["created_at"]) + LIFE
    return StartedPayment(word(payment["id"], 64), address, closes if address else None)


def snapshot(payment: Mapping[str, Any], refunds: Sequence[RefundSnapshot] | None = None) -> PaymentSnapshot:
    """One payment in the shop's words; ``refunds``: None where nobody looked for them."""
    amount, currency = read(payment["amount"])
    state = _state(payment)
    reason = word((payment.get("cancellation_details") or {}).get("reason"), 100)
    recipient = payment.get("recipient") or {}
    return PaymentSnapshot(
        provider_reference=word(payment["id"], 64),
        our_reference=metadata(payment),
        state=state,
        amount=amount,
        currency=currency,
        is_live=_is_live(payment),
        redirect_url=_page(payment) if state is RemoteState.OPEN else "",
        charge_reference=word(payment["id"], 64),
        failure_code=(reason or "canceled") if state is RemoteState.FAILED else "",
        method_label=methods.label(payment),
        method_country=methods.country(payment),
        amount_refunded=refunded(payment) if refunds is None else returned(refunds),
        refunds=None if refunds is None else tuple(refunds),
        disputes=(),  # YooKassa tells of none
        account_reference=word(recipient.get("account_id"), 40),
        pending_reason=_pending(payment, state),
        saved_method=methods.saved_with(payment),
    )


def refunded(payment: Mapping[str, Any]) -> Decimal:
    """What was given back and has arrived, in major units."""
    money = payment.get("refunded_amount")
    return read(money)[0] if money else Decimal(0)


def _state(payment: Mapping[str, Any]) -> RemoteState:
    """A payment that the buyer has paid may be pending, while its receipt is registered; so may be that of a saved
    method, which has no page."""
    match payment["status"]:
        case "succeeded":
            return RemoteState.SUCCEEDED
        case "canceled":
            is_unused = (payment.get("cancellation_details") or {}).get("reason") in UNUSED
            return RemoteState.EXPIRED if is_unused else RemoteState.FAILED
        case "pending":
            is_open = payment["paid"] is not True and _page(payment)
            return RemoteState.OPEN if is_open else RemoteState.PROCESSING
        case "waiting_for_capture":
            return RemoteState.PROCESSING
    raise Unavailable(f"unknown status {payment['status']!r}", code="unreadable_answer")


def _pending(payment: Mapping[str, Any], state: RemoteState) -> PendingReason | None:
    """We always ask for the money at once; where it is only held, somebody must take it in YooKassa's account."""
    is_held = state is RemoteState.PROCESSING and payment["status"] == "waiting_for_capture"
    return PendingReason.SELLER if is_held else None


def _is_live(payment: Mapping[str, Any]) -> bool:
    if not isinstance(payment["test"], bool):
        raise TypeError("neither live nor test")
    return not payment["test"]


def _page(payment: Mapping[str, Any]) -> str:
    return word((payment.get("confirmation") or {}).get("confirmation_url"), _LONGEST_URL)
