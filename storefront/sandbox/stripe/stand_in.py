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
from storefront.sandbox.stripe.acts import METHOD, SESSION_ACTS, Acts
from storefront.sandbox.stripe.api import Api
from storefront.sandbox.stripe.cashier import Cashier
from storefront.sandbox.stripe.courier import Courier, Mode
from storefront.sandbox.stripe.direct import Direct
from storefront.sandbox.stripe.disputes import Disputes
from storefront.sandbox.stripe.endpoints import Endpoints
from storefront.sandbox.stripe.faults import Fault, StripeFaults
from storefront.sandbox.stripe.hosted import HostedPage
from storefront.sandbox.stripe.refunds import Refunds
from storefront.sandbox.stripe.resources import Resources, calls
from storefront.sandbox.stripe.rights import Rights
from storefront.sandbox.stripe.setups import Setups
from storefront.sandbox.stripe.state import Object, State
from storefront.sandbox.stripe.vouchers import Vouchers
from storefront.sandbox.stripe.wallet import Wallet

READS = ("stats", "requests", "sessions", "intents", "methods", "events", "deliveries")


class StripeStandIn(Acts, StandIn):
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
        self._make_rooms()
        self._api = Api(self.state, self.faults, self.rights, api_key=api_key)
        #: (method, path pattern, parameters, act) of every ``/v1`` call there is
        self.calls = calls(self._acts, self.state, self.endpoints, self._wallet, self._setups, self._direct)
        for method, pattern, shape, act in self.calls:
            self.route(method, pattern, self._api.serve(shape, act))
        hosted = HostedPage(self.state, self._cashier, self._vouchers, self.courier, self._setups, self._direct)
        self.route("GET", r"/c/pay/(?P<id>\w+)", hosted.show)
        self.route("POST", r"/c/pay/(?P<id>\w+)", hosted.submit)
        self.route("POST", r"/c/pay/(?P<id>\w+)/challenge", hosted.challenge)
        self.route("POST", r"/c/pay/(?P<id>\w+)/voucher", hosted.issue_voucher)
        self.route("GET", r"/c/voucher/(?P<id>\w+)", hosted.voucher)
        self.route("POST", r"/c/voucher/(?P<id>\w+)", hosted.use_voucher)
        self.route("GET", r"/c/confirm/(?P<id>\w+)", hosted.confirm)
        self.route("POST", r"/c/confirm/(?P<id>\w+)", hosted.confirmed)
        self._add_controls()

    def _make_rooms(self) -> None:
        """What does the work behind the calls and the pages."""
        state, emit = self.state, self.courier.emit
        self._disputes, self._refunds, self._wallet = Disputes(state, emit), Refunds(state, emit), Wallet(state, emit)
        self._cashier = Cashier(state, emit, self._disputes, self._wallet)
        self._vouchers = Vouchers(state, emit, self._cashier, page=f"{self.base_url}/c/voucher/")
        self._setups = Setups(state, emit, self._cashier, self._wallet)
        self._direct = Direct(state, emit, self._cashier, self._wallet, page=f"{self.base_url}/c/confirm/")
        self._acts = Resources(
            state,
            self._cashier,
            self._refunds,
            self._vouchers,
            self._wallet,
            self._setups,
            self._direct,
            page=f"{self.base_url}/c/pay/",
        )

    def _add_controls(self) -> None:
        session = r"sessions/(?P<session_id>\w+)"  # or a payment intent without one
        reads: dict[str, Act] = {name: getattr(self, name) for name in READS} | {"faults": self.faults.listing}
        acts: dict[str, Act] = {f"{session}/{name.replace('_', '-')}": getattr(self, name) for name in SESSION_ACTS}
        acts |= {f"{METHOD}/{name}": getattr(self, f"{name}_method") for name in ("update", "detach", "refuse")}
        acts |= {
            f"{session}/voucher": self.issue_voucher,
            f"{session}/voucher/pay": self.pay_voucher,
            f"{session}/voucher/lapse": self.lapse_voucher,
            f"{session}/voucher/cancel": self.cancel_voucher,
            r"intents/(?P<intent_id>\w+)/answer": self.answer,
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

    def stats(self) -> dict[str, int]:
        """``session_creates`` executed (replays not counted), ``charges`` and ``refunds`` made."""
        with self.state.reading():
            return dict(self.state.counts)

    def sessions(self) -> list[Object]:
        """Newest first."""
        with self.state.reading():
            return copy.deepcopy(self.state.all("checkout.session"))

    def intents(self) -> list[Object]:
        """Payment intents, newest first."""
        with self.state.reading():
            return copy.deepcopy(self.state.all("payment_intent"))

    def methods(self) -> list[Object]:
        """Payment methods, newest first, also those of nobody."""
        with self.state.reading():
            return copy.deepcopy(self.state.all("payment_method"))

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
