"""2Checkout's gateway tied to its stand-in, for the common cases and its own."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from decimal import Decimal
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
    provokes = False
    writes = ("refund",)  # a link is made and given up without asking anybody

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

    def number(self, reference: str) -> str:
        """Of the last order made by the link of a charge."""
        orders = [each for each in self.stand_in.orders() if each["ExternalReference"] == reference]
        return str(orders[-1]["RefNo"])

    def pay_later(self, reference: str) -> None:
        self.buy(reference, outcome="later")

    def settle_later(self, reference: str, *, succeed: bool) -> None:
        self.stand_in.move(self.number(reference), status="COMPLETE" if succeed else "CANCELED")

    def refund_elsewhere(self, reference: str, amount: Decimal) -> None:
        self.stand_in.refund(self.number(reference), amount=str(amount))

    def dispute(self, reference: str) -> None:
        self.stand_in.charge_back(self.number(reference), resolution="OPEN")

    def close_dispute(self, reference: str, *, won: bool) -> None:
        self.stand_in.charge_back(self.number(reference), resolution="WON" if won else "LOST")

    def tamper(self, reference: str, *, amount: Decimal | None = None, currency: str = "", ours: str = "") -> None:
        changes: dict[str, Any] = {"GrossPrice": float(amount), "NetPrice": float(amount)} if amount else {}
        changes |= {"Currency": currency.lower()} if currency else {}
        changes |= {"ExternalReference": reference.replace("1001.", f"{ours}.", 1)} if ours else {}
        self.stand_in.tamper(self.number(reference), **changes)

    def other_account(self) -> Gateway:
        return self.gateway(key="the key of another account")

    def events(self, reference: str) -> list[bytes]:
        number = self.number(reference)
        return [str(each["body"]).encode() for each in self.stand_in.notifications() if each["number"] == number]

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
        return {}  # it is in the body, see ``signed``


def signed(pairs: Pairs, key: str = KEY) -> bytes:
    """A notification as 2Checkout signs it, from its own fields."""
    source = b"".join(str(len(value.encode())).encode() + value.encode() for _name, value in pairs)
    names = {"SIGNATURE_SHA2_256": "sha256", "SIGNATURE_SHA3_256": "sha3_256"}
    macs = [
        (name, hmac.new(key.encode(), source, getattr(hashlib, digest)).hexdigest()) for name, digest in names.items()
    ]
    return urlencode([*pairs, *macs]).encode()
