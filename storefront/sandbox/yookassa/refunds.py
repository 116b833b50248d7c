"""Refunds (https://yookassa.ru/developers/payment-acceptance/after-the-payment/refunds)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from storefront.sandbox.server import Request
from storefront.sandbox.yookassa import receipts
from storefront.sandbox.yookassa.api import listing, since
from storefront.sandbox.yookassa.errors import invalid, missing
from storefront.sandbox.yookassa.payments import Payments
from storefront.sandbox.yookassa.state import Object, State, new_id, told

#: Seconds in which a payment may be refunded: three years.
LONGEST = 3 * 365 * 86400


class Refunds:
    def __init__(self, state: State, emit: Callable[[str, Object], None], payments: Payments) -> None:
        self._state, self._emit, self._payments = state, emit, payments

    def create(self, request: Request, asked: Object) -> Object:
        payment = self._state.payments.get(asked["payment_id"])
        if payment is None:
            raise invalid("payment_id", "Payment doesn't exist or access to it is denied")
        if payment["status"] != "succeeded" or payment["created_at"] < told(self._state.clock() - LONGEST):
            raise invalid("payment_id", "Payment can't be refunded")
        amount = Decimal(asked["amount"]["value"])
        if asked["amount"]["currency"] != payment["amount"]["currency"]:
            raise invalid("amount.currency")
        if amount <= 0:
            raise invalid("amount.value")
        if amount > Decimal(payment["amount"]["value"]) - Decimal(payment["_private"]["refunds"]):
            raise invalid("amount.value", "Refund amount is bigger than the payment amount")
        receipts.check(asked, needed=self._payments.sends_receipts, amount=amount)
        return self._new(payment, asked, amount)

    def _new(self, payment: Object, asked: Object, amount: Decimal) -> Object:
        private = payment["_private"]
        refund: Object = {
            "id": new_id(),
            "payment_id": payment["id"],
            "status": "pending",
            "created_at": self._state.now(),
            "amount": dict(asked["amount"]),
            "_private": {"receipt": asked.get("receipt")},
        }
        refund |= {name: asked[name] for name in ("description", "metadata") if name in asked}
        private["refunds"] = str(Decimal(private["refunds"]) + amount)
        self._state.refunds[refund["id"]] = refund
        self._state.counts["refunds"] += 1
        if not private["refunds_pend"]:
            self.settle(refund, succeed=True)
        return refund

    def settle(self, refund: Object, *, succeed: bool) -> None:
        """There is no notification of one that fails."""
        payment = self._state.payment(refund["payment_id"])
        if succeed:
            refund["status"] = "succeeded"
            done = Decimal(payment["refunded_amount"]["value"]) + Decimal(refund["amount"]["value"])
            payment["refunded_amount"] = {"value": str(done), "currency": "RUB"}
            payment["refundable"] = done < Decimal(payment["amount"]["value"])
            self._emit("refund.succeeded", refund)
            return
        refund |= {
            "status": "canceled",
            "cancellation_details": {"party": "yoo_money", "reason": "insufficient_funds"},
        }
        private = payment["_private"]
        private["refunds"] = str(Decimal(private["refunds"]) - Decimal(refund["amount"]["value"]))

    def get(self, request: Request, _: Any) -> Object:
        if request.params["id"] not in self._state.refunds:
            raise missing("refund")
        return self._state.refunds[request.params["id"]]

    def listing(self, request: Request, _: Any) -> Object:
        filters = {
            "payment_id": lambda refund, payment_id: bool(refund["payment_id"] == payment_id),
            "created_at.gte": since("created_at"),
        }
        return listing(request, list(self._state.refunds.values()), filters)
