"""The stand-in itself: its routes, and the same controls for tests in the same process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Self

from storefront.sandbox.control import Act, add_controls
from storefront.sandbox.paypal_nvp.faults import Fault, NvpFaults
from storefront.sandbox.paypal_nvp.fields import checked
from storefront.sandbox.paypal_nvp.messages import Messages, Mode
from storefront.sandbox.paypal_nvp.page import PayPage
from storefront.sandbox.paypal_nvp.payments import Payments
from storefront.sandbox.paypal_nvp.records import Records
from storefront.sandbox.paypal_nvp.state import Object, State
from storefront.sandbox.paypal_nvp.wire import NvpError, answer, fields_of
from storefront.sandbox.server import Request, Response, StandIn


class PayPalNvpStandIn(StandIn):
    """PayPal's classic interface on loopback: ``/nvp``, ``/webscr`` and ``/cgi-bin/webscr`` at one origin.

    ``user``, ``password``, ``signature``: the only credentials that are let in. ``account``: the merchant ID of who
    they belong to. ``state_path``: a file that carries everything over a restart. ``clock``: seconds since the epoch.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        user: str = "seller_api1.example.com",
        password: str = "SANDBOXPASSWORD1",
        signature: str = "sandbox-signature-of-no-value",
        account: str = "SANDBOXSELLER",
        state_path: Path | str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(port=port, host=host)
        self.credentials = {"USER": user, "PWD": password, "SIGNATURE": signature}
        self.account = account
        self.state = State(Path(state_path) if state_path else None, clock)
        self.faults = NvpFaults()
        self.messages = Messages(self.state, account)
        self.payments = Payments(self.state, self.messages.tell, account)
        self.records = Records(self.state, self.messages.tell, account)
        self.calls: list[Object] = []
        self._methods: dict[str, Callable[[Object], Any]] = {
            "SetExpressCheckout": self.payments.set,
            "GetExpressCheckoutDetails": self.payments.get,
            "DoExpressCheckoutPayment": self.payments.do,
            "RefundTransaction": self.records.refund,
            "GetTransactionDetails": self.records.details,
            "TransactionSearch": self.records.search,
            "GetPalDetails": lambda given: {"PAL": account, "LOCALE": "en_US"},
        }
        page = PayPage(self.state, self.payments)
        self.route("POST", "/nvp", self._nvp)
        self.route("GET", "/webscr", page.show)
        self.route("POST", "/webscr", page.submit)
        self.route("POST", "/cgi-bin/webscr", self.messages.verify)
        self._add_controls()

    def _add_controls(self) -> None:
        token, transaction = r"tokens/(?P<token>[\w-]+)", r"transactions/(?P<transaction>\w+)"
        reads: dict[str, Act] = {
            name: getattr(self, name) for name in ("stats", "requests", "transactions", "deliveries")
        }
        acts: dict[str, Act] = {
            f"{token}/approve": self.approve,
            f"{token}/expire": self.expire,
            f"{transaction}/refund": self.refund,
            f"{transaction}/change": self.change,
            f"{transaction}/tamper": self.tamper,
            "faults": self.fail_next,
            "faults/clear": self.faults.clear,
            "failures": self.test_failures,
            "messages": self.message_mode,
            "messages/release": self.messages.release,
            "messages/resend": self.messages.resend,
            "messages/drain": self.messages.drain,
            "clock": self.move_clock,
            "reset": self.reset,
        }
        add_controls(self, reads=reads, acts=acts)

    def start(self) -> Self:
        self.messages.start()
        return super().start()

    def stop(self) -> None:
        self.faults.stop()
        self.messages.stop()
        super().stop()

    def _nvp(self, request: Request) -> Response:
        pairs = fields_of(request)
        method = dict(pairs).get("METHOD", "")
        secret = ("USER", "PWD", "SIGNATURE")
        self.calls.append({name: value for name, value in pairs if name not in secret})
        fault = self.faults.take(method)
        early = self.faults.before(fault) if fault else None
        if early is not None:
            return early
        response = self._worked(pairs)
        return self.faults.after(fault, response) if fault else response

    def _worked(self, pairs: list[tuple[str, str]]) -> Response:
        try:
            given = checked(pairs)
            if any(given[name] != value for name, value in self.credentials.items()):
                raise NvpError("10002")
            result = self._methods[given["METHOD"]](given)
        except NvpError as refusal:
            return refusal.response()
        reply, warning = result if isinstance(result, tuple) else (result, "")
        errors = [(warning, "")] if warning else None
        return answer("SuccessWithWarning" if warning else "Success", reply, errors=errors, at=self.state.now())

    # Controls. Every one is also POST /_control/... with its arguments as a JSON object.

    def fail_next(self, **fault: Any) -> None:
        """Order a ``Fault``: kind, count, method, status, code, seconds."""
        self.faults.add(Fault(**fault))

    def test_failures(self, *, on: bool) -> None:
        """PayPal's negative testing: an amount that is a code in hundredths (104.86) is refused with it."""
        self.payments.is_testing_failures = on

    def message_mode(self, **changes: Any) -> None:
        """Change some fields of ``Mode``; with none, back to normal."""
        if unknown := changes.keys() - {each.name for each in fields(Mode)}:
            raise ValueError(f"unknown mode: {', '.join(unknown)}")
        self.messages.mode = replace(self.messages.mode, **changes) if changes else Mode()

    def approve(self, token: str, *, funding: str = "balance") -> str:
        """Agree as the buyer would, paying by balance, echeck, review or declined. Returns where they are sent."""
        return self.payments.approve(token, funding)

    def expire(self, token: str) -> None:
        with self.state.changing():
            self.state.token(token)["closed"] = True

    def refund(self, transaction: str, *, amount: str | None = None) -> str:
        """A refund made in the seller's account; returns its id."""
        return self.records.refund_there(transaction, amount)

    def change(self, transaction: str, **changes: str) -> None:
        """A payment moves on: status (Completed, Denied, Reversed, Canceled-Reversal ...), reason, pending."""
        self.records.change(transaction, **changes)

    def tamper(self, transaction: str, **changes: str) -> None:
        self.records.tamper(transaction, **changes)

    def tamper_token(self, token: str, **changes: str) -> None:
        """Make a token say something else than was asked for."""
        with self.state.changing():
            self.state.token(token)["asked"].update(changes)

    def move_clock(self, *, seconds: float) -> None:
        """How far ahead its clock is."""
        with self.state.changing() as data:
            data["offset"] = seconds

    def stats(self) -> dict[str, int]:
        """``set``: tokens given; ``charges`` and ``refunds`` made."""
        with self.state.changing() as data:
            return dict(data["counts"])

    def requests(self) -> list[Object]:
        """Every call so far, oldest first, without credentials."""
        return [dict(call) for call in list(self.calls)]

    def transactions(self) -> list[Object]:
        """Newest first."""
        with self.state.changing() as data:
            return [dict(each) for each in reversed(data["transactions"].values())]

    def deliveries(self) -> list[Object]:
        return [dict(each) for each in self.messages.deliveries]

    def reset(self) -> None:
        self.faults.clear()
        self.calls.clear()
        self.state.reset()
