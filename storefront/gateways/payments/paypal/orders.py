"""An order at PayPal: what we ask for, and what its state means in the shop's words.

https://developer.paypal.com/docs/api/orders/v2/#orders_create, #definition-order
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from storefront.gateways.errors import Declined, Unavailable
from storefront.gateways.json_body import word
from storefront.gateways.payments import limits
from storefront.gateways.payments.base import LineItem, PaymentSnapshot, StartRequest
from storefront.gateways.payments.paypal import refunds
from storefront.gateways.payments.paypal.amounts import LIMITS, read, written
from storefront.gateways.payments.paypal.declines import PENDING
from storefront.gateways.payments.saved_methods import ChargeRequest
from storefront.gateways.payments.words import RemoteState

#: An order waits so long for its buyer, and an approved one for its capture.
LIFE = timedelta(hours=3)
#: Money that was taken: later refunds do not undo that it was paid.
_TAKEN = ("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED")
_LOCALE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
#: PayPal's page knows languages with a country alone: https://developer.paypal.com/api/rest/reference/locale-codes/
_COUNTRIES = {"en": "en-US", "cs": "cs-CZ", "da": "da-DK", "el": "el-GR", "he": "he-IL", "ja": "ja-JP", "ko": "ko-KR"}
_COUNTRIES |= {"sv": "sv-SE", "nb": "no-NO", "no": "no-NO", "nn": "no-NO", "zh": "zh-CN", "uk": "ru-RU", "pt": "pt-PT"}


def params(request: StartRequest) -> dict[str, Any]:
    """The body of ``POST /v2/checkout/orders``. Raises as ``captured_order`` does."""
    source: dict[str, Any] = {
        "experience_context": {
            "return_url": request.return_url,
            "cancel_url": request.cancel_url,
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
            "landing_page": "NO_PREFERENCE",
            "payment_method_preference": "UNRESTRICTED",
            "locale": locale(request.language),
        }
    }
    if LIMITS.takes_email(request.customer_email):
        source["email_address"] = request.customer_email
    return captured_order(request) | {"payment_source": {"paypal": source}}


def captured_order(request: StartRequest | ChargeRequest) -> dict[str, Any]:
    """What every order says, however it is paid. Its parts add up to its total.

    Raises ``Declined`` if the amount is beyond ``LIMITS`` or the lines do not add up to it.
    """
    if problem := LIMITS.problem(request.amount, request.currency):
        raise Declined(f"{request.amount} {request.currency} cannot be charged", code=f"amount_{problem.code}")
    if request.lines and sum(line.amount for line in request.lines) != request.amount:
        raise Declined("the lines do not add up to the amount", code="invalid_amount")
    return {"intent": "CAPTURE", "purchase_units": [_unit(request)]}


def locale(language: str) -> str:
    """PayPal's name for a language tag: ru -> ru-RU, de-at -> de-AT."""
    name, _, country = language.replace("_", "-").partition("-")
    tag = f"{name.lower()}-{country.upper()}" if len(country) == 2 else name.lower()
    tag = _COUNTRIES.get(tag, tag if "-" in tag else f"{tag}-{tag.upper()}")
    return tag if _LOCALE.fullmatch(tag) else "en-US"


def started(order: Mapping[str, Any]) -> tuple[str, str, datetime]:
    """Id of an order, the page to send its buyer to ("" if it is open no more) and when that closes."""
    page = _page(order) if order["status"] in ("CREATED", "PAYER_ACTION_REQUIRED") else ""
    return word(order["id"]), page, _begun(order) + LIFE


def order_id(order: Mapping[str, Any]) -> str:
    """The id of an order, or of what else PayPal has made. Raises TypeError if it has none."""
    if not (found := word(order["id"])):
        raise TypeError("no id")
    return found


def asks_for(order: Mapping[str, Any], request: StartRequest | ChargeRequest) -> bool:
    """Whether an order that PayPal had made before is the one that is asked for now."""
    unit = order["purchase_units"][0]
    return (*read(unit["amount"]), unit.get("custom_id")) == (request.amount, request.currency, request.our_reference)


def snapshot(order: Mapping[str, Any], *, is_live: bool, now: datetime) -> PaymentSnapshot:
    """One order with its capture and refunds. Raises ``Unavailable`` for a state that PayPal does not document."""
    unit = order["purchase_units"][0]
    payments = unit.get("payments") or {}
    captures = payments.get("captures") or []
    # A capture that was refused stays beside the one that went through.
    capture = next((each for each in captures if each["status"] in _TAKEN), captures[-1] if captures else {})
    state = _state(order, capture, now)
    amount, currency = read(capture.get("amount") or unit["amount"])
    reason = word((capture.get("status_details") or {}).get("reason"))
    found = refunds.of_order(payments, capture)
    payer = (order.get("payment_source") or {}).get("paypal") or {}
    is_taken = state is RemoteState.SUCCEEDED
    return PaymentSnapshot(
        provider_reference=word(order["id"]),
        our_reference=word(capture.get("custom_id") or unit.get("custom_id")),
        state=state,
        amount=amount,
        currency=currency,
        is_live=is_live,
        redirect_url=_page(order) if state is RemoteState.OPEN else "",
        charge_reference=word(capture.get("id")),
        failure_code=(reason or word(capture["status"])) if state is RemoteState.FAILED and capture else "",
        method_label="PayPal" if capture else "",
        method_country=_country(payer) if capture else "",
        amount_refunded=refunds.total(found, capture, amount) if is_taken else Decimal(0),
        refunds=found if is_taken else (),
        account_reference=word((unit.get("payee") or {}).get("merchant_id")),
        pending_reason=PENDING.get(reason) if state is RemoteState.PROCESSING else None,
        approval=word(order.get("update_time")) if state in (RemoteState.APPROVED, RemoteState.OPEN) else "",
    )


def _state(order: Mapping[str, Any], capture: Mapping[str, Any], now: datetime) -> RemoteState:
    """COMPLETED says of an order that it was captured, not that the money is there: that the capture alone says."""
    match order["status"], capture.get("status"):
        case _, "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED":
            return RemoteState.SUCCEEDED
        case _, "PENDING":
            return RemoteState.PROCESSING
        case "COMPLETED", "DECLINED" | "FAILED":
            return RemoteState.FAILED
        case "APPROVED", None | "DECLINED" | "FAILED":
            return RemoteState.APPROVED
        case "CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED", None | "DECLINED" | "FAILED":
            return RemoteState.EXPIRED if now - _begun(order) > LIFE else RemoteState.OPEN
        case "VOIDED", _:
            return RemoteState.EXPIRED
    raise Unavailable(f"unknown order status {order['status']!r}", code="unreadable_answer")


def _begun(order: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(order["create_time"])


def _page(order: Mapping[str, Any]) -> str:
    links = {each["rel"]: each["href"] for each in order["links"]}
    page = links.get("payer-action") or links["approve"]
    if not isinstance(page, str):
        raise TypeError("no address")
    return page


def _country(payer: Mapping[str, Any]) -> str:
    country = (payer.get("address") or {}).get("country_code")
    return country if isinstance(country, str) and re.fullmatch("[A-Z]{2}", country) else ""


def _unit(request: StartRequest | ChargeRequest) -> dict[str, Any]:
    """One purchase unit. What lies below zero is its discount; lines that PayPal cannot show become one."""
    lines = _shown(request)
    goods = [line for line in lines if line.amount >= 0]
    discount = -sum((line.amount for line in lines if line.amount < 0), Decimal(0))
    breakdown = {"item_total": written(request.amount + discount, request.currency)}
    if discount:
        breakdown["discount"] = written(discount, request.currency)
    return {
        "reference_id": "default",
        "custom_id": request.our_reference,
        "invoice_id": f"{request.description[:90]} {request.our_reference}".strip()[:127],
        "description": (request.description or "-")[: LIMITS.longest_description],
        "amount": written(request.amount, request.currency) | {"breakdown": breakdown},
        "items": [
            {
                "name": (line.description or request.description or "-")[: LIMITS.longest_line_name],
                "quantity": "1",
                "unit_amount": written(line.amount, request.currency),
                "category": "DIGITAL_GOODS",
            }
            for line in goods
        ],
    }


def _shown(request: StartRequest | ChargeRequest) -> Sequence[LineItem]:
    exact = all(_is_exact(abs(line.amount), request.currency) for line in request.lines)
    has_goods = any(line.amount >= 0 for line in request.lines)
    if exact and has_goods and len(request.lines) <= LIMITS.most_lines:
        return request.lines
    return [LineItem(description=request.description, amount=request.amount)]


def _is_exact(amount: Decimal, currency: str) -> bool:
    problem = LIMITS.problem(amount, currency)
    return problem is None or problem.code is not limits.LimitCode.INEXACT
