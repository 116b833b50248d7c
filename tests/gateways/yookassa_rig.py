"""The YooKassa gateway, tied to its stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from storefront.gateways.payments.words import RefusalClass
from storefront.gateways.payments.yookassa import Gateway
from storefront.sandbox.yookassa import YooKassaStandIn
from tests.gateways.saved_method_cases import SavingRig

SHOP, KEY = "100500", "test_sandbox-yookassa-key"
#: a reason of each class of refusals
CODES = {
    RefusalClass.LATER: "insufficient_funds",
    RefusalClass.METHOD_DEAD: "card_expired",
    RefusalClass.MANDATE_ENDED: "permission_revoked",
    RefusalClass.BUYER_NEEDED: "3d_secure_failed",
    RefusalClass.SOON: "issuer_unavailable",
    RefusalClass.OURS: "fraud_suspected",
}


class YooKassaRig(SavingRig):
    faults: ClassVar[tuple[str, ...]] = (
        "500", "503", "429", "202", "html", "empty", "late", "truncated", "cut", "reset", "lost",
    )  # fmt: skip
    secret, next_secret = KEY, "test_next"
    provokes = False
    currency = "RUB"
    refuses = tuple(CODES)
    writes = ("start", "refund")  # a page is given up without asking for it

    def __init__(self, stand_in: YooKassaStandIn) -> None:
        self.stand_in = stand_in
        self.others: list[YooKassaStandIn] = []

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

    def another_shop(self) -> Gateway:
        """Shops share nothing, so it is a world of its own."""
        self.others.append(YooKassaStandIn(shop_id=SHOP, secret_key=KEY).start())
        return YooKassaRig(self.others[-1]).gateway()

    def save(self, reference: str) -> None:
        self.stand_in.bind(reference)

    def refuse(self, method_reference: str, why: RefusalClass) -> None:
        self.stand_in.methods.change(method_reference, reason=CODES[why])

    def want_confirmation(self, method_reference: str) -> None:
        self.stand_in.methods.change(method_reference, asks=True)

    def confirm(self, reference: str, *, approve: bool) -> None:
        number = "5555555555554444" if approve else "5555555555554592"
        self.stand_in.pay(reference, number=number)

    def forget_elsewhere(self, method_reference: str) -> None:
        """The buyer withdraws their permission; YooKassa itself forgets nothing."""
        self.stand_in.methods.change(method_reference, reason="permission_revoked", party="yoo_money")

    def events(self, reference: str) -> list[bytes]:
        return [self.encoded(each) for each in self.stand_in.notices() if reference in json.dumps(each)]

    def let_expire(self, reference: str) -> None:
        self.stand_in.expire(reference)

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

    def event(self, reference: str) -> bytes:
        return self.events(reference)[-1]

    @staticmethod
    def encoded(notice: Any) -> bytes:
        return json.dumps(notice, ensure_ascii=False).encode()

    def sign(self, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
        return {}  # nothing is signed


@contextmanager
def begun() -> Iterator[YooKassaRig]:
    with YooKassaStandIn(shop_id=SHOP, secret_key=KEY) as stand_in:
        rig = YooKassaRig(stand_in)
        yield rig
        for other in rig.others:
            other.stop()


def sent(rig: YooKassaRig, path: str = "/v3/payments") -> list[dict[str, Any]]:
    """The bodies that were posted there."""
    calls = [each for each in rig.stand_in.requests() if (each["method"], each["path"]) == ("POST", path)]
    return [json.loads(each["body"]) for each in calls]
