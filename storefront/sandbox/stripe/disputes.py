"""Disputes: what the buyer's bank does to a paid charge, step by step.

https://docs.stripe.com/disputes/how-disputes-work: an inquiry (``warning_``) moves no money; a dispute withdraws it at
once, with a fee that stays charged; one that is won brings the money back; one that is lost may be appealed (API
version 2026-10-28). ``prevented``: settled before it became a dispute, by giving the money back or by an explanation.
"""

from __future__ import annotations

from storefront.sandbox.stripe import objects, saved_objects
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.state import Emit, Object, State

#: minor units of the charge's currency
FEE = 2000
#: status -> what may follow
STEPS: dict[str, tuple[str, ...]] = {
    "warning_needs_response": ("warning_under_review", "warning_closed", "needs_response"),
    "warning_under_review": ("warning_closed", "needs_response"),
    "warning_closed": (),
    "needs_response": ("under_review", "won", "lost"),
    "under_review": ("won", "lost"),
    "won": (),
    "lost": ("appeal_needs_response",),
    "appeal_needs_response": ("appeal_under_review", "lost"),
    "appeal_under_review": ("won", "lost"),
    "prevented": (),
}
_FIRST = ("warning_needs_response", "needs_response", "prevented")
_CLOSED = ("won", "lost", "warning_closed", "prevented")


class Disputes:
    def __init__(self, state: State, emit: Emit) -> None:
        self._state = state
        self._emit = emit

    def open(
        self, session_id: str, *, reason: str, status: str, amount: int | None = None, takes: bool = True
    ) -> Object:
        """A dispute about a paid session, or a paid intent without one. ``amount``: of it only, in minor units;
        ``takes``: whether one that was prevented gives the money back. Raises 400 for what is not paid."""
        if status not in _FIRST:
            raise ValueError(f"a dispute begins as one of {', '.join(_FIRST)}")
        with self._state.changing():
            charge = self._paid_charge(session_id)
            dispute = objects.dispute(charge, status=status, reason=reason, now=self._state.now())
            left = charge["amount"] - charge["amount_refunded"] - self._withdrawn(charge)
            dispute["amount"] = left if amount is None else min(amount, left)
            if not dispute["amount"]:
                raise ApiError(400, "", "Nothing of this charge is left to dispute.")
            self._state.add(dispute)
            told: list[tuple[str, Object]] = [("charge.dispute.created", dispute)]
            if status == "needs_response" or (status == "prevented" and takes):
                told += self._withdraw(dispute, charge, fee=FEE if status == "needs_response" else 0)
            if status == "prevented":
                dispute["payment_method_details"]["card"]["case_type"] = "resolution" if takes else "block"
                told.append(("charge.dispute.closed", dispute))
            self._emit(told)
            return dispute

    def move(self, session_id: str, status: str) -> Object:
        """The next step of the newest dispute about a session. Raises 400 for one that cannot follow."""
        with self._state.changing():
            charge = self._paid_charge(session_id)
            dispute = next((each for each in self._state.all("dispute") if each["charge"] == charge["id"]), None)
            if dispute is None:
                raise ApiError(400, "", "This charge is not disputed.")
            if status == "needs_response" and charge["refunded"]:
                raise ApiError(400, "", "A charge that was given back whole is withdrawn no more.")
            if status not in STEPS[dispute["status"]]:
                raise ApiError(400, "", f"A dispute that is {dispute['status']} does not become {status}.")
            self._emit(self._step(dispute, charge, status))
            return dispute

    def close(self, session_id: str, *, won: bool) -> Object:
        """The bank decides, or drops its inquiry."""
        with self._state.reading():
            charge = self._paid_charge(session_id)
            found = [each["status"] for each in self._state.all("dispute") if each["charge"] == charge["id"]]
        is_inquiry = bool(found) and found[0].startswith("warning_")
        return self.move(session_id, "warning_closed" if is_inquiry else "won" if won else "lost")

    def _step(self, dispute: Object, charge: Object, status: str) -> list[tuple[str, Object]]:
        details, told = dispute["evidence_details"], []
        dispute["status"] = status
        if status.endswith("under_review"):
            details |= {"has_evidence": True, "submission_count": details["submission_count"] + 1}
            details["submission_method"] = "manual"
        if status == "appeal_needs_response":
            details["due_by"] = self._state.now() + 10 * 86400
        if status == "needs_response":
            left = charge["amount"] - charge["amount_refunded"] - self._withdrawn(charge)
            dispute |= {"is_charge_refundable": False, "amount": min(dispute["amount"], left)}
            dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
            told += self._withdraw(dispute, charge, fee=FEE)
        if status == "won":
            told += self._reinstate(dispute)
        kind = "closed" if status in _CLOSED else "updated"
        return [*told, (f"charge.dispute.{kind}", dispute)]

    def _withdraw(self, dispute: Object, charge: Object, *, fee: int) -> list[tuple[str, Object]]:
        charge["disputed"] = True
        self._book(dispute, -dispute["amount"], fee=fee, category="dispute")
        return [("charge.dispute.funds_withdrawn", dispute)]

    def _reinstate(self, dispute: Object) -> list[tuple[str, Object]]:
        """The money comes back; the fee for having received the dispute does not."""
        self._book(dispute, dispute["amount"], fee=0, category="dispute_reversal")
        return [("charge.dispute.funds_reinstated", dispute)]

    def _withdrawn(self, charge: Object) -> int:
        """What other disputes about the charge keep from the balance."""
        others = [each for each in self._state.all("dispute") if each["charge"] == charge["id"]]
        return -sum(booked["amount"] for each in others for booked in each["balance_transactions"])

    def _book(self, dispute: Object, amount: int, *, fee: int, category: str) -> None:
        booked = objects.balance_transaction(dispute, amount, fee=fee, kind="adjustment", now=self._state.now())
        booked["reporting_category"] = category
        dispute["balance_transactions"] = [*dispute["balance_transactions"], self._state.add(booked)]

    def _paid_charge(self, session_id: str) -> Object:
        intent = saved_objects.intent_of(self._state, session_id)
        charge = self._state.objects.get(intent.get("latest_charge") or "")
        if not charge or not charge["paid"]:
            raise ApiError(400, "", "This session has not been paid.")
        return charge
