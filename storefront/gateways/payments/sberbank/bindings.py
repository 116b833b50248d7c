"""Cards that Sberbank keeps for a buyer (bindings), as an order and as the bank's list of them tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from storefront.gateways.json_body import word
from storefront.gateways.payments.saved_methods import MethodState, SavedMethodSnapshot
from storefront.gateways.payments.sberbank.api import Order

_BRANDS = {"MIR": "Mir", "VISA": "Visa", "MASTERCARD": "Mastercard", "AMEX": "American Express", "CUP": "UnionPay"}


def of_order(order: Order) -> SavedMethodSnapshot | None:
    """What was bound with an order, None if nothing was."""
    told = order.get("bindingInfo")
    if not isinstance(told, Mapping) or not told.get("bindingId"):
        return None
    card = order.get("cardAuthInfo")
    shown = card if isinstance(card, Mapping) else {}
    return _snapshot(told, shown, expiry=shown.get("expiration"), state=MethodState.ACTIVE)


def of_list(binding: Mapping[str, Any]) -> SavedMethodSnapshot:
    """One of ``getBindings...``; inactive once the buyer or we have unbound it."""
    state = MethodState.ACTIVE if str(binding.get("bindingStatus", "1")) == "1" else MethodState.GONE
    return _snapshot(binding, binding, expiry=binding.get("expiryDate"), state=state)


def brand(card: Mapping[str, Any]) -> str:
    told = word(card.get("paymentSystem"))
    return _BRANDS.get(told, "" if told == "Undefined" else told.title())


def last4(card: Mapping[str, Any]) -> str:
    """Of a masked number, ``220220**2424``; "" without one."""
    match = re.search(r"[0-9]{4}$", word(card.get("maskedPan") or card.get("pan")))
    return match[0] if match else ""


def _snapshot(
    told: Mapping[str, Any], card: Mapping[str, Any], *, expiry: Any, state: MethodState
) -> SavedMethodSnapshot:
    until = re.fullmatch(r"(20[0-9]{2})(0[1-9]|1[0-2])", word(expiry))
    is_sberpay = "SBERPAY" in word(card.get("paymentWay")).upper()
    return SavedMethodSnapshot(
        provider_customer=word(told.get("clientId")),
        method_reference=word(told["bindingId"]),
        state=state,
        kind="card",
        brand=brand(card),
        last4=last4(card),
        expiry=(int(until[1]), int(until[2])) if until else None,
        wallet="SberPay" if is_sberpay else "",
    )
