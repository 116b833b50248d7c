"""Refunds of captures, whole and part (https://developer.paypal.com/docs/api/payments/v2/#captures_refund)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from storefront.sandbox.paypal import money
from storefront.sandbox.paypal.errors import missing, refused
from storefront.sandbox.paypal.orders import Emit, Orders
from storefront.sandbox.paypal.state import Object, State, new_id, shown

LONGEST = timedelta(days=180)


class Refunds:
    def __init__(self, state: State, emit: Emit, orders: Orders, *, base_url: str) -> None:
        self._state, self._emit, self._orders, self._base = state, emit, orders, base_url

    def capture(self, capture_id: str) -> Object:
        with self._state.reading():
            if capture_id not in self._state.captures:
                raise missing()
            return self._state.captures[capture_id]

    def get(self, refund_id: str) -> Object:
        with self._state.reading():
            if refund_id not in self._state.refunds:
                raise missing()
            return self._state.refunds[refund_id]

    def create(self, capture_id: str, asked: Object) -> Object:
        """Raises 422 for what cannot be given back."""
        with self._state.changing():
            capture = self.capture(capture_id)
            amount = self._amount(capture, asked)
            refund_id, now = new_id(), self._state.now()
            pends = capture["_private"]["refunds_pend"]
            refund: Object = {
                "id": refund_id,
                "status": "PENDING" if pends else "COMPLETED",
                "amount": money.write(amount, capture["amount"]["currency_code"]),
                "create_time": now,
                "update_time": now,
                "links": [
                    {"href": f"{self._base}/v2/payments/refunds/{refund_id}", "rel": "self", "method": "GET"},
                    {"href": f"{self._base}/v2/payments/captures/{capture_id}", "rel": "up", "method": "GET"},
                ],
                "_private": {"capture": capture_id},
            }
            if pends:
                refund["status_details"] = {"reason": "ECHECK"}
            refund |= {name: asked[name] for name in ("custom_id", "invoice_id", "note_to_payer") if name in asked}
            self._state.refunds[refund_id] = refund
            self._state.counts["refunds"] += 1
            self._follow(capture)
            if not pends:
                self._emit([("PAYMENT.CAPTURE.REFUNDED", "refund", shown(refund))])
            return refund

    def settle(self, refund_id: str, *, succeed: bool) -> None:
        """The end of a pending refund. PayPal has no message for one that fails."""
        with self._state.changing():
            refund = self.get(refund_id)
            refund |= {"status": "COMPLETED" if succeed else "FAILED", "update_time": self._state.now()}
            refund.pop("status_details", None)
            self._follow(self._state.captures[refund["_private"]["capture"]])
            if succeed:
                self._emit([("PAYMENT.CAPTURE.REFUNDED", "refund", shown(refund))])

    def _amount(self, capture: Object, asked: Object) -> Decimal:
        if capture["status"] in ("PENDING", "DECLINED", "FAILED"):
            raise refused("CAPTURE_NOT_COMPLETED")
        if (
            datetime.fromtimestamp(self._state.seconds(), UTC) - datetime.fromisoformat(capture["create_time"])
            > LONGEST
        ):
            raise refused("REFUND_TIME_LIMIT_EXCEEDED")
        left = Decimal(capture["amount"]["value"]) - self._given(capture)
        if not left:
            raise refused("CAPTURE_FULLY_REFUNDED")
        if "amount" not in asked:
            return left
        amount = money.read(asked["amount"], field="/amount")
        if asked["amount"]["currency_code"] != capture["amount"]["currency_code"]:
            raise refused("REFUND_CAPTURE_CURRENCY_MISMATCH", field="/amount/currency_code")
        if amount <= 0:
            raise refused("CANNOT_BE_ZERO_OR_NEGATIVE", field="/amount/value")
        if amount > left:
            raise refused("REFUND_AMOUNT_EXCEEDED", field="/amount/value")
        return amount

    def _given(self, capture: Object) -> Decimal:
        refunds = (each for each in self._state.refunds.values() if each["_private"]["capture"] == capture["id"])
        return sum((Decimal(each["amount"]["value"]) for each in refunds if each["status"] != "FAILED"), Decimal(0))

    def _follow(self, capture: Object) -> None:
        given, whole = self._given(capture), Decimal(capture["amount"]["value"])
        status = "REFUNDED" if given == whole else "PARTIALLY_REFUNDED" if given else "COMPLETED"
        capture |= {"status": status, "update_time": self._state.now()}
        self._orders.show(capture)
