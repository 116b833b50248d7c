"""The stand-in itself: its routes, and the same controls for tests in the same process."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Self

from storefront.sandbox.control import Act, add_controls
from storefront.sandbox.server import Request, Response, StandIn
from storefront.sandbox.stripe.api import Api
from storefront.sandbox.stripe.cashier import Cashier, Result
from storefront.sandbox.stripe.courier import Courier, Mode
from storefront.sandbox.stripe.disputes import Disputes
from storefront.sandbox.stripe.endpoints import Endpoints
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.faults import Fault, StripeFaults
from storefront.sandbox.stripe.hosted import HostedPage
from storefront.sandbox.stripe.refunds import Refunds
from storefront.sandbox.stripe.resources import Resources, calls
from storefront.sandbox.stripe.rights import Rights
from storefront.sandbox.stripe.state import Object, State
from storefront.sandbox.stripe.vouchers import Vouchers

READS = ("stats", "requests", "sessions", "events", "deliveries")
SESSION_ACTS = "pay pay_later settle_later expire refund dispute move_dispute close_dispute tamper".split()
TAMPERABLE = frozenset(("amount_total", "currency", "livemode", "client_reference_id", "payment_status", "status"))


class StripeStandIn(StandIn):
    """Stripe Checkout on loopback.

    ``api_key``: the only key that is let in. ``webhook_secret``, ``webhook_url``: events are signed with the one and
    posted to the other; if "", only listed. ``state_path``: a file that carries everything over a restart. ``clock``:
    seconds since the epoch.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        api_key: str = "sk_test_sandbox",
        webhook_secret: str = "whsec_sandbox",
        webhook_url: str = "",
        state_path: Path | str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(port=port, host=host)
        self.api_key = api_key
        self.state = State(Path(state_path) if state_path else None, clock=clock)
        self.faults = StripeFaults()
        self.endpoints, self.rights = Endpoints(self.state, url=webhook_url), Rights()
        self.courier = Courier(self.state, endpoints=self.endpoints, secret=webhook_secret, every_tick=self._tick)
        self._disputes = Disputes(self.state, self.courier.emit)
        self._cashier = Cashier(self.state, self.courier.emit, self._disputes)
        self._refunds = Refunds(self.state, self.courier.emit)
        self._vouchers = Vouchers(self.state, self.courier.emit, self._cashier, page=f"{self.base_url}/c/voucher/")
        self._acts = Resources(self.state, self._cashier, self._refunds, self._vouchers, page=f"{self.base_url}/c/pay/")
        self._api = Api(self.state, self.faults, self.rights, api_key=api_key)
        #: (method, path pattern, parameters, act) of every ``/v1`` call there is
        self.calls = calls(self._acts, self.state, self.endpoints)
        for method, pattern, shape, act in self.calls:
            self.route(method, pattern, self._api.serve(shape, act))
        hosted = HostedPage(self.state, self._cashier, self._vouchers, self.courier)
        self.route("GET", r"/c/pay/(?P<id>\w+)", hosted.show)
        self.route("POST", r"/c/pay/(?P<id>\w+)", hosted.submit)
        self.route("POST", r"/c/pay/(?P<id>\w+)/challenge", hosted.challenge)
        self.route("POST", r"/c/pay/(?P<id>\w+)/voucher", hosted.issue_voucher)
        self.route("GET", r"/c/voucher/(?P<id>\w+)", hosted.voucher)
        self.route("POST", r"/c/voucher/(?P<id>\w+)", hosted.use_voucher)
        self._add_controls()

    def _add_controls(self) -> None:
        session = r"sessions/(?P<session_id>\w+)"
        reads: dict[str, Act] = {name: getattr(self, name) for name in READS} | {"faults": self.faults.listing}
        acts: dict[str, Act] = {f"{session}/{name.replace('_', '-')}": getattr(self, name) for name in SESSION_ACTS}
        acts |= {
            f"{session}/voucher": self.issue_voucher,
            f"{session}/voucher/pay": self.pay_voucher,
            f"{session}/voucher/lapse": self.lapse_voucher,
            f"{session}/voucher/cancel": self.cancel_voucher,
            r"refunds/(?P<refund_id>\w+)/settle": self.settle_refund,
            "faults": self.fail_next,
            "faults/clear": self.faults.clear,
            "key/restrict": self.rights.restrict,
            "key/unrestrict": self.rights.unrestrict,
            "endpoint": self.endpoints.change,
            "endpoints": self.endpoints.add,
            "emails/refuse": self.refuse_email,
            "webhooks": self.webhook_mode,
            "webhooks/release": self.release_webhooks,
            "webhooks/resend": self.resend_webhook,
            "webhooks/drain": self.drain_webhooks,
            "clock": self.state.set_back,
            "reset": self.reset,
        }
        add_controls(self, reads=reads, acts=acts)

    def start(self) -> Self:
        self.courier.start()
        return super().start()

    def stop(self) -> None:
        self.faults.stop()
        self.courier.stop()
        super().stop()

    def not_found(self, request: Request) -> Response:
        return self._api.not_found(request)

    @property
    def webhook_url(self) -> str:
        """Where events go; "" for nowhere. May be set while running."""
        return str(self.endpoints.own["url"])

    @webhook_url.setter
    def webhook_url(self, url: str) -> None:
        self.endpoints.change(url=url)

    def _tick(self) -> None:
        self._cashier.expire_due()
        self._vouchers.lapse_due()

    # Controls. Every one is also POST /_control/... with its arguments as a JSON object.

    def fail_next(self, **fault: Any) -> None:
        """Order a ``Fault``: kind, count, path, method, status, seconds."""
        self.faults.add(Fault(**fault))

    def refuse_email(self, email: str) -> None:
        """Refuse sessions with this address when they are made: a refusal that is remembered with its key."""
        self._acts.refused_emails.add(email)

    def webhook_mode(self, **changes: Any) -> None:
        """Change some fields of ``Mode``; with none, back to normal."""
        if unknown := changes.keys() - {each.name for each in fields(Mode)}:
            raise ValueError(f"unknown webhook mode: {', '.join(unknown)}")
        self.courier.mode = replace(self.courier.mode, **changes) if changes else Mode()

    def release_webhooks(self, *, order: str = "normal", copies: int = 1) -> int:
        return self.courier.release(order=order, copies=copies)

    def resend_webhook(self, *, event_id: str, copies: int = 1) -> None:
        self.courier.resend(event_id, copies=copies)

    def drain_webhooks(self, *, timeout: float = 10.0) -> bool:
        """Wait until every event sent so far was answered or given up."""
        return self.courier.drain(timeout)

    def pay(self, session_id: str, *, card: str = "4242424242424242", approve: bool = True) -> str:
        """Pay as the buyer would; ``approve`` answers 3-D Secure. Returns paid, declined or closed."""
        result = self._cashier.pay(session_id, number=card, email="buyer@example.com", name="Test Buyer")
        if result == Result("challenge"):
            result = self._cashier.answer_challenge(session_id, approve=approve)
        return result.status

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
        session = self.state.get("checkout.session", session_id)
        if not session["payment_intent"]:
            raise ApiError(400, "", "This session has not been paid.")
        asked: Object = {"payment_intent": session["payment_intent"]}
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
        """Make the session say something else than what was asked for: another amount, currency, mode or reference."""
        if unknown := changes.keys() - TAMPERABLE:
            raise ValueError(f"cannot tamper with {', '.join(unknown)}")
        with self.state.changing():
            self.state.get("checkout.session", session_id).update(changes)

    def stats(self) -> dict[str, int]:
        """``session_creates`` executed (replays not counted), ``charges`` and ``refunds`` made."""
        with self.state.reading():
            return dict(self.state.counts)

    def sessions(self) -> list[Object]:
        """Newest first."""
        with self.state.reading():
            return copy.deepcopy(self.state.all("checkout.session"))

    def events(self) -> list[Object]:
        """Everything that happened, newest first, delivered or not."""
        with self.state.reading():
            return copy.deepcopy(self.state.all("event"))

    def requests(self) -> list[dict[str, Any]]:
        """Every ``/v1`` call so far, oldest first, without the key it came with."""
        return [dict(record) for record in list(self._api.requests)]

    def deliveries(self) -> list[dict[str, Any]]:
        """Every delivery attempt so far, oldest first; status 0 means no answer."""
        return list(self.courier.deliveries)

    def reset(self) -> None:
        self.faults.clear()
        self.courier.forget()
        self._api.requests.clear()
        self.state.reset()
