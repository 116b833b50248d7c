"""What happens outside the API, ordered by tests: buyers pay, banks speak, sellers use the Dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storefront.sandbox.stripe.cashier import Cashier, Result
from storefront.sandbox.stripe.direct import Direct
from storefront.sandbox.stripe.disputes import Disputes
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.refunds import Refunds
from storefront.sandbox.stripe.saved_objects import intent_of
from storefront.sandbox.stripe.setups import Setups
from storefront.sandbox.stripe.state import Object, State
from storefront.sandbox.stripe.vouchers import Vouchers
from storefront.sandbox.stripe.wallet import Wallet

SESSION_ACTS = "pay pay_later settle_later expire refund dispute move_dispute close_dispute tamper".split()
METHOD = r"methods/(?P<method_id>\w+)"
TAMPERABLE = frozenset(
    ("amount", "amount_total", "currency", "livemode", "client_reference_id", "payment_status", "status", "metadata")
)


class Acts:
    """Every one is also ``POST /_control/...`` with its arguments as a JSON object. ``session_id`` may also be a
    payment intent without a session, where that makes sense."""

    state: State
    _cashier: Cashier
    _disputes: Disputes
    _refunds: Refunds
    _vouchers: Vouchers
    _wallet: Wallet
    _setups: Setups
    _direct: Direct

    def pay(
        self,
        session_id: str,
        *,
        card: str = "4242424242424242",
        approve: bool = True,
        expiry: Sequence[int] = (2040, 12),
    ) -> str:
        """Pay as the buyer would, or save where that is what the session is for; ``approve`` answers 3-D Secure;
        ``expiry``: year, month. Returns paid (also for saved), declined or closed."""
        buyer: Object = {"number": card, "expiry": expiry, "name": "Test Buyer"}
        if self.state.get("checkout.session", session_id)["mode"] == "setup":
            result = self._setups.save(session_id, **buyer)
            if result == Result("challenge"):
                result = self._setups.answer(session_id, approve=approve)
            return result.status
        result = self._cashier.pay(session_id, email="buyer@example.com", **buyer)
        if result == Result("challenge"):
            result = self._cashier.answer_challenge(session_id, approve=approve)
        return result.status

    def answer(self, intent_id: str, *, approve: bool = True) -> str:
        """The buyer's bank about a charge of a saved card; returns where they go then."""
        return self._direct.answer(intent_id, approve=approve)

    def update_method(self, method_id: str, **told: Any) -> None:
        """The card network tells of a new ``exp_year``, ``exp_month`` or ``number``."""
        self._wallet.update(method_id, **told)

    def detach_method(self, method_id: str) -> None:
        """As the seller may in the Dashboard."""
        self._wallet.detach({"id": method_id}, {})

    def refuse_method(self, method_id: str, **told: str) -> None:
        """Every later charge is refused with ``code``, ``decline_code``, ``advice_code``; without a code no more."""
        self._wallet.refuse(method_id, **told)

    def pay_later(self, session_id: str) -> str:
        """Complete with a bank debit: complete and unpaid until ``settle_later``."""
        return self._cashier.pay_later(session_id).status

    def settle_later(self, session_id: str, *, succeed: bool = True) -> None:
        self._cashier.settle_later(session_id, succeed=succeed)

    def issue_voucher(self, session_id: str, *, method: str = "multibanco") -> str:
        """Choose multibanco, boleto, konbini, oxxo or customer_balance: complete and unpaid until the buyer pays."""
        return self._vouchers.issue(session_id, method).status

    def pay_voucher(self, session_id: str) -> None:
        self._vouchers.pay(session_id)

    def lapse_voucher(self, session_id: str) -> None:
        self._vouchers.lapse(session_id)

    def cancel_voucher(self, session_id: str) -> None:
        """As the seller may by hand in the Dashboard; the API refuses it."""
        self._vouchers.cancel_in_dashboard(session_id)

    def expire(self, session_id: str) -> None:
        self._cashier.expire(session_id)

    def refund(self, session_id: str, *, amount: int | None = None) -> str:
        """A refund made in the Dashboard, in minor units; returns its id."""
        intent = intent_of(self.state, session_id)
        if not intent:
            raise ApiError(400, "", "This session has not been paid.")
        asked: Object = {"payment_intent": intent["id"]}
        return str(self._refunds.create(asked if amount is None else asked | {"amount": amount})["id"])

    def settle_refund(self, refund_id: str, *, succeed: bool) -> None:
        """The end of a pending refund, or the failure of one that looked done."""
        self._refunds.settle(refund_id, succeed=succeed)

    def dispute(
        self,
        session_id: str,
        *,
        reason: str = "fraudulent",
        status: str = "needs_response",
        amount: int | None = None,
        takes: bool = True,
    ) -> str:
        """Begin one: warning_needs_response, needs_response or prevented; ``amount``: in minor units, of all that is
        left if None; ``takes``: whether a prevented one gave the money back. Returns its id."""
        return str(self._disputes.open(session_id, reason=reason, status=status, amount=amount, takes=takes)["id"])

    def move_dispute(self, session_id: str, *, status: str) -> None:
        self._disputes.move(session_id, status)

    def close_dispute(self, session_id: str, *, won: bool) -> None:
        self._disputes.close(session_id, won=won)

    def tamper(self, session_id: str, **changes: Any) -> None:
        """Make a session, or an intent, say something else than what was asked for: another amount, currency, mode or
        reference."""
        if unknown := changes.keys() - TAMPERABLE:
            raise ValueError(f"cannot tamper with {', '.join(unknown)}")
        with self.state.changing():
            (self.state.objects.get(session_id) or self.state.get("checkout.session", session_id)).update(changes)
