"""The stand-in itself: its routes, and the same controls for tests in the same process."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from storefront.sandbox.control import Act, add_controls
from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.paymaster.api import Api
from storefront.sandbox.paymaster.callbacks import Callbacks, Mode
from storefront.sandbox.paymaster.paying import MIR, Cashier
from storefront.sandbox.paymaster.payments import Payments
from storefront.sandbox.paymaster.state import ApiError, Object, State
from storefront.sandbox.paymaster.tokens import Tokens
from storefront.sandbox.postman import TellingStandIn
from storefront.sandbox.server import Request, Response

READS = ("stats", "requests", "payments", "refunds", "tokens", "callbacks", "deliveries")
TAMPERABLE = frozenset({"amount", "merchantId", "testMode", "status", "orderNo"})
_NAME = r"(?P<name>[\w-]+)"


class PayMasterStandIn(TellingStandIn[Callbacks]):
    """PayMaster on loopback.

    ``merchant_id``, ``token``: the account. ``state_path``: a file that carries everything over a restart. ``clock``:
    seconds since the epoch. Callbacks go where each charge says.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        merchant_id: str = "3b6d8f7e-1c54-4a8e-9d0e-5f0b1c2d3e4f",
        token: str = "sandbox-paymaster-token",
        state_path: Path | str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(port=port, host=host)
        self.state = State(Path(state_path) if state_path else None, clock=clock)
        self.faults = LineFaults(lambda status: ApiError(status, "internal_error", "Try again later.").response())
        self.postman = Callbacks(self.state)
        page, bank = f"{self.base_url}/cpay", f"{self.base_url}/acs"
        self._payments = Payments(self.state, self.postman.emit)
        self._tokens = Tokens(self.state, self._payments, self.postman.emit, page=bank)
        self._cashier = Cashier(self.state, self._payments, self._tokens, bank=bank)
        self.api = Api(
            self.state, self._payments, self._tokens, self.faults, merchant_id=merchant_id, token=token, page=page,
            card_page=f"{self.base_url}/card",
        )  # fmt: skip
        self._route()
        reads: dict[str, Act] = {name: getattr(self, name) for name in READS} | {"faults": self.faults.listing}
        acts: dict[str, Act] = {
            rf"payments/{_NAME}/pay": self.pay,
            rf"payments/{_NAME}/answer-bank": self.answer_bank,
            rf"payments/{_NAME}/refund": self.refund,
            rf"payments/{_NAME}/tamper": self.tamper,
            rf"refunds/{_NAME}/move": self.move_refund,
            rf"tokens/{_NAME}/steer": self.steer,
            rf"tokens/{_NAME}/end": self.end_token,
            "account": self.account,
            "faults": self.faults.order,
            "faults/clear": self.faults.clear,
            "callbacks": self.callback_mode,
            "callbacks/release": self.postman.release,
            "callbacks/drain": self.postman.drain,
            "reset": self.reset,
        }
        add_controls(self, reads=reads, acts=acts)

    def _route(self) -> None:
        for what in ("invoices", "payments", "refunds", "tokenization"):
            self.route("POST", f"/api/v2/{what}", self.api.serve(self.api.make(what)))
        self.route("GET", "/api/v2/payments", self.api.serve(self.api.payments))
        self.route("GET", "/api/v2/refunds", self.api.serve(self.api.refunds))
        self.route("GET", f"/api/v2/payments/{_NAME}", self.api.serve(self.api.payment))
        self.route("PUT", f"/api/v2/payments/{_NAME}/cancel", self.api.serve(self.api.cancel))
        self.route("GET", f"/api/v2/paymenttokens/{_NAME}", self.api.serve(self.api.token))
        self.route("PUT", f"/api/v2/paymenttokens/{_NAME}/revoke", self.api.serve(self.api.revoke))
        self.route("GET", f"/cpay/{_NAME}", self._cashier.show)
        self.route("POST", f"/cpay/{_NAME}", self._cashier.submit)
        self.route("GET", f"/card/{_NAME}", self._cashier.show_card)
        self.route("POST", f"/card/{_NAME}", self._cashier.submit_card)
        self.route("GET", f"/acs/{_NAME}", self._cashier.bank)
        self.route("POST", f"/acs/{_NAME}", self._cashier.bank)

    def not_found(self, request: Request) -> Response:
        return ApiError(404, "not_found", "There is no such address.").response()

    # Controls. Every one is also POST /_control/... with its arguments as a JSON object.

    def pay(self, name: str, *, outcome: str = "paid") -> None:
        """Do on the page what a buyer does. Nothing happens on a page that is closed."""
        with self.state.changing():
            payment = self.state.payment(name)
            if self._payments.seen(payment)["status"] == "Pending":
                self._cashier.use(payment, MIR, outcome=outcome)

    def answer_bank(self, name: str, *, agrees: bool = True) -> None:
        with self.state.changing():
            self._cashier.answer_bank(self.state.payment(name), agrees=agrees)

    def save_card(self, name: str) -> None:
        """On the page of a token without a payment."""
        with self.state.changing():
            self._tokens.activate(self.state.token(name), MIR)

    def refund(self, name: str, *, amount: float) -> None:
        """In PayMaster's cabinet."""
        self._payments.refund({"paymentId": name, "amount": {"value": amount, "currency": "RUB"}})

    def move_refund(self, name: str, *, succeed: bool) -> None:
        self._payments.move_refund(self.state.refunds[name], succeed=succeed)

    def tamper(self, name: str, **changes: Any) -> None:
        """Make a payment say something else than what was paid."""
        if unknown := changes.keys() - TAMPERABLE:
            raise ValueError(f"cannot tamper with {', '.join(unknown)}")
        with self.state.changing():
            payment = self.state.payment(name)
            for field, value in changes.items():
                (payment["invoice"] if field == "orderNo" else payment)[field] = value

    def steer(self, name: str, *, outcome: str) -> None:
        """What becomes of later charges of a token."""
        self._tokens.steer(self.state.token(name), outcome)

    def end_token(self, name: str) -> None:
        """By its owner."""
        self._tokens.revoke(self.state.token(name), by_owner=True)

    def account(self, *, cancels_pending: bool | None = None, refunds_wait: bool | None = None) -> None:
        if cancels_pending is not None:
            self._payments.cancels_pending = cancels_pending
        if refunds_wait is not None:
            self._payments.refunds_wait = refunds_wait

    def callback_mode(self, **changes: Any) -> None:
        """Change some fields of ``Mode``; with none, back to normal."""
        if unknown := changes.keys() - {each.name for each in fields(Mode)}:
            raise ValueError(f"unknown mode: {', '.join(unknown)}")
        self.postman.mode = replace(self.postman.mode, **changes) if changes else Mode()

    def stats(self) -> dict[str, int]:
        with self.state.reading():
            return dict(self.state.counts)

    def payments(self) -> list[Object]:
        """Oldest first."""
        with self.state.reading():
            return copy.deepcopy(list(self.state.payments.values()))

    def refunds(self) -> list[Object]:
        with self.state.reading():
            return copy.deepcopy(list(self.state.refunds.values()))

    def tokens(self) -> list[Object]:
        with self.state.reading():
            return copy.deepcopy(list(self.state.tokens.values()))

    def callbacks(self) -> list[Object]:
        """All, sent or not, oldest first: what about, its status and the body as text."""
        return list(self.postman.sent)

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.postman.deliveries)

    def requests(self) -> list[dict[str, Any]]:
        return list(self.api.requests)

    def reset(self) -> None:
        self.faults.clear()
        self.postman.forget()
        self.api.requests.clear()
        self.account(cancels_pending=True, refunds_wait=False)
        self.state.forget()
