"""Giving back: never more than was paid, whoever asks."""

from __future__ import annotations

from storefront.sandbox.stripe import objects
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.state import Emit, Object, State

CLOSED_DISPUTES = ("won", "warning_closed", "prevented")


class Refunds:
    def __init__(self, state: State, emit: Emit) -> None:
        self._state = state
        self._emit = emit

    def create(self, asked: Object) -> Object:
        """``asked``: payment_intent or charge, amount (left out: all that remains), reason, metadata.

        Raises 400 for an unpaid, openly disputed or fully refunded charge, or more than remains.
        """
        with self._state.changing():
            charge = self._charge(asked)
            left = charge["amount"] - charge["amount_refunded"]
            amount = asked.get("amount", left)
            self._check(charge, amount, left)
            refund = self._state.add(objects.refund(charge, amount, asked, now=self._state.now()))
            refund["balance_transaction"] = self._book(refund, -amount, "refund")
            charge["amount_refunded"] += amount
            charge["refunded"] = charge["amount_refunded"] == charge["amount"]
            self._state.counts["refunds"] += 1
            if self._state.private[charge["id"]].get("refund") == "pending":
                refund["pending_reason"] = "processing"
                self._emit([("refund.created", refund)])
            else:
                refund["status"] = "succeeded"
                self._emit([("refund.created", refund), ("charge.refunded", charge)])
            return refund

    def settle(self, refund_id: str, *, succeed: bool) -> Object:
        """The card network's last word. One that looked done may still fail, days later: the money returns to us."""
        with self._state.changing():
            refund = self._state.get("refund", refund_id)
            charge = self._state.objects[refund["charge"]]
            if refund["status"] == "failed" or (succeed and refund["status"] != "pending"):
                raise ApiError(400, "", f"This refund is already {refund['status']}.")
            if succeed:
                refund |= {"status": "succeeded", "pending_reason": None}
                self._emit([("refund.updated", refund), ("charge.refunded", charge)])
            else:
                refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card", "pending_reason": None}
                refund["failure_balance_transaction"] = self._book(refund, refund["amount"], "refund_failure")
                charge["amount_refunded"] -= refund["amount"]
                charge["refunded"] = False
                self._emit([("refund.updated", refund), ("refund.failed", refund)])
            return refund

    def _book(self, refund: Object, amount: int, kind: str) -> str:
        """The id of what a refund, or its failure, did to the balance."""
        made = objects.balance_transaction(refund, amount, fee=0, kind=kind, now=self._state.now())
        return str(self._state.add(made)["id"])

    def _charge(self, asked: Object) -> Object:
        if ("payment_intent" in asked) == ("charge" in asked):
            raise ApiError(
                400, "parameter_missing", "One of the following params should be provided: payment_intent or charge."
            )
        if "charge" in asked:
            return self._state.get("charge", asked["charge"], param="charge")
        intent = self._state.get("payment_intent", asked["payment_intent"], param="payment_intent")
        if not intent["latest_charge"]:
            raise ApiError(400, "", f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
        return self._state.objects[intent["latest_charge"]]

    def _check(self, charge: Object, amount: int, left: int) -> None:
        if not charge["paid"]:
            raise ApiError(400, "", "This PaymentIntent does not have a successful charge to refund.", executed=True)
        disputes = [each for each in self._state.all("dispute") if each["charge"] == charge["id"]]
        if any(each["status"] not in CLOSED_DISPUTES and not each["is_charge_refundable"] for each in disputes):
            raise ApiError(
                400,
                "charge_disputed",
                f"Charge {charge['id']} has been charged back; cannot issue a refund.",
                executed=True,
            )
        if left == 0:
            raise ApiError(
                400, "charge_already_refunded", f"Charge {charge['id']} has already been refunded.", executed=True
            )
        if amount > left:
            message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            raise ApiError(400, "amount_too_large", message, param="amount", executed=True)
