"""Payments: made with a page or for a token, moved on by buyers and their banks, cancelled, given back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from storefront.sandbox.paymaster.state import ApiError, Object, State

OPEN = ("Pending", "Confirmation", "Authorized")
Emit = Callable[[str, Object], None]


class Payments:
    """``emit(url, message)`` sends a callback; the state's lock is held. ``cancels_pending``: an open page may be
    closed; ``refunds_wait``: refunds stay Pending until somebody moves them."""

    def __init__(self, state: State, emit: Emit) -> None:
        self._state, self._emit = state, emit
        self.cancels_pending = True
        self.refunds_wait = False

    def make(self, body: Object) -> Object:
        payment = {
            "id": self._state.new_id(),
            "created": self._state.stamp(),
            "testMode": body.get("testMode", False),
            "status": "Pending",
            "merchantId": body["merchantId"],
            "amount": body["amount"],
            "invoice": {name: value for name, value in body["invoice"].items() if name != "expires"},
            "customer": {},
            "_asked": body,
        }
        self._state.payments[payment["id"]] = payment
        self._state.counts["payments"] += 1
        return payment

    def seen(self, payment: Object) -> Object:
        """One whose page has closed unused is cancelled."""
        expires = payment["_asked"]["invoice"].get("expires")
        is_over = bool(expires) and self._state.clock() >= datetime.fromisoformat(expires).timestamp()
        if payment["status"] in ("Pending", "Confirmation") and is_over:
            self.end(payment, "Cancelled", "payment_expired")
        return payment

    def use(self, payment: Object, card: Object, *, method: str = "BankCard") -> None:
        """A card was typed, or a token is charged."""
        title = f"{card['number'][:6]}XXXXXX{card['number'][-4:]}" if method == "BankCard" else "SBP"
        payment["paymentData"] = {"paymentMethod": method, "paymentInstrumentTitle": title}
        if method == "BankCard":
            payment["paymentData"]["cardInfo"] = {"brand": card["system"], "issuer": "Test bank", "country": "RU"}

    def confirm(self, payment: Object, page: str = "") -> None:
        """The buyer's bank wants them; ``page``: where, for a charge of a token."""
        payment["status"] = "Confirmation"
        if page:
            payment["confirmation"] = {"paymentUrl": page}
        self._tell(payment)

    def settle(self, payment: Object) -> None:
        payment.pop("confirmation", None)
        payment["status"] = "Settled"
        self._state.counts["charges"] += 1
        self._tell(payment)

    def end(self, payment: Object, status: str, code: str) -> None:
        """Rejected or Cancelled, with the reason."""
        payment.pop("confirmation", None)
        payment["status"] = status
        if code:
            payment["resultCode"], payment["message"] = code, code.replace("_", " ").capitalize()
        self._tell(payment)

    def cancel(self, payment: Object) -> None:
        """By the shop."""
        with self._state.changing():
            self.seen(payment)
            if payment["status"] not in OPEN or (payment["status"] == "Pending" and not self.cancels_pending):
                raise ApiError(400, "invalid_operation", "The payment cannot be cancelled.")
            self.end(payment, "Cancelled", "")

    def refund(self, body: Object) -> Object:
        with self._state.changing():
            payment = self._state.payment(body["paymentId"])
            amount = Decimal(str(body["amount"]["value"]))
            given = [each for each in self._state.refunds.values() if each["paymentId"] == payment["id"]]
            left = Decimal(str(payment["amount"]["value"])) - sum(
                Decimal(str(each["amount"]["value"])) for each in given if each["status"] != "Rejected"
            )
            if payment["status"] != "Settled" or amount > left:
                raise ApiError(400, "invalid_operation", "The payment cannot be refunded by this amount.")
            refund = {
                "id": self._state.new_id(),
                "created": self._state.stamp(),
                "paymentId": payment["id"],
                "amount": body["amount"],
                "status": "Pending" if self.refunds_wait else "Success",
            }
            self._state.refunds[refund["id"]] = refund
            self._state.counts["refunds"] += 1
            return refund

    def move_refund(self, refund: Object, *, succeed: bool) -> None:
        with self._state.changing():
            refund["status"] = "Success" if succeed else "Rejected"
            if not succeed:
                refund["resultCode"] = "operation_not_allowed"

    def _tell(self, payment: Object) -> None:
        names = ("id", "created", "testMode", "status", "merchantId", "amount", "invoice", "paymentData")
        message = {name: payment[name] for name in names if name in payment}
        self._emit(payment["_asked"].get("protocol", {}).get("callbackUrl", ""), message)
