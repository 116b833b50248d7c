"""The PayPal gateway, tied to its stand-in."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from storefront.gateways.payments.paypal import Gateway
from storefront.gateways.payments.words import RefusalClass
from storefront.sandbox.paypal import PayPalStandIn
from storefront.sandbox.paypal.courier import encoded
from tests.gateways.saved_method_cases import SavingRig

#: issues that PayPal refuses with, for each thing that may have to be done about it
REFUSED = {
    RefusalClass.LATER: "INSTRUMENT_DECLINED",
    RefusalClass.METHOD_DEAD: "PAYER_ACCOUNT_RESTRICTED",
    RefusalClass.MANDATE_ENDED: "AGREEMENT_ALREADY_CANCELLED",
    RefusalClass.OURS: "PAYEE_ACCOUNT_RESTRICTED",
    RefusalClass.BUYER_NEEDED: "PAYER_ACTION_REQUIRED",
}
CLIENT, SECRET = "sandbox-paypal-client", "sandbox-paypal-secret"


class PayPalRig(SavingRig):
    faults: ClassVar[tuple[str, ...]] = (
        "500", "503", "429", "409", "html", "empty", "truncated", "cut", "reset", "lost",
    )  # fmt: skip
    secret = "WEBHOOK-NOW"
    next_secret = "WEBHOOK-NEXT"
    lists = False
    provokes = False
    writes = ("start", "refund", "capture")
    oldest = timedelta(days=4)
    verify = "certificate"
    refuses = (RefusalClass.LATER, RefusalClass.METHOD_DEAD, RefusalClass.MANDATE_ENDED, RefusalClass.OURS)
    refuses += (RefusalClass.BUYER_NEEDED,)
    confirms = False  # PayPal never sends the owner of an account that is kept to a page of its own

    def __init__(self, stand_in: PayPalStandIn) -> None:
        self.stand_in = stand_in
        self.others: list[PayPalStandIn] = []

    def gateway(
        self, *, key: str | None = None, secrets: list[str] | None = None, patience: float = 5.0, **more: Any
    ) -> Gateway:
        return Gateway(
            client_id=CLIENT,
            client_secret=key or SECRET,
            webhook_ids=secrets or [self.secret],
            api_base=self.stand_in.base_url,
            timeouts=(3.0, patience),
            verify=more.pop("verify", self.verify),
            **more,
        )

    def approve(self, reference: str, *, declines: bool = False) -> None:
        assert self.stand_in.agree(reference, way="declined" if declines else "balance")

    def pay(self, reference: str) -> None:
        self.approve(reference)
        self.gateway().capture(reference, idempotency_key=f"{reference}-capture-0")

    def decline(self, reference: str) -> None:
        self.approve(reference, declines=True)
        self.gateway().capture(reference, idempotency_key=f"{reference}-declined-0")

    def pay_later(self, reference: str) -> None:
        self.stand_in.agree(reference, way="echeck")
        self.gateway().capture(reference, idempotency_key=f"{reference}-capture-0")

    def settle_later(self, reference: str, *, succeed: bool) -> None:
        self.stand_in.settle(reference, succeed=succeed)

    def refund_elsewhere(self, reference: str, amount: Decimal) -> None:
        self.stand_in.refund(reference, amount=str(amount))

    def dispute(self, reference: str) -> None:
        self.stand_in.dispute(reference)

    def close_dispute(self, reference: str, *, won: bool) -> None:
        self.stand_in.close_dispute(reference, outcome=f"RESOLVED_{'SELLER' if won else 'BUYER'}_FAVOUR")

    def tamper(self, reference: str, *, amount: Decimal | None = None, currency: str = "", ours: str = "") -> None:
        value = "" if amount is None else str(amount)
        self.stand_in.tamper(reference, value=value, currency_code=currency, custom_id=ours)

    def other_account(self) -> Gateway:
        return self.gateway(key="another-secret")

    def save(self, reference: str) -> None:
        assert self.stand_in.agree_to_setup(reference).startswith("https://shop.example/methods/?approval_token_id=")

    def refuse(self, method_reference: str, why: RefusalClass) -> None:
        self.stand_in.refuse_token(method_reference, issue=REFUSED[why])

    def forget_elsewhere(self, method_reference: str) -> None:
        self.stand_in.remove_token(method_reference)

    def another_shop(self) -> Gateway:
        self.others.append(PayPalStandIn(client_id=CLIENT, client_secret=SECRET).start())
        return Gateway(client_id=CLIENT, client_secret=SECRET, webhook_ids=["W"], api_base=self.others[-1].base_url)

    def method_events(self, method_reference: str) -> list[bytes]:
        about = (each for each in self.stand_in.events() if each["resource"].get("id") == method_reference)
        return [encoded(each) for each in about]

    def let_expire(self, reference: str) -> None:
        self.stand_in.expire(reference)

    def fail(self, fault: str, *, writes_only: bool = False) -> None:
        method = "POST" if writes_only else ""
        if fault.isdigit():
            self.stand_in.fail_next(kind="status", status=int(fault), method=method)
        else:
            self.stand_in.fail_next(kind=fault, seconds=30, method=method)

    def opened(self) -> int:
        return self.stand_in.stats()["orders"]

    def charged(self) -> int:
        return self.stand_in.stats()["charges"]

    def event(self, reference: str) -> bytes:
        return self.newest("PAYMENT.CAPTURE.COMPLETED")

    def newest(self, kind: str) -> bytes:
        return encoded(next(each for each in self.stand_in.events() if each["event_type"] == kind))

    def events(self, reference: str) -> list[bytes]:
        return [body for each in reversed(self.stand_in.events()) if reference.encode() in (body := encoded(each)) or
                self._capture(reference) in body]  # fmt: skip

    def _capture(self, reference: str) -> bytes:
        unit = next(each for each in self.stand_in.orders() if each["id"] == reference)["purchase_units"][0]
        return str(unit["payments"]["captures"][0]["id"]).encode()

    def sign(self, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
        return self.stand_in.courier.headers(body, webhook_id=secret, at=at)
