"""2Checkout's gateway tied to its stand-in, for the common cases and its own."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from storefront.gateways.payments.base import StartedPayment, StartRequest
from storefront.gateways.payments.twocheckout import Gateway
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from tests.gateways.payment_gateway_cases import Rig

MERCHANT, KEY, WORD = "250111206876", "SECRET-KEY", "BUY-LINK-SECRET"
Pairs = list[tuple[str, str]]


class Remembering(Gateway):
    """Keeps the address of every link, which nobody at 2Checkout knows before a buyer opens it."""

    links: dict[str, str]

    def start(self, request: StartRequest) -> StartedPayment:
        started = super().start(request)
        self.links[started.provider_reference] = started.redirect_url
        return started


class TwoCheckoutRig(Rig):
    faults: ClassVar[tuple[str, ...]] = (
        "500", "503", "429", "html", "empty", "truncated", "cut", "reset", "lost",
    )  # fmt: skip
    secret, next_secret = KEY, "NEXT-KEY"

    def __init__(self, stand_in: TwoCheckoutStandIn) -> None:
        self.stand_in = stand_in
        self.ahead = timedelta(0)  # of the gateway's clock
        self.links: dict[str, str] = {}

    def gateway(
        self, *, key: str | None = None, secrets: list[str] | None = None, patience: float = 5.0, **options: Any
    ) -> Gateway:
        gateway = Remembering(
            merchant_code=MERCHANT,
            secret_keys=[key] if key else secrets or [KEY],
            buy_link_secret=WORD,
            checkout_base=self.stand_in.base_url,
            api_base=self.stand_in.base_url,
            takes_test_orders=True,
            timeouts=(3.0, patience),
            clock=lambda: datetime.now(UTC) + self.ahead,
            **options,
        )
        gateway.links = self.links
        return gateway

    def buy(self, reference: str, **how: Any) -> str:
        """An order by the link of a charge; its number."""
        return self.stand_in.buy(self.links[reference], **how)

    def pay(self, reference: str) -> None:
        self.buy(reference)

    def decline(self, reference: str) -> None:
        self.buy(reference, outcome="declined")

    def let_expire(self, reference: str) -> None:
        self.later(hours=4)

    def later(self, *, hours: int) -> None:
        """The same time goes by for both."""
        self.ahead = timedelta(hours=hours)
        self.stand_in.state.clock = lambda: (datetime.now(UTC) + self.ahead).timestamp()

    def fail(self, fault: str, *, writes_only: bool = False) -> None:
        method = "POST" if writes_only else ""
        if fault.isdigit():
            self.stand_in.fail_next(kind="status", status=int(fault), method=method)
        else:
            self.stand_in.fail_next(kind=fault, seconds=30, method=method)

    def opened(self) -> int:
        return len(self.links)

    def charged(self) -> int:
        return self.stand_in.stats()["charges"]

    def event(self, reference: str) -> bytes:
        return str(self.stand_in.notifications()[-1]["body"]).encode()

    def sign(self, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
        raise NotImplementedError("the signature is in the body: see ``signed``")


def signed(pairs: Pairs, key: str = KEY) -> bytes:
    """A notification as 2Checkout signs it, from its own fields."""
    source = b"".join(str(len(value.encode())).encode() + value.encode() for _name, value in pairs)
    names = {"SIGNATURE_SHA2_256": "sha256", "SIGNATURE_SHA3_256": "sha3_256"}
    macs = [
        (name, hmac.new(key.encode(), source, getattr(hashlib, digest)).hexdigest()) for name, digest in names.items()
    ]
    return urlencode([*pairs, *macs]).encode()
