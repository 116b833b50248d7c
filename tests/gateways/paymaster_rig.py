"""PayMaster's gateway tied to its stand-in, for the common cases and its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from storefront.gateways.payments.paymaster import Gateway
from storefront.sandbox.paymaster import PayMasterStandIn
from tests.gateways.payment_gateway_cases import Rig

MERCHANT, TOKEN = "3b6d8f7e-1c54-4a8e-9d0e-5f0b1c2d3e4f", "a-token-of-the-account"


class PayMasterRig(Rig):
    faults: ClassVar[tuple[str, ...]] = (
        "500", "503", "429", "html", "empty", "truncated", "cut", "reset", "lost",
    )  # fmt: skip
    secret, next_secret = TOKEN, "next-token"
    provokes = False
    currency = "RUB"
    writes = ("start", "refund")  # what was paid is not closed

    def __init__(self, stand_in: PayMasterStandIn) -> None:
        self.stand_in = stand_in
        self.ahead = timedelta(0)  # of both clocks

    def gateway(
        self, *, key: str | None = None, secrets: list[str] | None = None, patience: float = 5.0, **options: Any
    ) -> Gateway:
        settings: dict[str, Any] = {
            "merchant_id": MERCHANT,
            "token": key or TOKEN,
            "site_url": "https://shop.example",
            "api_base": f"{self.stand_in.base_url}/api/v2",
            "is_test": True,
            "timeouts": (3.0, patience),
            "clock": lambda: datetime.now(UTC) + self.ahead,
        }
        return Gateway(**(settings | options))

    def pay(self, reference: str) -> None:
        self.stand_in.pay(reference)

    def decline(self, reference: str) -> None:
        self.stand_in.pay(reference, outcome="insufficient_funds")

    def pay_later(self, reference: str) -> None:
        """The buyer is at their bank, which asks them to confirm."""
        self.stand_in.pay(reference, outcome="three_ds")

    def settle_later(self, reference: str, *, succeed: bool) -> None:
        self.stand_in.answer_bank(reference, agrees=succeed)

    def refund_elsewhere(self, reference: str, amount: Decimal) -> None:
        self.stand_in.refund(reference, amount=float(amount))

    def dispute(self, reference: str) -> None:
        raise NotImplementedError

    def close_dispute(self, reference: str, *, won: bool) -> None:
        raise NotImplementedError

    def tamper(self, reference: str, *, amount: Decimal | None = None, currency: str = "", ours: str = "") -> None:
        told = self.payment(reference)["amount"]
        changes: dict[str, Any] = {"orderNo": ours} if ours else {}
        if amount or currency:
            changes["amount"] = {
                "value": float(amount) if amount else told["value"],
                "currency": currency or told["currency"],
            }
        self.stand_in.tamper(reference, **changes)

    def other_account(self) -> Gateway:
        return self.gateway(key="the token of another account")

    def payment(self, reference: str) -> dict[str, Any]:
        return next(each for each in self.stand_in.payments() if each["id"] == reference)

    def events(self, reference: str) -> list[bytes]:
        return [str(each["body"]).encode() for each in self.stand_in.callbacks() if each["about"] == reference]

    def event(self, reference: str) -> bytes:
        return self.events(reference)[-1]

    def let_expire(self, reference: str) -> None:
        self.stand_in.state.payment(reference)["_asked"]["invoice"]["expires"] = "2020-01-01T00:00:00Z"

    def later(self, **time: float) -> None:
        """The same time goes by for both."""
        self.ahead = timedelta(**time)
        self.stand_in.state.clock = lambda: (datetime.now(UTC) + self.ahead).timestamp()

    def fail(self, fault: str, *, writes_only: bool = False) -> None:
        method = "POST" if writes_only else ""
        if fault.isdigit():
            self.stand_in.faults.order(kind="status", status=int(fault), method=method)
        else:
            self.stand_in.faults.order(kind=fault, seconds=30, method=method)

    def opened(self) -> int:
        return self.stand_in.stats()["payments"]

    def charged(self) -> int:
        return self.stand_in.stats()["charges"]

    def sign(self, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
        return {}  # nothing is signed
