"""SimplePay's gateway tied to its stand-in, for the common cases and its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from storefront.gateways.payments.base import StartRequest
from storefront.gateways.payments.simplepay import Gateway
from storefront.sandbox.simplepay import SimplePayStandIn
from tests.gateways.payment_gateway_cases import Rig

KEY, NEXT_KEY = "eur-secret-of-the-tests", "eur-secret-of-tomorrow"
ACCOUNTS = {"PUBLICTESTEUR": ("EUR", KEY), "PUBLICTESTHUF": ("HUF", "huf-secret-of-the-tests")}


class SimplePayRig(Rig):
    faults: ClassVar[tuple[str, ...]] = (
        "500", "503", "429", "html", "empty", "truncated", "cut", "reset", "lost",
    )  # fmt: skip
    secret, next_secret = KEY, NEXT_KEY
    provokes = False
    writes = ("start", "refund")  # a paid transaction is only looked at before it would be cancelled

    def __init__(self, stand_in: SimplePayStandIn) -> None:
        self.stand_in = stand_in

    def gateway(self, *, key: str | None = None, secrets: list[str] | None = None, patience: float = 5.0) -> Gateway:
        keys = [key] if key else secrets or [KEY]
        return Gateway(
            accounts=[
                *(f"EUR:PUBLICTESTEUR:{each}" for each in keys),
                f"HUF:PUBLICTESTHUF:{ACCOUNTS['PUBLICTESTHUF'][1]}",
            ],
            api_base=self.stand_in.base_url,
            timeouts=(3.0, patience),
        )

    def request(self, **changes: Any) -> StartRequest:
        """Every attempt has a reference of its own; the key says nothing to SimplePay."""
        key = changes.get("idempotency_key", "payment-1")
        return super().request(**({"our_reference": "1001" if key == "payment-1" else key} | changes))

    def pay(self, reference: str) -> None:
        self.stand_in.pay(reference)

    def decline(self, reference: str) -> None:
        self.stand_in.pay(reference, outcome="declined")

    def pay_later(self, reference: str) -> None:
        self.stand_in.pay(reference, outcome="later")

    def settle_later(self, reference: str, *, succeed: bool) -> None:
        self.stand_in.move(
            reference, status="FINISHED" if succeed else "NOTAUTHORIZED", result="" if succeed else "2020"
        )

    def refund_elsewhere(self, reference: str, amount: Decimal) -> None:
        self.stand_in.refund(reference, amount=str(amount))

    def dispute(self, reference: str) -> None:
        """Of a chargeback SimplePay writes to the merchant; its API does not tell it."""

    def close_dispute(self, reference: str, *, won: bool) -> None:
        raise NotImplementedError

    def tamper(self, reference: str, *, amount: Decimal | None = None, currency: str = "", ours: str = "") -> None:
        changes: dict[str, Any] = {"total": str(amount)} if amount else {}
        changes |= {"currency": currency} if currency else {}
        changes |= {"orderRef": reference.replace("1001-", f"{ours}-", 1)} if ours else {}
        self.stand_in.tamper(reference, **changes)

    def other_account(self) -> Gateway:
        return Gateway(accounts=["EUR:PUBLICTESTUSD:a-key-of-others"], api_base=self.stand_in.base_url)

    def events(self, reference: str) -> list[bytes]:
        return [str(each["body"]).encode() for each in self.stand_in.notices() if each["orderRef"] == reference]

    def let_expire(self, reference: str) -> None:
        self.stand_in.tamper(reference, ends=0)

    def fail(self, fault: str, *, writes_only: bool = False) -> None:
        """All calls are POST; ``query`` changes nothing."""
        kind: dict[str, Any] = {"kind": "status", "status": int(fault)} if fault.isdigit() else {"kind": fault}
        self.stand_in.faults.order(**kind, seconds=30, spares="/query" if writes_only else "")

    def opened(self) -> int:
        return self.stand_in.stats()["opened"]

    def charged(self) -> int:
        return self.stand_in.stats()["charges"]

    def event(self, reference: str) -> bytes:
        return self.events(reference)[-1]

    def sign(self, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
        return {"Signature": signed(body, secret)}


def signed(body: bytes, key: str = KEY) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha384).digest()).decode()
