"""Payments: made by the shop, paid or refused on the page or at once, over after an hour.

https://yookassa.ru/developers/payment-acceptance/getting-started/payment-process
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from storefront.sandbox.server import Request
from storefront.sandbox.yookassa import receipts
from storefront.sandbox.yookassa.api import listing, since
from storefront.sandbox.yookassa.cards import Card
from storefront.sandbox.yookassa.errors import NO_AUTOPAYMENTS, ApiError, invalid
from storefront.sandbox.yookassa.methods import Methods
from storefront.sandbox.yookassa.state import Object, State, new_id, told

#: Seconds in which a payment must be confirmed.
LIFE = 3600
LARGEST = Decimal(350_000)
#: a notification: its event, and the object as it is then
Emit = Callable[[str, Object], None]


class Payments:
    """``sends_receipts``: the shop's receipts are registered by YooKassa, so none may be missing."""

    def __init__(self, state: State, emit: Emit, methods: Methods, *, base_url: str, shop_id: str) -> None:
        self._state, self._emit, self._methods = state, emit, methods
        self._base, self._shop = base_url, shop_id
        self.sends_receipts = False

    def create(self, request: Request, asked: Object) -> Object:
        amount = self._amount(asked)
        receipts.check(asked, needed=self.sends_receipts, amount=amount)
        is_saving, method_id = asked.get("save_payment_method") is True, asked.get("payment_method_id")
        if (is_saving or method_id) and not self._methods.may_be_saved:
            raise ApiError(403, "forbidden", NO_AUTOPAYMENTS)
        if method_id and ("payment_method_data" in asked or is_saving):
            raise invalid("payment_method_id", "Only one way to pay can be named")
        method = self._methods.saved(method_id) if method_id else None
        if method is None and "confirmation" not in asked:
            raise invalid("confirmation", "Missing required parameter")
        payment = self._new(asked)
        self._state.payments[payment["id"]] = payment
        self._state.counts["payments"] += 1
        if method is not None:
            self._charge(payment, method, asked)
        return payment

    def _amount(self, asked: Object) -> Decimal:
        amount = Decimal(asked["amount"]["value"])
        if asked["amount"]["currency"] != "RUB":
            raise invalid("amount.currency", "Currency doesn't match the currency of the shop")
        if not 1 <= amount <= LARGEST:
            raise invalid("amount.value", "Amount is out of limits")
        return amount

    def _new(self, asked: Object) -> Object:
        payment_id = new_id()
        payment: Object = {
            "id": payment_id,
            "status": "pending",
            "amount": dict(asked["amount"]),
            "recipient": {"account_id": self._shop, "gateway_id": "2000001"},
            "created_at": self._state.now(),
            "test": True,
            "paid": False,
            "refundable": False,
            "metadata": dict(asked.get("metadata", {})),
            "_private": {
                "capture": asked.get("capture", False), "save": asked.get("save_payment_method"), "wants": "",
                "receipt": copy.deepcopy(asked.get("receipt")), "refunds": "0.00", "refunds_pend": False,
            },
        }  # fmt: skip
        payment |= {name: asked[name] for name in ("description", "merchant_customer_id") if name in asked}
        if "confirmation" in asked:
            payment["confirmation"] = {
                "type": "redirect",
                "return_url": asked["confirmation"]["return_url"],
                "confirmation_url": f"{self._base}/checkout/payments/v2/contract?orderId={payment_id}",
            }
            payment["_private"]["locale"] = asked["confirmation"].get("locale", "ru_RU")
        if "receipt" in asked:
            payment["receipt_registration"] = "pending"
        return payment

    def _charge(self, payment: Object, method: Object, asked: Object) -> None:
        """By a saved method: at once, unless an attending buyer is asked by their bank."""
        payment["payment_method"] = self._methods.shown_in_payment(method)
        private = method["_private"]
        if private["asks"]:
            if "confirmation" in asked:
                return
            self._cancel(payment, "payment_network", "3d_secure_failed")
            return
        payment.pop("confirmation", None)
        if private["reason"]:
            self._cancel(payment, private["party"], private["reason"])
        elif not private["waits"]:
            self.succeed(payment)

    def get(self, request: Request, _: Any) -> Object:
        return self.looked_at(request.params["id"])

    def listing(self, request: Request, _: Any) -> Object:
        for payment_id in list(self._state.payments):
            self.looked_at(payment_id)
        filters = {f"{column}.gte": since(column) for column in ("created_at", "captured_at")}
        filters["status"] = lambda payment, status: payment["status"] == status
        return listing(request, list(self._state.payments.values()), filters)

    def looked_at(self, payment_id: str) -> Object:
        """The payment as it is now. Raises 404."""
        payment = self._state.payment(payment_id)
        is_over = told(self._state.clock() - LIFE) > payment["created_at"]
        if payment["status"] == "pending" and not payment["paid"] and "confirmation" in payment and is_over:
            self.run_out(payment)
        return payment

    def run_out(self, payment: Object) -> None:
        """Its time is over."""
        self._cancel(payment, "yoo_money", "expired_on_confirmation")

    def pay(self, payment: Object, method: Object, *, waits: bool = False) -> None:
        """The buyer has confirmed. ``waits``: for the receipt, which is registered before the money is taken."""
        payment["payment_method"] = self._methods.shown_in_payment(method)
        if waits:
            payment["paid"] = True
        elif not payment["_private"]["capture"]:
            payment |= {
                "status": "waiting_for_capture",
                "paid": True,
                "expires_at": told(self._state.clock() + 7 * 86400),
            }
            payment.pop("confirmation", None)
            self._emit("payment.waiting_for_capture", payment)
        else:
            self.succeed(payment)

    def refuse(self, payment: Object, card: Card, method: Object, reason: str = "") -> None:
        payment["payment_method"] = method
        self._cancel(payment, card.party or "payment_network", reason or card.reason)

    def capture(self, request: Request, asked: Object) -> Object:
        payment = self._held(request)
        if "amount" in asked:
            if Decimal(asked["amount"]["value"]) > Decimal(payment["amount"]["value"]):
                raise invalid("amount.value")
            payment["amount"] = dict(asked["amount"])
        self.succeed(payment)
        return payment

    def cancel(self, request: Request, _: Object) -> Object:
        payment = self._held(request)
        self._cancel(payment, "merchant", "canceled_by_merchant")
        return payment

    def succeed(self, payment: Object) -> None:
        value = Decimal(payment["amount"]["value"])
        income = (value * Decimal("0.965")).quantize(Decimal("0.01"))
        payment |= {
            "status": "succeeded", "paid": True, "captured_at": self._state.now(), "refundable": True,
            "income_amount": {"value": str(income), "currency": "RUB"},
            "refunded_amount": {"value": "0.00", "currency": "RUB"},
            "authorization_details": {"rrn": "603668680243", "auth_code": "000000"},
        }  # fmt: skip
        if "receipt_registration" in payment:
            payment["receipt_registration"] = "succeeded"
        payment.pop("confirmation", None)
        payment.pop("expires_at", None)
        self._state.counts["charges"] += 1
        self._emit("payment.succeeded", payment)

    def fail(self, payment: Object, reason: str) -> None:
        """What was certain to come does not."""
        self._cancel(payment, "payment_network", reason)

    def _held(self, request: Request) -> Object:
        payment = self.looked_at(request.params["id"])
        if payment["status"] != "waiting_for_capture":
            raise ApiError(400, "invalid_request", "Incorrect payment status", "payment_id")
        return payment

    def _cancel(self, payment: Object, party: str, reason: str) -> None:
        payment |= {"status": "canceled", "paid": False, "cancellation_details": {"party": party, "reason": reason}}
        for name in ("confirmation", "expires_at"):
            payment.pop(name, None)
        self._emit("payment.canceled", payment)
