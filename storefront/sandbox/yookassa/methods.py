"""Ways to pay, and those that are kept: from a payment, or bound on a page of their own.

https://yookassa.ru/developers/payment-acceptance/scenario-extensions/recurring-payments/basics
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storefront.sandbox.server import Request
from storefront.sandbox.yookassa.cards import Card
from storefront.sandbox.yookassa.errors import NO_AUTOPAYMENTS, ApiError, invalid, missing
from storefront.sandbox.yookassa.state import Object, State, new_id

#: what a buyer may choose on the page, in this order, and its title
WAYS = {"bank_card": "", "sbp": "СБП", "sberbank": "SberPay", "yoo_money": "YooMoney wallet 410011758831136"}


class Methods:
    """``may_be_saved``: YooKassa's manager has allowed it."""

    def __init__(self, state: State, emit: Callable[[str, Object], None], *, base_url: str) -> None:
        self._state, self._emit, self._base = state, emit, base_url
        self.may_be_saved = True

    def create(self, request: Request, asked: Object) -> Object:
        if not self.may_be_saved:
            raise ApiError(403, "forbidden", NO_AUTOPAYMENTS)
        method: Object = {
            "id": new_id(),
            "type": asked["type"],
            "status": "pending",
            "saved": False,
            "holder": {"account_id": "100500", "gateway_id": "2000001"},
            "metadata": dict(asked.get("metadata", {})),
            "_private": _private(None) | {"locale": asked["confirmation"].get("locale", "ru_RU")},
        }
        method["confirmation"] = {
            "type": "redirect",
            "return_url": asked["confirmation"]["return_url"],
            "confirmation_url": f"{self._base}/checkout/payment-methods/contract?methodId={method['id']}",
        }
        self._state.methods[method["id"]] = method
        self._state.counts["methods"] += 1
        return method

    def get(self, request: Request, _: Any) -> Object:
        return self.method(request.params["id"])

    def method(self, method_id: str) -> Object:
        """Raises 404."""
        if method_id not in self._state.methods:
            raise missing("payment method")
        return self._state.methods[method_id]

    def saved(self, method_id: str) -> Object:
        """One that can be charged. Raises 400."""
        method = self._state.methods.get(method_id)
        if method is None or method["saved"] is not True:
            raise invalid("payment_method_id", "This payment method is not saved")
        return method

    def bind(self, method: Object, card: Card) -> None:
        """The end of a page where a card is bound without a payment."""
        details = of_card(card)
        method |= {"card": details["card"], "title": details["title"]}
        method |= {"saved": not card.reason, "status": "inactive" if card.reason else "active"}
        method["_private"] |= _private(card)
        method.pop("confirmation", None)
        if not card.reason:
            self._emit("payment_method.active", method)

    def keep(self, payment_id: str, details: Object, card: Card | None) -> Object:
        """What a payment is made with, saved; it has the payment's id."""
        method = {"id": payment_id, **details, "saved": True, "status": "active", "_private": _private(card)}
        self._state.methods[payment_id] = method
        return method

    def change(self, method_id: str, *, reason: str = "", party: str = "payment_network", asks: bool = False,
               waits: bool = False) -> None:  # fmt: skip
        """What becomes of its next charges: refused for a reason, asked about by the bank, or not certain at once."""
        with self._state.changing():
            self.method(method_id)["_private"] |= {"reason": reason, "party": party, "asks": asks, "waits": waits}

    @staticmethod
    def shown_in_payment(method: Object) -> Object:
        return {name: value for name, value in method.items() if name not in ("_private", "holder", "metadata")}


def of_card(card: Card) -> Object:
    last4 = card.number[-4:]
    return {
        "type": "bank_card",
        "title": f"Bank card *{last4}",
        "card": {
            "first6": card.number[:6], "last4": last4, "expiry_year": "2030", "expiry_month": "12",
            "card_type": card.brand, "issuer_country": "RU", "issuer_name": "Sberbank",
        },
    }  # fmt: skip


def of_way(way: str) -> Object:
    details: Object = {"type": way, "title": WAYS[way]}
    return details | ({"account_number": "410011758831136"} if way == "yoo_money" else {})


def _private(card: Card | None) -> Object:
    """A card that asks was confirmed when it was saved; the next charges are not asked about."""
    refused = card if card is not None and card.reason else None
    return {"reason": refused.reason if refused else "", "party": refused.party if refused else "", "asks": False,
            "waits": False}  # fmt: skip
