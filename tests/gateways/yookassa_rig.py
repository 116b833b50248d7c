"""The YooKassa gateway, tied to its stand-in."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from storefront.gateways.payments.yookassa import Gateway
from storefront.sandbox.yookassa import YooKassaStandIn
from tests.gateways.payment_gateway_cases import Rig

SHOP, KEY = "100500", "test_sandbox-yookassa-key"


class YooKassaRig(Rig):
    faults: ClassVar[tuple[str, ...]] = (
        "500", "503", "429", "processing", "html", "empty", "failed_late", "truncated", "cut", "reset", "lost",
    )  # fmt: skip
    secret, next_secret = KEY, "test_next"
    provokes = False
    currency = "RUB"
    writes = ("start", "refund")  # a page is given up without asking for it

    def __init__(self, stand_in: YooKassaStandIn) -> None:
        self.stand_in = stand_in

    def gateway(
        self, *, key: str | None = None, secrets: list[str] | None = None, patience: float = 5.0, **options: Any
    ) -> Gateway:
        return Gateway(
            shop_id=SHOP,
            secret_key=f"test_{key}" if key else KEY,
            api_base=self.stand_in.base_url,
            timeouts=(3.0, patience),
            **options,
        )

    def pay(self, reference: str) -> None:
        self.stand_in.pay(reference)

    def decline(self, reference: str) -> None:
        self.stand_in.pay(reference, number="5555555555554600")

    def pay_later(self, reference: str) -> None:
        self.stand_in.pay(reference, waits=True)

    def settle_later(self, reference: str, *, succeed: bool) -> None:
        self.stand_in.settle(reference, succeed=succeed)

    def refund_elsewhere(self, reference: str, amount: Decimal) -> None:
        self.stand_in.refund(reference, amount=str(amount))

    def dispute(self, reference: str) -> None:
        """YooKassa tells of none."""

    def close_dispute(self, reference: str, *, won: bool) -> None:
        raise NotImplementedError

    def tamper(self, reference: str, *, amount: Decimal | None = None, currency: str = "", ours: str = "") -> None:
        changes = {"value": str(amount or ""), "currency": currency, "reference": ours}
        self.stand_in.tamper(reference, **{name: value for name, value in changes.items() if value})

    def other_account(self) -> Gateway:
        return self.gateway(key="of_another_shop")

    def events(self, reference: str) -> list[bytes]:
        return [self.encoded(each) for each in self.stand_in.notices() if reference in json.dumps(each)]

    def let_expire(self, reference: str) -> None:
        self.stand_in.expire(reference)

    def fail(self, fault: str, *, writes_only: bool = False) -> None:
        method = "POST" if writes_only else ""
        if fault.isdigit():
            self.stand_in.fail_next(kind="status", status=int(fault), method=method)
        else:
            self.stand_in.fail_next(kind=fault, seconds=30, method=method)

    def opened(self) -> int:
        return self.stand_in.stats()["payments"]

    def charged(self) -> int:
        return self.stand_in.stats()["charges"]

    def event(self, reference: str) -> bytes:
        return self.events(reference)[-1]

    @staticmethod
    def encoded(notice: Any) -> bytes:
        return json.dumps(notice, ensure_ascii=False).encode()

    def sign(self, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
        return {}  # nothing is signed
