"""Payment intents without a session: a saved method is charged, and the buyer confirms it to their bank if that asks.

https://docs.stripe.com/payments/save-during-payment#charge-saved-payment-method. What is refused is answered with 402
and the intent, which stays to be paid by something else until it is cancelled.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from storefront.sandbox.stripe import cards, saved_objects
from storefront.sandbox.stripe.cashier import Cashier
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.limits import check_amount
from storefront.sandbox.stripe.state import Emit, Object, State
from storefront.sandbox.stripe.wallet import Wallet

_ASKED = ("authentication_required", "authentication_required")
_CANCELLABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture")


class Direct:
    """``page``: where buyers confirm, without the intent's id."""

    def __init__(self, state: State, emit: Emit, cashier: Cashier, wallet: Wallet, *, page: str) -> None:
        self._state = state
        self._emit = emit
        self._cashier = cashier
        self._wallet = wallet
        self._page = page

    def create(self, _path: dict[str, str], asked: Object) -> Object:
        self._check(asked)
        self._wallet.customer(asked["customer"], param="customer")
        method = self._wallet.chargeable(asked["payment_method"], asked["customer"])
        with self._state.changing():
            intent = self._state.add(saved_objects.direct_intent(asked, now=self._state.now()))
            self._emit([("payment_intent.created", intent)])
            private, card = self._state.private[method["id"]], self._card(method)
            is_absent = bool(asked.get("off_session"))
            if private["refusal"]:
                self._refuse(intent, method, private["refusal"])
            if is_absent and (card.always_asks or (card.challenge and not private["is_set_up"])):
                self._refuse(intent, method, dict(zip(("code", "decline_code"), _ASKED, strict=True)))
            if not is_absent and card.challenge:
                url = f"{self._page}{intent['id']}"
                action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": asked["return_url"], "url": url}}
                intent |= {"status": "requires_action", "next_action": action}
                self._emit([("payment_intent.requires_action", intent)])
                return intent
            self._charge(intent, method)
            return intent

    def cancel(self, intent: Object) -> Object:
        with self._state.changing():
            if intent["status"] not in _CANCELLABLE:
                message = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
                raise ApiError(400, "payment_intent_unexpected_state", message, executed=True)
            intent |= {"status": "canceled", "canceled_at": self._state.now(), "next_action": None}
            self._emit([("payment_intent.canceled", intent)])
            return intent

    def waiting(self, intent_id: str) -> Object | None:
        """The intent, while its buyer is asked to confirm."""
        intent = self._state.objects.get(intent_id, {})
        return intent if intent.get("object") == "payment_intent" and intent["next_action"] else None

    def answer(self, intent_id: str, *, approve: bool) -> str:
        """The bank's word; returns where the buyer goes then. Only one that waits can be answered, and once."""
        with self._state.changing():
            intent = self.waiting(intent_id)
            if intent is None or intent["status"] != "requires_action":
                raise ApiError(400, "payment_intent_unexpected_state", "Nobody is asked to confirm this PaymentIntent.")
            back = str(intent["next_action"]["redirect_to_url"]["return_url"])
            method = self._state.objects[intent["payment_method"]]
            intent["next_action"] = None
            try:
                if approve:
                    self._charge(intent, method)
                else:
                    code, decline_code = cards.AUTHENTICATION_FAILED
                    self._refuse(intent, method, {"code": code, "decline_code": decline_code})
            except ApiError:
                pass  # told to whoever asks for the intent
            told = {"payment_intent": intent_id, "payment_intent_client_secret": intent["client_secret"]}
            told["redirect_status"] = "succeeded" if intent["status"] == "succeeded" else "failed"
            return f"{back}{'&' if '?' in back else '?'}{urlencode(told)}"

    def _check(self, asked: Object) -> None:
        if not asked.get("confirm"):
            raise ApiError(400, "", "This sandbox only confirms payment intents at once.", param="confirm")
        automatic = asked["automatic_payment_methods"]
        if not automatic["enabled"]:
            raise ApiError(400, "", "This sandbox wants automatic payment methods.", param="automatic_payment_methods")
        is_absent, may_redirect = asked.get("off_session"), automatic.get("allow_redirects", "always") == "always"
        if is_absent and "return_url" in asked:
            raise ApiError(400, "", "Nobody is there to return.", param="return_url")
        if not is_absent and may_redirect and "return_url" not in asked:
            message = "This PaymentIntent accepts payment methods that redirect: you must provide a `return_url`."
            raise ApiError(400, "parameter_missing", message, param="return_url")
        check_amount(asked["amount"], asked["currency"], param="amount")

    def _card(self, method: Object) -> cards.Card:
        return cards.behaviour(self._state.private[method["id"]]["number"])

    def _charge(self, intent: Object, method: Object) -> None:
        card = self._card(method)
        today = datetime.fromtimestamp(self._state.now(), UTC)
        if (method["card"]["exp_year"], method["card"]["exp_month"]) < (today.year, today.month):
            self._refuse(intent, method, {"code": "expired_card", "decline_code": "expired_card"})
        if card.decline:
            self._refuse(intent, method, dict(zip(("code", "decline_code"), card.decline, strict=True)))
        charge = self._cashier.charge(intent, method)
        self._state.private[charge["id"]]["refund"] = card.refund
        self._cashier.take(intent, charge)

    def _refuse(self, intent: Object, method: Object, told: Object) -> None:
        """The intent stays, open to another method. Raises 402."""
        charge, advice = self._cashier.charge(intent, method), told.get("advice_code", "")
        self._cashier.decline(intent, charge, (told["code"], told.get("decline_code", "")), advice=advice)
        error = {**intent["last_payment_error"], "payment_intent": dict(intent), "payment_method": dict(method)}
        raise ApiError(402, "", error["message"], kind="card_error", executed=True, more=error)
