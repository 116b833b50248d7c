"""The gateway of simplepay.pro tied to its stand-in, for the common cases and its own."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from storefront.gateways.payments.simplepay_pro import Gateway
from storefront.sandbox.simplepay_pro import SimplePayProStandIn
from storefront.sandbox.simplepay_pro.state import sign
from tests.gateways.payment_gateway_cases import Rig

OUTLET, KEY, RESULT_KEY, NEXT_KEY = "12345", "outlet-secret-key", "result-secret-key", "result-next-key"
OUTLETS = {OUTLET: (KEY, RESULT_KEY), "54321": ("another-outlet-key", "another-result-key")}


class SimplePayProRig(Rig):
    faults: ClassVar[tuple[str, ...]] = ("500", "503", "429", "html", "empty", "truncated", "cut", "reset", "lost")
    secret, next_secret = RESULT_KEY, NEXT_KEY
    lists = provokes = False
    writes = ()
    currency = "RUB"

    def __init__(self, stand_in: SimplePayProStandIn) -> None:
        self.stand_in = stand_in

    def gateway(self, *, key: str | None = None, secrets: list[str] | None = None, patience: float = 5.0) -> Gateway:
        return Gateway(
            outlet_id=OUTLET, key=key or KEY, result_keys=secrets or [RESULT_KEY],
            api_base=f"{self.stand_in.base_url}/sp", is_test=True, timeouts=(3.0, patience),
        )  # fmt: skip

    def pay(self, reference: str) -> None:
        self.stand_in.pay(reference)

    def decline(self, reference: str) -> None:
        self.stand_in.refuse(reference)

    def pay_later(self, reference: str) -> None:
        raise NotImplementedError

    def settle_later(self, reference: str, *, succeed: bool) -> None:
        raise NotImplementedError

    def refund_elsewhere(self, reference: str, amount: Decimal) -> None:
        raise NotImplementedError

    def dispute(self, reference: str) -> None:
        raise NotImplementedError

    def close_dispute(self, reference: str, *, won: bool) -> None:
        raise NotImplementedError

    def tamper(self, reference: str, *, amount: Decimal | None = None, currency: str = "", ours: str = "") -> None:
        self.stand_in.tamper(reference, amount=str(amount))

    def other_account(self) -> Gateway:
        return Gateway(
            outlet_id="54321", key="another-outlet-key", result_keys=["another-result-key"],
            api_base=f"{self.stand_in.base_url}/sp", is_test=True,
        )  # fmt: skip

    def events(self, reference: str) -> list[bytes]:
        return [str(each["body"]).encode() for each in self.stand_in.notices() if each["order"] == reference]

    def let_expire(self, reference: str) -> None:
        raise NotImplementedError

    def fail(self, fault: str, *, writes_only: bool = False) -> None:
        kind: dict[str, Any] = {"kind": "status", "status": int(fault)} if fault.isdigit() else {"kind": fault}
        self.stand_in.faults.order(**kind, seconds=30)

    def opened(self) -> int:
        return self.stand_in.stats()["opened"]

    def charged(self) -> int:
        return self.stand_in.stats()["charges"]

    def event(self, reference: str) -> bytes:
        return self.events(reference)[-1]

    def sign(self, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
        return {}  # it is in the body, see ``signed``


def signed(body: bytes, key: str, **changes: str) -> bytes:
    """A notice as simplepay.pro signs it for an address that ends with a slash."""
    told = dict(parse_qsl(body.decode(), keep_blank_values=True)) | changes
    return urlencode(told | {"sp_sig": sign("", told, key)}).encode()
