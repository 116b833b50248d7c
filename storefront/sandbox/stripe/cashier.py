"""Money moving in the sandbox: paying, expiring, settling late. Each act is one change of state and its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storefront.sandbox.stripe import cards, fields, objects
from storefront.sandbox.stripe.disputes import Disputes
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.state import Emit, Object, State, new_id
from storefront.sandbox.stripe.wallet import Wallet

#: minor units kept of every charge beside 3 %
FEE = 25


@dataclass(frozen=True)
class Result:
    """What became of one attempt to pay, or to save. ``status``: paid, processing, declined, challenge or closed."""

    status: str
    message: str = ""


class Cashier:
    def __init__(self, state: State, emit: Emit, disputes: Disputes, wallet: Wallet) -> None:
        self._state = state
        self._emit = emit
        self._disputes = disputes
        self._wallet = wallet

    def pay(
        self,
        session_id: str,
        *,
        number: str,
        expiry: Sequence[int] = (2040, 12),
        email: str = "",
        name: str = "",
        confirmed: bool = False,
    ) -> Result:
        """Charge a card for an open session; ``expiry``: year, month. A card that wants 3-D Secure waits for
        ``answer_challenge``.

        Only an open session can be paid and paying closes it, so a second submit of the same form finds it closed.
        """
        with self._state.changing():
            session = self.if_open(session_id)
            if session is None:
                return Result("closed")
            card = cards.behaviour(number)
            intent = self.confirm(session, number=number, expiry=expiry, email=email, name=name)
            if card.challenge and not confirmed:
                intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}}
                self._emit([("payment_intent.requires_action", intent)])
                return Result("challenge")
            charge = self.charge(intent, self._state.objects[intent["payment_method"]])
            if card.decline:
                return self.decline(intent, charge, card.decline)
            session |= {"status": "complete", "url": None}
            self._keep(session, intent, is_set_up=card.challenge)
            self.take(intent, charge, session=session, closing="checkout.session.completed")
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
            charge = self.charge(intent, self._state.objects[intent["payment_method"]])
            return self.decline(intent, charge, cards.AUTHENTICATION_FAILED)

    def pay_later(self, session_id: str) -> Result:
        """A bank debit: the session completes, the money is not there yet."""
        with self._state.changing():
            session = self.if_open(session_id)
            if session is None:
                return Result("closed")
            intent = self.confirm(session)
            debit = fields.unset(fields.SEPA_DEBIT) | {"last4": "3000", "country": "DE"}
            self._add_charge(intent, {"type": "sepa_debit", "sepa_debit": debit}, session["customer_details"])
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
                self.take(intent, charge, session=session, closing="checkout.session.async_payment_succeeded")
            else:
                self.decline(intent, charge, ("debit_not_authorized", ""))
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
            if intent := self._state.objects.get(session["payment_intent"] or session["setup_intent"] or ""):
                intent |= {"status": "canceled", "next_action": None}
                intent |= {"canceled_at": self._state.now()} if session["payment_intent"] else {}
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

    def confirm(
        self, session: Object, *, number: str = "", expiry: Sequence[int] = (), email: str = "", name: str = ""
    ) -> Object:
        """The session's payment intent with the buyer's method on it; made on the first attempt. Without a number the
        method is no card."""
        private = self._state.private[session["id"]]
        private["buyer"] = {"number": number, "expiry": list(expiry), "email": email, "name": name}
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
        method = self._wallet.make(number, expiry, email=email or None, name=name or None)["id"] if number else ""
        intent |= {"payment_method": method or new_id("pm"), "next_action": None}
        return intent

    def charge(self, intent: Object, method: Object) -> Object:
        """A charge of a card that is neither taken nor declined yet."""
        card = method["card"]
        same = ("brand", "last4", "exp_month", "exp_year", "country", "fingerprint")
        told = {"network": card["brand"], **{name: card[name] for name in same}}
        details = {"type": "card", "card": fields.unset(fields.CARD) | told}
        return self._add_charge(intent, details, method["billing_details"])

    def _add_charge(self, intent: Object, details: Object, buyer: Object) -> Object:
        about = {"email": buyer["email"], "name": buyer["name"]}
        charge = self._state.add(objects.charge(intent, details, about, now=self._state.now()))
        intent["latest_charge"] = charge["id"]
        return charge

    def _keep(self, session: Object, intent: Object, *, is_set_up: bool) -> None:
        """The method becomes the customer's where the session asked for it."""
        usage, customer = intent["setup_future_usage"], session["customer"]
        if usage and customer:
            self._wallet.attach(intent["payment_method"], customer, is_set_up=is_set_up and usage == "off_session")

    def take(self, intent: Object, charge: Object, *, session: Object | None = None, closing: str = "") -> None:
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
        self._state.counts["charges"] += 1
        told = [("charge.succeeded", charge), ("payment_intent.succeeded", intent)]
        if session is not None:
            session["payment_status"] = "paid"
            told.append((closing, session))
        self._emit(told)

    def decline(self, intent: Object, charge: Object, decline: tuple[str, str], *, advice: str = "") -> Result:
        """The bank refuses; ``advice``: what the card network advises then."""
        error: dict[str, Any] = cards.refusal(decline) | ({"advice_code": advice} if advice else {})
        charge |= {"status": "failed", "failure_code": error["code"], "failure_message": error["message"]}
        intent |= {"status": "requires_payment_method", "next_action": None}
        intent["last_payment_error"] = error | {"charge": charge["id"]}
        self._emit([("charge.failed", charge), ("payment_intent.payment_failed", intent)])
        return Result("declined", error["message"])
