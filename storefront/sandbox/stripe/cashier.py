"""Money moving in the sandbox: paying, expiring, settling late. Each act is one change of state and its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from storefront.sandbox.stripe import cards, fields, objects
from storefront.sandbox.stripe.disputes import Disputes
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.state import Emit, Object, State, new_id

#: minor units kept of every charge beside 3 %
FEE = 25


@dataclass(frozen=True)
class Result:
    """What became of one attempt to pay. ``status``: paid, processing, declined, challenge or closed."""

    status: str
    message: str = ""


class Cashier:
    def __init__(self, state: State, emit: Emit, disputes: Disputes) -> None:
        self._state = state
        self._emit = emit
        self._disputes = disputes

    def pay(self, session_id: str, *, number: str, email: str = "", name: str = "", confirmed: bool = False) -> Result:
        """Charge a card for an open session. A card that wants 3-D Secure waits for ``answer_challenge``.

        Only an open session can be paid and paying closes it, so a second submit of the same form finds it closed.
        """
        with self._state.changing():
            session = self.if_open(session_id)
            if session is None:
                return Result("closed")
            card = cards.behaviour(number)
            intent = self.confirm(session, number=number, email=email, name=name)
            if card.challenge and not confirmed:
                intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}}
                self._emit([("payment_intent.requires_action", intent)])
                return Result("challenge")
            charge = self._charge(session, intent)
            if card.decline:
                return self._decline(intent, charge, card.decline)
            session |= {"status": "complete", "url": None}
            self.take(session, intent, charge, closing="checkout.session.completed")
            self._state.private[charge["id"]]["refund"] = card.refund
        if card.dispute:
            self._disputes.open(session_id, reason=card.dispute, status="needs_response")
        return Result("paid")

    def answer_challenge(self, session_id: str, *, approve: bool) -> Result:
        """The bank's answer to 3-D Secure. Only a challenge under way can be answered, and once."""
        with self._state.changing():
            session = self.if_open(session_id)
            waiting = self._state.private[session_id].get("buyer") if session else None
            intent = self._state.objects.get(session["payment_intent"] or "") if session else None
            if not session or not waiting or not intent or intent["status"] != "requires_action":
                return Result("closed")
            if approve:
                return self.pay(session_id, **waiting, confirmed=True)
            return self._decline(intent, self._charge(session, intent), cards.AUTHENTICATION_FAILED)

    def pay_later(self, session_id: str) -> Result:
        """A bank debit: the session completes, the money is not there yet."""
        with self._state.changing():
            session = self.if_open(session_id)
            if session is None:
                return Result("closed")
            intent = self.confirm(session, number="", email="", name="")
            charge = self._charge(session, intent)
            charge["payment_method_details"] = {
                "type": "sepa_debit",
                "sepa_debit": fields.unset(fields.SEPA_DEBIT) | {"last4": "3000", "country": "DE"},
            }
            intent |= {"status": "processing"}
            session |= {"status": "complete", "url": None, "payment_method_types": ["sepa_debit"]}
            self._emit([("payment_intent.processing", intent), ("checkout.session.completed", session)])
            return Result("processing")

    def settle_later(self, session_id: str, *, succeed: bool) -> None:
        """The bank's word on a debit. Raises 400 unless one is under way."""
        with self._state.changing():
            session = self._state.get("checkout.session", session_id)
            intent = self._state.objects.get(session["payment_intent"] or "")
            if not intent or intent["status"] != "processing":
                raise ApiError(400, "payment_intent_unexpected_state", "No debit is under way for this session.")
            charge = self._state.objects[intent["latest_charge"]]
            if succeed:
                self.take(session, intent, charge, closing="checkout.session.async_payment_succeeded")
            else:
                self._decline(intent, charge, ("debit_not_authorized", ""))
                self._emit([("checkout.session.async_payment_failed", session)])

    def expire(self, session_id: str) -> Object:
        """Raises 400 unless the session is open."""
        with self._state.changing():
            session = self._state.get("checkout.session", session_id)
            if session["status"] != "open":
                raise ApiError(
                    400,
                    "",
                    f'Only Checkout Sessions with a status in ["open"] can be expired. '
                    f"This Checkout Session has a status of {session['status']}.",
                    executed=True,
                )
            session |= {"status": "expired", "url": None}
            if intent := self._state.objects.get(session["payment_intent"] or ""):
                intent |= {"status": "canceled", "canceled_at": self._state.now(), "next_action": None}
            self._emit([("checkout.session.expired", session)])
            return session

    def expire_due(self) -> None:
        """Close every open session whose time has come."""
        with self._state.reading():
            now = self._state.now()
            sessions = self._state.all("checkout.session")
            due = [each["id"] for each in sessions if each["status"] == "open" and each["expires_at"] <= now]
        for session_id in due:
            try:
                self.expire(session_id)
            except ApiError:
                continue  # paid or closed between the two looks

    def if_open(self, session_id: str) -> Object | None:
        """The session if it can be paid now."""
        session = self._state.get("checkout.session", session_id)
        is_open = session["status"] == "open" and session["expires_at"] > self._state.now()
        return session if is_open else None

    def confirm(self, session: Object, *, number: str, email: str, name: str) -> Object:
        """The session's payment intent with the buyer's method on it; made on the first attempt."""
        private = self._state.private[session["id"]]
        private["buyer"] = {"number": number, "email": email, "name": name}
        email = session["customer_email"] or email
        session["customer_details"] = {
            **fields.unset(fields.BUYER),
            "email": email or None,
            "name": name or None,
        }
        if not session["payment_intent"]:
            intent = objects.payment_intent(session, private["intent_data"], now=self._state.now())
            session["payment_intent"] = self._state.add(intent)["id"]
            self._emit([("payment_intent.created", intent)])
        intent = self._state.objects[session["payment_intent"]]
        intent |= {"payment_method": new_id("pm"), "next_action": None}
        return intent

    def _charge(self, session: Object, intent: Object) -> Object:
        number = self._state.private[session["id"]]["buyer"]["number"]
        brand = cards.brand(number)
        details = {"brand": brand, "network": brand, "last4": number[-4:], "exp_month": 12, "exp_year": 2040}
        details["country"] = cards.country(number)
        charge = objects.charge(
            intent,
            {"type": "card", "card": fields.unset(fields.CARD) | details},
            {"email": session["customer_details"]["email"], "name": session["customer_details"]["name"]},
            now=self._state.now(),
        )
        intent["latest_charge"] = charge["id"]
        return self._state.add(charge)

    def take(self, session: Object, intent: Object, charge: Object, *, closing: str) -> None:
        """The money of a pending charge has come; ``closing`` is the session's event."""
        outcome = {"type": "authorized", "network_status": "approved_by_network", "seller_message": "Payment complete."}
        charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
        charge["outcome"] = fields.unset(fields.OUTCOME) | outcome
        charge["balance_transaction"] = self._state.add(
            objects.balance_transaction(
                charge, charge["amount"], fee=FEE + charge["amount"] * 3 // 100, kind="charge", now=self._state.now()
            )
        )["id"]
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None}
        session["payment_status"] = "paid"
        self._state.counts["charges"] += 1
        self._emit([("charge.succeeded", charge), ("payment_intent.succeeded", intent), (closing, session)])

    def _decline(self, intent: Object, charge: Object, decline: tuple[str, str]) -> Result:
        error: dict[str, Any] = cards.refusal(decline)
        charge |= {"status": "failed", "failure_code": error["code"], "failure_message": error["message"]}
        intent |= {"status": "requires_payment_method", "next_action": None}
        intent["last_payment_error"] = error | {"charge": charge["id"]}
        self._emit([("charge.failed", charge), ("payment_intent.payment_failed", intent)])
        return Result("declined", error["message"])
