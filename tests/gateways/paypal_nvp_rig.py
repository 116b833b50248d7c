"""The classic PayPal gateway, tied to its stand-in."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from storefront.gateways.payments.paypal_nvp.gateway import Gateway
from storefront.sandbox.paypal_nvp import PayPalNvpStandIn
from tests.gateways.payment_gateway_cases import Rig

HOOK_BASE = "http://127.0.0.1:9"
_WRITES = "SetExpressCheckout DoExpressCheckoutPayment RefundTransaction"


class NvpRig(Rig):
    faults: ClassVar[tuple[str, ...]] = (
        "500", "503", "429", "code:10001", "code:10445", "html", "empty", "truncated", "cut", "reset", "lost",
    )  # fmt: skip
    secret = "SANDBOXPASSWORD1"
    next_secret = "SANDBOXPASSWORD2"
    lists = False
    provokes = False
    writes: ClassVar[tuple[str, ...]] = ("start", "refund", "capture")
    oldest: ClassVar[timedelta] = timedelta(days=4)

    def __init__(self, stand_in: PayPalNvpStandIn) -> None:
        self.stand_in = stand_in
        self._captures = itertools.count()

    def gateway(
        self, *, key: str | None = None, secrets: list[str] | None = None, patience: float = 5.0, **options: Any
    ) -> Gateway:
        credentials = self.stand_in.credentials
        return Gateway(
            user=credentials["USER"],
            password=key or credentials["PWD"],
            signature=credentials["SIGNATURE"],
            merchant_id=self.stand_in.account,
            api_base=self.stand_in.base_url,
            site_url=HOOK_BASE,
            timeouts=(3.0, patience),
            **options,
        )

    def approve(self, reference: str, *, declines: bool = False) -> None:
        self.stand_in.approve(reference, funding="declined" if declines else "balance")

    def _take(self, reference: str, funding: str) -> None:
        self.stand_in.approve(reference, funding=funding)
        self.gateway().capture(reference, idempotency_key=f"capture-{next(self._captures)}")

    def pay(self, reference: str) -> None:
        self._take(reference, "balance")

    def decline(self, reference: str) -> None:
        self._take(reference, "declined")

    def pay_later(self, reference: str) -> None:
        self._take(reference, "echeck")

    def settle_later(self, reference: str, *, succeed: bool) -> None:
        self.stand_in.change(self.transaction(reference), status="Completed" if succeed else "Denied")

    def refund_elsewhere(self, reference: str, amount: Decimal) -> None:
        self.stand_in.refund(self.transaction(reference), amount=str(amount))

    def dispute(self, reference: str) -> None:
        self.stand_in.change(self.transaction(reference), status="Reversed", reason="chargeback")

    def close_dispute(self, reference: str, *, won: bool) -> None:
        status, reason = ("Canceled-Reversal", "other") if won else ("Reversed", "chargeback_settlement")
        self.stand_in.change(self.transaction(reference), status=status, reason=reason)

    def tamper(self, reference: str, *, amount: Decimal | None = None, currency: str = "", ours: str = "") -> None:
        changes = {"amount": str(amount)} if amount is not None else {}
        changes |= {"currency": currency} if currency else {}
        self.stand_in.tamper(self.transaction(reference), **changes, **({"custom": ours} if ours else {}))

    def other_account(self) -> Gateway:
        return self.gateway(key="ANOTHERPASSWORD1")

    def let_expire(self, reference: str) -> None:
        self.stand_in.expire(reference)

    def fail(self, fault: str, *, writes_only: bool = False) -> None:
        method = _WRITES if writes_only else ""
        if fault.isdigit():
            self.stand_in.fail_next(kind="status", status=int(fault), method=method)
        elif fault.startswith("code:"):
            self.stand_in.fail_next(kind="code", code=fault.removeprefix("code:"), method=method)
        else:
            self.stand_in.fail_next(kind=fault, seconds=30, method=method)

    def opened(self) -> int:
        """By our key: a second token of the same one is a page that nobody was ever told of."""
        tokens = self.stand_in.state.data["tokens"].values()
        return len({token["asked"]["PAYMENTREQUEST_0_INVNUM"] for token in tokens})

    def charged(self) -> int:
        return self.stand_in.stats()["charges"]

    def event(self, reference: str) -> bytes:
        return self.events(reference)[0]

    def events(self, reference: str) -> list[bytes]:
        ours = self.transaction(reference)
        about = {each["id"] for each in self.stand_in.transactions() if ours in (each["id"], each["parent"])}
        messages = self.stand_in.state.data["messages"]
        return [message["body"].encode() for message in messages if message["about"] in about]

    def sign(self, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
        """Nothing is signed: PayPal is asked."""
        return {"content-type": "application/x-www-form-urlencoded"}

    def transaction(self, reference: str) -> str:
        return str(self.stand_in.state.token(reference)["transaction"])
