"""The Stripe gateway, tied to its stand-in."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import requests

from storefront.gateways.payments.base import ProviderEvent
from storefront.gateways.payments.stripe import Gateway
from storefront.gateways.payments.words import RefusalClass
from storefront.sandbox.stripe import StripeStandIn
from tests.billing.deliveries import events as told
from tests.gateways.payment_gateway_cases import NOW
from tests.gateways.saved_method_cases import SavingRig

KEY = "sk_test_sandbox"
#: how a bank refuses, for each thing that may have to be done about it
REFUSED = {
    RefusalClass.BUYER_NEEDED: {"code": "authentication_required", "decline_code": "authentication_required"},
    RefusalClass.METHOD_DEAD: {"code": "card_declined", "decline_code": "lost_card"},
    RefusalClass.MANDATE_ENDED: {"code": "card_declined", "decline_code": "revocation_of_authorization"},
    RefusalClass.LATER: {"code": "card_declined", "decline_code": "insufficient_funds"},
    RefusalClass.SOON: {"code": "processing_error", "decline_code": "processing_error"},
    RefusalClass.OURS: {"code": "card_declined", "decline_code": "fraudulent"},
}


class StripeRig(SavingRig):
    faults: ClassVar[tuple[str, ...]] = (
        "500",
        "503",
        "429",
        "409",
        "html",
        "empty",
        "truncated",
        "cut",
        "reset",
        "lost",
    )
    secret = "whsec_now"
    next_secret = "whsec_next"
    refuses = tuple(RefusalClass)

    def __init__(self, stand_in: StripeStandIn) -> None:
        self.stand_in = stand_in
        self.others: list[StripeStandIn] = []

    def gateway(self, *, key: str | None = None, secrets: list[str] | None = None, patience: float = 5.0) -> Gateway:
        return Gateway(
            api_key=key or KEY,
            webhook_secrets=secrets or [self.secret],
            api_base=self.stand_in.base_url,
            timeouts=(3.0, patience),
            max_network_retries=0,
        )

    def pay(self, reference: str) -> None:
        self.stand_in.pay(reference)

    def decline(self, reference: str) -> None:
        assert self.stand_in.pay(reference, card="4000000000000002") == "declined"

    def open_raw(self, currency: str, unit_amount: int, *, key: str = "") -> requests.Response:
        """Ask for a session past the adapter."""
        price = "line_items[0][price_data]"
        fields = {
            "mode": "payment",
            "success_url": "https://shop.example/",
            "line_items[0][quantity]": "1",
            f"{price}[currency]": currency,
            f"{price}[unit_amount]": str(unit_amount),
            f"{price}[product_data][name]": "License",
        }
        headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": key or f"raw-{currency}"}
        return requests.post(f"{self.stand_in.base_url}/v1/checkout/sessions", data=fields, headers=headers, timeout=10)

    def pay_later(self, reference: str) -> None:
        self.stand_in.pay_later(reference)

    def settle_later(self, reference: str, *, succeed: bool) -> None:
        self.stand_in.settle_later(reference, succeed=succeed)

    def refund_elsewhere(self, reference: str, amount: Decimal) -> None:
        self.stand_in.refund(reference, amount=int(amount * 100))

    def dispute(self, reference: str) -> None:
        self.stand_in.dispute(reference)

    def close_dispute(self, reference: str, *, won: bool) -> None:
        self.stand_in.close_dispute(reference, won=won)

    def tamper(self, reference: str, *, amount: Decimal | None = None, currency: str = "", ours: str = "") -> None:
        changes: dict[str, Any] = {"amount_total": int(amount * 100)} if amount is not None else {}
        changes |= {"currency": currency.lower()} if currency else {}
        self.stand_in.tamper(reference, **(changes | ({"client_reference_id": ours} if ours else {})))

    def other_account(self) -> Gateway:
        return self.gateway(key="sk_test_other")

    def save(self, reference: str) -> None:
        assert self.stand_in.pay(reference) == "paid"

    def refuse(self, method_reference: str, why: RefusalClass) -> None:
        self.stand_in.refuse_method(method_reference, **REFUSED[why])

    def want_confirmation(self, method_reference: str) -> None:
        self.stand_in.update_method(method_reference, number="4000002760003184")

    def confirm(self, reference: str, *, approve: bool) -> None:
        back = self.stand_in.answer(reference, approve=approve)
        assert back.startswith("https://shop.example/return/?payment_intent=")

    def forget_elsewhere(self, method_reference: str) -> None:
        self.stand_in.detach_method(method_reference)

    def another_shop(self) -> Gateway:
        self.others.append(StripeStandIn(api_key=KEY).start())
        return Gateway(api_key=KEY, webhook_secrets=["whsec_1"], api_base=self.others[-1].base_url)

    def method_events(self, method_reference: str) -> list[bytes]:
        about = (each for each in told(self.stand_in) if each["data"]["object"]["id"] == method_reference)
        return [json.dumps(event).encode() for event in about]

    def events(self, reference: str) -> list[bytes]:
        return [json.dumps(event).encode() for event in told(self.stand_in, reference)]

    def let_expire(self, reference: str) -> None:
        self.stand_in.expire(reference)

    def fail(self, fault: str, *, writes_only: bool = False) -> None:
        method = "POST" if writes_only else ""
        if fault.isdigit():
            self.stand_in.fail_next(kind="status", status=int(fault), method=method)
        else:
            self.stand_in.fail_next(kind=fault, seconds=30, method=method)

    def opened(self) -> int:
        return self.stand_in.stats()["session_creates"]

    def charged(self) -> int:
        return self.stand_in.stats()["charges"]

    def event(self, reference: str) -> bytes:
        return self.newest("checkout.session.completed")

    def newest(self, kind: str) -> bytes:
        return json.dumps(next(event for event in self.stand_in.events() if event["type"] == kind)).encode()

    def sign(self, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
        stamp = int(at.timestamp())
        mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={stamp},v1={mac}"}

    def parsed(self, kind: str) -> ProviderEvent:
        body = self.newest(kind)
        return self.gateway().parse_webhook(body, self.sign(body, secret=self.secret, at=NOW), now=NOW)
