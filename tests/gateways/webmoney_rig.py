"""WebMoney's gateway tied to its stand-in, for the common cases and its own."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from storefront.gateways.payments.webmoney import Gateway, InvoiceGateway
from storefront.sandbox.webmoney import WebMoneyStandIn
from storefront.sandbox.webmoney.state import Account
from tests.gateways.payment_gateway_cases import Rig

WMID, PURSE, KEY, NEXT_KEY, X20 = "012345678901", "E123456789012", "eur-secret-key", "eur-next-key", "x20-secret-key"
ACCOUNTS = (Account(WMID, PURSE, KEY, X20), Account(WMID, "Z123456789012", "usd-secret-key", "x20-usd-key"))


class WebMoneyRig(Rig):
    faults: ClassVar[tuple[str, ...]] = ("500", "503", "429", "html", "empty", "truncated", "cut", "reset", "lost")
    secret, next_secret = KEY, NEXT_KEY
    lists = provokes = False
    writes = ()
    made: ClassVar[type[Gateway]] = Gateway

    def __init__(self, stand_in: WebMoneyStandIn) -> None:
        self.stand_in = stand_in

    def gateway(self, *, key: str | None = None, secrets: list[str] | None = None, patience: float = 5.0) -> Gateway:
        keys = [key] if key else secrets or [KEY]
        return self.made(
            wmid=WMID,
            purses=[*(f"{PURSE}:{each}:{key or X20}" for each in keys), "Z123456789012:usd-secret-key:x20-usd-key"],
            api_base=self.stand_in.base_url,
            is_test=True,
            timeouts=(3.0, patience),
        )

    def number(self, reference: str) -> str:
        return reference.partition(".")[0]

    def pay(self, reference: str) -> None:
        self.stand_in.pay(self.number(reference))

    def decline(self, reference: str) -> None:
        self.stand_in.refuse(self.number(reference))

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
        self.stand_in.tamper(self.number(reference), amount=str(amount))

    def other_account(self) -> Gateway:
        return self.made(
            wmid=WMID, purses=["E999999999999:another-key:another-x20"], api_base=self.stand_in.base_url, is_test=True
        )

    def events(self, reference: str) -> list[bytes]:
        number = int(self.number(reference))
        return [str(each["body"]).encode() for each in self.stand_in.results() if each["number"] == number]

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


class InvoiceRig(WebMoneyRig):
    made = InvoiceGateway


def signed(body: bytes, key: str, **changes: str) -> bytes:
    """A result as WebMoney signs it, by both formulas."""
    told = dict(parse_qsl(body.decode(), keep_blank_values=True)) | changes
    order = ("PAYEE_PURSE", "PAYMENT_AMOUNT", "PAYMENT_NO", "MODE", "SYS_INVS_NO", "SYS_TRANS_NO", "SYS_TRANS_DATE")
    values = [told[f"LMI_{name}"] for name in order] + [key, told["LMI_PAYER_PURSE"], told["LMI_PAYER_WM"]]
    for name, between in (("LMI_HASH", ""), ("LMI_HASH2", ";")):
        told[name] = hashlib.sha256(between.join(values).encode()).hexdigest().upper()
    return urlencode(told).encode()
