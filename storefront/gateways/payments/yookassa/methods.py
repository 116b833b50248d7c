"""Methods of payment that YooKassa keeps for a buyer.

https://yookassa.ru/developers/payment-acceptance/scenario-extensions/recurring-payments/basics
https://yookassa.ru/developers/payment-acceptance/scenario-extensions/recurring-payments/save-payment-method
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storefront.gateways.json_body import word
from storefront.gateways.payments.base import RemoteState
from storefront.gateways.payments.saved_methods import MethodState, SavedMethodSnapshot, SetupSnapshot
from storefront.gateways.payments.yookassa.notices import metadata

#: Our word for each type, and what people call it.
TYPES = {
    "bank_card": ("card", ""),
    "yoo_money": ("yoomoney", "YooMoney"),
    "sberbank": ("sberpay", "SberPay"),
    "sbp": ("sbp", "SBP"),
    "tinkoff_bank": ("tpay", "T-Pay"),
    "sber_bnpl": ("installments", "SberPay"),
    "sber_loan": ("installments", "Sber"),
    "b2b_sberbank": ("sberbank_business", "Sber Business"),
    "cash": ("cash", ""),
    "mobile_balance": ("mobile", ""),
}
_BRANDS = {"MasterCard": "Mastercard"}
_WALLETS = {"mir_pay": "Mir Pay", "apple_pay": "Apple Pay", "google_pay": "Google Pay"}
_STATES = {
    "pending": RemoteState.OPEN,
    "active": RemoteState.SUCCEEDED,
    "inactive": RemoteState.FAILED,
}


def saved_with(payment: Mapping[str, Any]) -> SavedMethodSnapshot | None:
    """What was saved with a payment; None if nothing was."""
    method = payment.get("payment_method")
    if payment["status"] != "succeeded" or not isinstance(method, dict) or method.get("saved") is not True:
        return None
    return read(method)


def read(method: Mapping[str, Any]) -> SavedMethodSnapshot:
    """One method in the shop's words. Raises LookupError or TypeError for what is none.

    YooKassa has no id of the buyer of its own. A method is not removed there: who withdraws their permission at the
    bank or the wallet is heard of with the next charge.
    """
    kind, name = TYPES.get(word(method["type"]), ("other", ""))
    card = method.get("card") or {}
    account = word(method.get("account_number") or "", 40)
    is_gone = method.get("status") == "inactive"
    is_pending = method.get("status") == "pending" or method.get("saved") is not True
    state = MethodState.GONE if is_gone else MethodState.PENDING if is_pending else MethodState.ACTIVE
    return SavedMethodSnapshot(
        provider_customer="",
        method_reference=word(method["id"], 64),
        state=state,
        kind=kind,
        brand=_brand(card) if card else name,
        last4=word(card.get("last4"), 4) if card else account[-4:],
        expiry=_expiry(card),
        wallet=_WALLETS.get(word(card.get("source")), ""),
    )


def label(payment: Mapping[str, Any]) -> str:
    """``visa •••• 4477`` of a card, else what people call the way to pay; "" while nothing is chosen."""
    method = payment.get("payment_method")
    if not isinstance(method, dict):
        return ""
    card = method.get("card") or {}
    if card.get("last4"):
        return f"{_brand(card).lower() or 'card'} •••• {word(card['last4'], 4)}"
    return TYPES.get(word(method.get("type")), ("", ""))[1]


def country(payment: Mapping[str, Any]) -> str:
    """Of the bank that issued the card (ISO 3166-1), "" if it is not told."""
    method = payment.get("payment_method")
    card = (method.get("card") or {}) if isinstance(method, dict) else {}
    return word(card.get("issuer_country"), 2)


def setup(method: Mapping[str, Any], *, is_live: bool) -> SetupSnapshot:
    """What became of a page where a method is saved without a payment. ``is_live``: our own mode, as it is not told."""
    state = _STATES[method["status"]]
    page = (method.get("confirmation") or {}).get("confirmation_url") or ""
    return SetupSnapshot(
        provider_reference=word(method["id"], 64),
        our_reference=metadata(method),
        state=state,
        is_live=is_live,
        redirect_url=word(page, 2048) if state is RemoteState.OPEN else "",
        method=read(method) if state is RemoteState.SUCCEEDED else None,
    )


def _brand(card: Mapping[str, Any]) -> str:
    name = word(card.get("card_type"), 40)
    return "" if name == "Unknown" else _BRANDS.get(name, name)


def _expiry(card: Mapping[str, Any]) -> tuple[int, int] | None:
    year, month = card.get("expiry_year"), card.get("expiry_month")
    return (int(year), int(month)) if year and month else None
