"""Orders: registered, paid on the page, held up at the buyer's bank, declined, given back, or left until they lapse."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from storefront.sandbox.sberbank.state import ApiError, Object, State

#: Seconds that an order lives if the shop does not say.
LIFE = 1200
LAPSED, UNTRIED = -2007, -100
TEXTS = {
    0: "Request processed successfully",
    116: "Not enough money",
    101: "The card has expired",
    71015: "Wrong card data",
    2003: "3-D Secure is required",
    LAPSED: "The time to pay has run out",
    UNTRIED: "No attempts to pay",
}
STATES = {0: "CREATED", 1: "APPROVED", 2: "DEPOSITED", 3: "REVERSED", 4: "REFUNDED", 5: "CREATED", 6: "DECLINED"}
Emit = Callable[[Object, str, bool], None]


class Orders:
    """``emit(order, operation, is_done)`` sends a callback; the state's lock is held. ``tells_operations``: the account
    is told which refunds an order has."""

    def __init__(self, state: State, emit: Emit) -> None:
        self._state, self._emit = state, emit
        self.tells_operations = True

    def register(self, fields: dict[str, str], *, page: str = "") -> Object:
        """Raises ApiError where the number was used before. The state's lock is held."""
        if any(each["orderNumber"] == fields["orderNumber"] for each in self._state.orders.values()):
            raise ApiError(1, "Order with this number is already registered")
        now, number = self._state.clock(), self._state.new_id()
        order = {
            "errorCode": "0",
            "orderNumber": fields["orderNumber"],
            "orderStatus": 0,
            "amount": int(fields["amount"]),
            "currency": fields.get("currency", "643"),
            "date": int(now * 1000),
            "orderDescription": fields.get("description", ""),
            "attributes": [{"name": "mdOrder", "value": number}],
            "merchantOrderParams": [
                {"name": name, "value": value} for name, value in json.loads(fields.get("jsonParams", "{}")).items()
            ],
            "operations": [],
            "_id": number,
            "_closes": now + int(fields.get("sessionTimeoutSecs", LIFE)),
            "_asked": fields,
        }
        self._money(order, approved=0, deposited=0, refunded=0)
        self._code(order, UNTRIED)
        self._state.orders[number] = order
        self._state.counts["orders"] += 1
        return order

    def seen(self, order: Object) -> Object:
        """An order as the API tells it; one whose time is over has lapsed."""
        if order["orderStatus"] in (0, 5) and self._state.clock() >= order["_closes"]:
            with self._state.changing():
                self._code(order, LAPSED)
                order["orderStatus"] = 6
                self._money(order)
                self._emit(order, "declinedByTimeout", True)
        told = {name: value for name, value in order.items() if not name.startswith("_")}
        return told if self.tells_operations else {name: told[name] for name in told if name != "operations"}

    def is_open(self, order: Object) -> bool:
        self.seen(order)
        return order["orderStatus"] == 0

    def try_card(self, order: Object, card: Object) -> None:
        """Somebody has typed a card, or chosen one that is kept."""
        order["cardAuthInfo"] = {
            "maskedPan": f"{card['number'][:6]}**{card['number'][-4:]}",
            "expiration": card["expiration"],
            "cardholderName": card.get("holder", "CARDHOLDER NAME"),
            "paymentSystem": card["system"],
            "paymentWay": card.get("way", "CARD"),
            "chargeback": False,
        }
        order["bankInfo"] = {"bankName": "Test bank", "bankCountryCode": "RU", "bankCountryName": "Russia"}

    def ask_bank(self, order: Object) -> None:
        """The buyer's bank wants them to confirm (3-D Secure)."""
        order["orderStatus"] = 5
        self._code(order, UNTRIED)
        self._money(order)

    def pay(self, order: Object) -> None:
        """Taken; an order that only verifies a card (VERIFY) is reversed at once."""
        self._code(order, 0)
        order["cardAuthInfo"]["approvalCode"] = "123456"
        order["authRefNum"] = f"{111111111000 + len(self._state.orders)}"
        if "VERIFY" in order["_asked"].get("features", ""):
            order["orderStatus"] = 3
            self._money(order)
            self._emit(order, "reversed", True)
            return
        order["orderStatus"] = 2
        self._money(order, approved=order["amount"], deposited=order["amount"])
        self._operation(order, "AUTHORIZATION", order["amount"])
        self._state.counts["charges"] += 1
        self._emit(order, "approved", True)
        self._emit(order, "deposited", True)

    def refuse(self, order: Object, code: int, *, is_final: bool) -> None:
        """A refusal that ends the order, or after which another card may be tried."""
        self._code(order, code)
        order["orderStatus"] = 6 if is_final else 0
        self._money(order)
        self._emit(order, "deposited", False)

    def decline(self, order: Object) -> None:
        """By the shop, before anybody has begun to pay."""
        with self._state.changing():
            if not self.is_open(order):
                raise ApiError(7, "The order is not in the right state")
            order["orderStatus"] = 6
            self._money(order)

    def refund(self, order: Object, amount: int, *, key: str = "") -> None:
        """``key``: the shop's; under one that is known nothing is given back again."""
        with self._state.changing():
            known = [each for each in order["operations"] if key and each.get("externalRefundId") == key]
            if known:
                if known[0]["amount"] != amount:
                    raise ApiError(5, "[externalRefundId] was used for another refund")
                return
            money = order["paymentAmountInfo"]
            if order["orderStatus"] not in (2, 4):
                raise ApiError(7, "Payment must be in a correct state")
            if not 0 < amount <= money["depositedAmount"]:
                raise ApiError(7, "The refund is above what was deposited")
            order["orderStatus"] = 4
            refunded = money["refundedAmount"] + amount
            self._money(order, deposited=money["depositedAmount"] - amount, refunded=refunded)
            self._operation(order, "REFUND", amount, **({"externalRefundId": key} if key else {}))
            self._state.counts["refunds"] += 1
            self._emit(order, "refunded", True)

    def reverse(self, order: Object) -> None:
        """The whole, on the day of the payment."""
        with self._state.changing():
            if order["orderStatus"] != 2:
                raise ApiError(7, "Payment must be in a correct state")
            order["orderStatus"] = 3
            self._money(order, approved=0, deposited=0)
            self._operation(order, "REVERSAL", order["amount"])
            self._emit(order, "reversed", True)

    def charge_back(self, order: Object) -> None:
        """The buyer's bank has taken the money, of which nobody is told."""
        with self._state.changing():
            if order["orderStatus"] not in (2, 4):
                raise ApiError(7, "Payment must be in a correct state")
            order["cardAuthInfo"]["chargeback"] = True

    def _operation(self, order: Object, kind: str, amount: int, **more: Any) -> None:
        number = f"{222222222000 + len(order['operations']) + 10 * len(self._state.orders)}"
        order["operations"].append(
            {
                "date": int(self._state.clock() * 1000),
                "type": kind,
                "amount": amount,
                "referenceNumber": number,
                "actionCode": 0,
                **more,
            }
        )

    def _money(self, order: Object, **changes: int) -> None:
        money = order.setdefault("paymentAmountInfo", {})
        money |= {f"{name}Amount": value for name, value in changes.items()}
        money["paymentState"] = STATES[order["orderStatus"]]

    def _code(self, order: Object, code: int) -> None:
        order["actionCode"], order["actionCodeDescription"] = code, TEXTS.get(code, "Declined")
