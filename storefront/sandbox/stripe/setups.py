"""Sessions of the mode ``setup``: a method is saved, nothing is charged (docs.stripe.com/payments/save-and-reuse)."""

from __future__ import annotations

from collections.abc import Sequence

from storefront.sandbox.stripe import cards, saved_objects
from storefront.sandbox.stripe.cashier import Cashier, Result
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.state import Emit, Object, State
from storefront.sandbox.stripe.wallet import Wallet


class Setups:
    def __init__(self, state: State, emit: Emit, cashier: Cashier, wallet: Wallet) -> None:
        self._state = state
        self._emit = emit
        self._cashier = cashier
        self._wallet = wallet

    def begin(self, session: Object, asked: Object) -> None:
        """The set-up intent that every such session has from the beginning."""
        intent = saved_objects.setup_intent(session, asked.get("setup_intent_data", {}), now=self._state.now())
        session["setup_intent"] = self._state.add(intent)["id"]
        self._emit([("setup_intent.created", intent)])

    def save(
        self, session_id: str, *, number: str, expiry: Sequence[int], name: str = "", confirmed: bool = False
    ) -> Result:
        """Save a card. One whose bank wants 3-D Secure waits for ``answer``; one that is refused is not saved."""
        with self._state.changing():
            session, intent = self._open(session_id)
            if session is None:
                return Result("closed")
            card, buyer = cards.behaviour(number), {"number": number, "expiry": list(expiry), "name": name}
            email = self._wallet.customer(session["customer"])["email"]
            method = self._wallet.make(number, expiry, email=email, name=name or None)
            self._state.private[session_id]["buyer"] = buyer
            if card.challenge and not confirmed:
                intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}}
                self._emit([("setup_intent.requires_action", intent)])
                return Result("challenge")
            if card.decline and not card.attaches:
                return self._refuse(intent, card.decline)
            self._wallet.attach(method["id"], session["customer"], is_set_up=True)
            intent |= {"status": "succeeded", "payment_method": method["id"], "next_action": None}
            intent["last_setup_error"] = None
            session |= {"status": "complete", "url": None}
            self._emit([("setup_intent.succeeded", intent), ("checkout.session.completed", session)])
            return Result("paid")

    def answer(self, session_id: str, *, approve: bool) -> Result:
        """The bank's answer to 3-D Secure. Only a challenge under way can be answered, and once."""
        with self._state.changing():
            session, intent = self._open(session_id)
            if session is None or intent["status"] != "requires_action":
                return Result("closed")
            buyer = self._state.private[session_id]["buyer"]
            if approve:
                return self.save(session_id, **buyer, confirmed=True)
            return self._refuse(intent, ("setup_intent_authentication_failure", ""))

    def cancel(self, path: dict[str, str], _asked: Object) -> Object:
        """One of a session cannot be cancelled, and there is no other here."""
        intent = self._state.get("setup_intent", path["id"])
        message = f"You cannot cancel this SetupIntent ({intent['id']}) because it was created by a Checkout Session."
        raise ApiError(400, "setup_intent_unexpected_state", message, executed=True)

    def is_waiting(self, session: Object) -> bool:
        """Whether the buyer's bank is asking."""
        return bool(self._state.objects[session["setup_intent"]]["status"] == "requires_action")

    def _refuse(self, intent: Object, decline: tuple[str, str]) -> Result:
        error = cards.refusal(decline)
        intent |= {"status": "requires_payment_method", "next_action": None, "last_setup_error": error}
        self._emit([("setup_intent.setup_failed", intent)])
        return Result("declined", error["message"])

    def _open(self, session_id: str) -> tuple[Object | None, Object]:
        session = self._cashier.if_open(session_id)
        return session, self._state.objects[session["setup_intent"]] if session else {}
