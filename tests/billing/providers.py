"""What buyers and the seller do at a provider, said alike for every stand-in; and classic PayPal's settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from storefront.billing.models import Payment, PaymentAttempt
from storefront.sandbox.paypal.courier import encoded
from storefront.sandbox.paypal_nvp import PayPalNvpStandIn

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
_AGREE = {"stripe": "pay", "paypal": "agree", "paypal_nvp": "approve"}


@dataclass(frozen=True)
class Provider:
    """One gateway's stand-in; ``name``: of the gateway."""

    name: str
    stand_in: Any

    def pay(self, attempt: PaymentAttempt) -> None:
        """The buyer's part on the pay page."""
        if self.name == "twocheckout":
            self.stand_in.buy(attempt.redirect_url)
        else:
            getattr(self.stand_in, _AGREE[self.name])(attempt.provider_reference)

    def give_back(self, payment: Payment, amount: str) -> None:
        """The seller gives so much of a payment back in their account there; major units."""
        attempt = payment.attempt
        assert attempt is not None
        if self.name in ("stripe", "paypal"):
            asked: Any = int(Decimal(amount) * 100) if self.name == "stripe" else amount
            self.stand_in.refund(attempt.provider_reference, amount=asked)
        else:
            self.stand_in.refund(attempt.charge_reference, amount=amount)

    def refunds(self) -> int:
        """How many were made there, by whomever."""
        return int(self.stand_in.stats()["refunds"])

    def newest_message(self) -> dict[str, Any]:
        """The last message of PayPal's, old or new, or 2Checkout's, as ``Client.post`` sends it."""
        if self.name == "paypal":
            body = encoded(self.stand_in.events()[0]).decode()
            headers = self.stand_in.courier.headers(body.encode())
            return {"data": body, "content_type": JSON, "headers": headers}
        sent = self.stand_in.notifications() if self.name == "twocheckout" else self.stand_in.state.data["messages"]
        return {"data": sent[-1]["body"], "content_type": FORM}


@pytest.fixture
def paypal_nvp(settings: Any) -> Iterator[PayPalNvpStandIn]:
    """A running stand-in of classic PayPal that the shop's settings point at."""
    with PayPalNvpStandIn() as stand_in:
        settings.PAYPAL_NVP_USER = stand_in.credentials["USER"]
        settings.PAYPAL_NVP_PASSWORD = stand_in.credentials["PWD"]
        settings.PAYPAL_NVP_SIGNATURE = stand_in.credentials["SIGNATURE"]
        settings.PAYPAL_NVP_MERCHANT_ID = stand_in.account
        settings.PAYPAL_NVP_API_BASE = stand_in.base_url
        settings.PAYMENT_ACCOUNTS = settings.PAYMENT_ACCOUNTS | {"paypal_nvp": stand_in.account}
        yield stand_in


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> Provider:
    """Parametrised by the gateway's name, which is that of its stand-in's fixture."""
    return Provider(request.param, request.getfixturevalue(request.param))
