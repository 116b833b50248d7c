"""Tokens of cards: saved with a payment or on a page of their own, charged, revoked."""

from __future__ import annotations

from collections.abc import Callable

from storefront.sandbox.paymaster.payments import Payments
from storefront.sandbox.paymaster.state import ApiError, Object, State

REFUSALS = frozenset({"insufficient_funds", "expired_account", "issuer_unavailable", "rejected_by_fraud"})
#: What becomes of later charges of a token.
OUTCOMES = REFUSALS | {"paid", "three_ds", "blocked"}


class Tokens:
    """``page``: the address where a buyer confirms, to which a payment's id is added."""

    def __init__(self, state: State, payments: Payments, emit: Callable[[str, Object], None], *, page: str) -> None:
        self._state, self._payments, self._emit, self._page = state, payments, emit, page

    def begin(self, body: Object) -> Object:
        """One that waits for its card."""
        token: Object = {"id": self._state.new_id(), "status": "Created", "_asked": body, "_outcome": "paid"}
        self._state.tokens[token["id"]] = token
        return token

    def activate(self, token: Object, card: Object) -> None:
        year, month = card["expiration"][:4], card["expiration"][4:]
        token.update(
            status="Active",
            title=f"{card['number'][:6]}XXXXXX{card['number'][-4:]}",
            expires=f"{year}-{month}-28T00:00:00Z",
            cardInfo={"brand": card["system"], "issuer": "Test bank", "country": "RU"},
            _card=card,
        )
        self._state.counts["tokens"] += 1
        self._tell(token)

    def save(self, payment: Object, card: Object) -> None:
        """With a payment whose shop has asked for it."""
        token = self.begin(payment["_asked"]["tokenization"])
        self.activate(token, card)
        payment["paymentToken"] = {name: token[name] for name in ("id", "expires", "title")}

    def revoke(self, token: Object, *, by_owner: bool = False) -> None:
        with self._state.changing():
            if token["status"] != "Active":
                raise ApiError(400, "invalid_operation", "The token is not active.")
            token["status"] = "Revoked"
            if by_owner:
                self._tell(token)

    def charge(self, body: Object) -> Object:
        """A payment by a token. The state's lock is held."""
        token = self._state.tokens.get(body["paymentData"]["token"]["id"])
        if token is None or token["status"] == "Created":
            raise ApiError(400, "validation_error", "The request is not valid.", ["paymentData.token.id is wrong"])
        if token["status"] == "Revoked":
            raise ApiError(400, "payment_token_revoked", "The token was revoked.")
        outcome = token["_outcome"]
        if outcome == "blocked":
            raise ApiError(400, "payment_token_blocked", "The token is blocked.")
        payment = self._payments.make(body)
        self._payments.use(payment, token["_card"])
        if outcome == "three_ds":
            self._payments.confirm(payment, f"{self._page}/{payment['id']}")
        elif outcome == "paid":
            self._payments.settle(payment)
        else:
            self._payments.end(payment, "Rejected", outcome)
        return payment

    def steer(self, token: Object, outcome: str) -> None:
        if outcome not in OUTCOMES:
            raise ValueError(f"one of {sorted(OUTCOMES)}")
        with self._state.changing():
            token["_outcome"] = outcome

    def _tell(self, token: Object) -> None:
        message: Object = {name: token[name] for name in ("id", "status", "title", "expires") if name in token}
        self._emit(token["_asked"].get("callbackUrl", ""), message)
