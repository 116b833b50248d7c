"""Sberbank's gateway tied to its stand-in, for the common cases and its own."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from storefront.gateways.payments.sberbank import Gateway
from storefront.sandbox.sberbank import SberbankStandIn
from tests.gateways.payment_gateway_cases import Rig

USER, PASSWORD, KEY = "shop-api", "a-password-of-the-api", "sber-key"
BASE = "/ecomm/gw/partner/api/v1"
CURRENCIES = {"RUB": "643", "USD": "840"}


class SberbankRig(Rig):
    faults: ClassVar[tuple[str, ...]] = (
        "500", "503", "429", "html", "empty", "truncated", "cut", "reset", "lost",
    )  # fmt: skip
    secret, next_secret = KEY, "next-key"
    provokes = False
    currency = "RUB"
    writes = ("start", "refund")  # what was paid, or is not there, is not closed

    def __init__(self, stand_in: SberbankStandIn) -> None:
        self.stand_in = stand_in
        self.ahead = timedelta(0)  # of both clocks

    def gateway(
        self, *, key: str | None = None, secrets: list[str] | None = None, patience: float = 5.0, **options: Any
    ) -> Gateway:
        settings: dict[str, Any] = {
            "user_name": USER,
            "password": key or PASSWORD,
            "api_base": f"{self.stand_in.base_url}{BASE}",
            "callback_keys": [KEY] if secrets is None else secrets,
            "timeouts": (3.0, patience),
            "clock": lambda: datetime.now(UTC) + self.ahead,
        }
        return Gateway(**(settings | options))

    def pay(self, reference: str) -> None:
        self.stand_in.pay(reference)

    def decline(self, reference: str) -> None:
        self.stand_in.pay(reference, outcome="funds")

    def pay_later(self, reference: str) -> None:
        """The buyer is at their bank, which asks them to confirm."""
        self.stand_in.pay(reference, outcome="three_ds")

    def settle_later(self, reference: str, *, succeed: bool) -> None:
        self.stand_in.answer_bank(reference, agrees=succeed)

    def refund_elsewhere(self, reference: str, amount: Decimal) -> None:
        self.stand_in.refund(reference, kopecks=int(amount * 100))

    def dispute(self, reference: str) -> None:
        self.stand_in.charge_back(reference)

    def close_dispute(self, reference: str, *, won: bool) -> None:
        raise NotImplementedError

    def tamper(self, reference: str, *, amount: Decimal | None = None, currency: str = "", ours: str = "") -> None:
        kopecks = int(amount * 100) if amount else 0
        changes: dict[str, Any] = {"amount": kopecks, "depositedAmount": kopecks} if amount else {}
        changes |= {"currency": CURRENCIES[currency]} if currency else {}
        number = self.order(reference)["orderNumber"]
        changes |= {"orderNumber": number.replace("1001-", f"{ours}-", 1)} if ours else {}
        self.stand_in.tamper(reference, **changes)

    def other_account(self) -> Gateway:
        return self.gateway(key="the password of another account")

    def order(self, reference: str) -> dict[str, Any]:
        return next(each for each in self.stand_in.orders() if each["_id"] == reference)

    def events(self, reference: str) -> list[bytes]:
        return [str(each["body"]).encode() for each in self.stand_in.callbacks() if each["about"] == reference]

    def event(self, reference: str) -> bytes:
        return self.events(reference)[-1]

    def let_expire(self, reference: str) -> None:
        self.stand_in.state.order(reference)["_closes"] = 0

    def later(self, **time: float) -> None:
        """The same time goes by for both."""
        self.ahead = timedelta(**time)
        self.stand_in.state.clock = lambda: (datetime.now(UTC) + self.ahead).timestamp()

    def fail(self, fault: str, *, writes_only: bool = False) -> None:
        how = {"kind": "status", "status": int(fault)} if fault.isdigit() else {"kind": fault, "seconds": 30}
        for path in ("register.do", "refund.do", "recurrentPayment.do") if writes_only else ("",):
            self.stand_in.faults.order(**how, path=path)

    def opened(self) -> int:
        return self.stand_in.stats()["orders"]

    def charged(self) -> int:
        return self.stand_in.stats()["charges"]

    def sign(self, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
        return {}  # it is in the body, see ``signed``


def fields_of(body: bytes) -> dict[str, str]:
    """Those of a callback without its checksum."""
    return {name: value for name, value in parse_qsl(body.decode(), keep_blank_values=True) if name != "checksum"}


def signed(fields: dict[str, str], key: str = KEY) -> bytes:
    """A callback as the bank signs it."""
    text = "".join(f"{name};{fields[name]};" for name in sorted(fields))
    mac = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().upper()
    return urlencode(fields | {"checksum": mac}).encode()
