"""Tokens of cards: what a payment tells of the one it made, and a token as it is now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from storefront.gateways.json_body import word
from storefront.gateways.payments.paymaster.api import Object
from storefront.gateways.payments.saved_methods import MethodState, SavedMethodSnapshot

STATES = {"Created": MethodState.PENDING, "Active": MethodState.ACTIVE, "Revoked": MethodState.GONE}


def of_payment(payment: Object) -> SavedMethodSnapshot | None:
    """What was saved with a payment that was paid; None if nothing was."""
    token, data = payment.get("paymentToken"), payment.get("paymentData")
    if not isinstance(token, Mapping) or not token.get("id"):
        return None
    card = data if isinstance(data, Mapping) else {}
    return _snapshot(token, card, MethodState.ACTIVE)


def snapshot(token: Object) -> SavedMethodSnapshot:
    """Raises KeyError or TypeError for what cannot be read."""
    return _snapshot(token, token, STATES[token["status"]])


def last4(title: Any) -> str:
    """Of a title such as ``220220XXXXXX2424``; "" without digits at its end."""
    match = re.search(r"[0-9]{4}$", title.strip()) if isinstance(title, str) else None
    return match[0] if match else ""


def brand(card: Object) -> str:
    """As people write it; "" if it is not told."""
    info = card.get("cardInfo")
    told = word(info.get("brand")) if isinstance(info, Mapping) else ""
    return told if told != told.upper() else told.title()


def _snapshot(token: Object, card: Object, state: MethodState) -> SavedMethodSnapshot:
    until = re.match(r"(20[0-9]{2})-(0[1-9]|1[0-2])-", word(token.get("expires")))
    return SavedMethodSnapshot(
        provider_customer="",
        method_reference=word(token["id"]),
        state=state,
        kind="sbp" if card.get("paymentMethod") == "SBP" else "card",
        brand=brand(card),
        last4=last4(token.get("title")),
        expiry=(int(until[1]), int(until[2])) if until else None,
    )
