"""The part of the gateway that saves methods of payment and charges them again ("autopayments").

https://yookassa.ru/developers/payment-acceptance/scenario-extensions/recurring-payments/pay-with-saved

At once only in a test shop: in a live one YooKassa's manager must allow it, and until then answers ``forbidden`` to
whatever asks for it. A charge is then refused with that code, which stops renewals and tells staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from storefront.gateways.errors import Declined, MissingRight
from storefront.gateways.payments.base import LineItem, StartedPayment, StartRequest
from storefront.gateways.payments.saved_methods import (
    ChargeRequest,
    SavedMethodSnapshot,
    SetupRequest,
    SetupSnapshot,
)
from storefront.gateways.payments.saving import SavedMethodGateway
from storefront.gateways.payments.yookassa import methods, payments
from storefront.gateways.payments.yookassa.amounts import LIMITS
from storefront.gateways.payments.yookassa.client import Client, Object, readable
from storefront.gateways.payments.yookassa.notices import REFERENCE
from storefront.gateways.payments.yookassa.receipts import ReceiptRules, receipt


class Saving(SavedMethodGateway):
    """Only what an attending buyer is charged has a page, so that nothing else can be paid later."""

    is_live: bool
    _client: Client
    _rules: ReceiptRules | None

    def charge(self, request: ChargeRequest) -> StartedPayment:
        check(request.amount, request.currency)
        asked = payments.body(request) | {"payment_method_id": request.method_reference}
        if not request.is_unattended:
            asked["confirmation"] = payments.page(request)
        asked |= self._receipt(request, request.lines)
        try:
            return self._begin(asked, request.idempotency_key)
        except MissingRight as refusal:
            raise Declined(str(refusal), code=refusal.code) from refusal

    def start_setup(self, request: SetupRequest) -> StartedPayment:
        """Of a bank card; no money is taken."""
        if request.currency not in LIMITS.currencies:
            raise Declined(f"{request.currency} cannot be charged", code="amount_currency")
        asked = {
            "type": "bank_card",
            "confirmation": payments.page(request),
            "metadata": {REFERENCE: request.our_reference},
        }
        try:
            method = self._client.post("payment_methods", asked, key=request.idempotency_key)
        except MissingRight as refusal:
            raise Declined(str(refusal), code=refusal.code) from refusal
        with readable():
            found = methods.setup(method, is_live=self.is_live)
            return StartedPayment(found.provider_reference, found.redirect_url, None)

    def finish_setup(self, provider_reference: str, *, idempotency_key: str) -> SetupSnapshot:
        """Nothing is left to us to complete: it is looked at."""
        method = self._client.get("payment_methods", provider_reference)
        with readable():
            return methods.setup(method, is_live=self.is_live)

    def fetch_method(self, method_reference: str) -> SavedMethodSnapshot:
        method = self._client.get("payment_methods", method_reference)
        with readable():
            return methods.read(method)

    def forget_method(self, provider_customer: str, method_reference: str) -> None:
        """YooKassa has no call for it: a method is forgotten by not using its id any more."""

    def _begin(self, asked: Object, key: str) -> StartedPayment:
        payment = self._client.post("payments", asked, key=key)
        with readable():
            return payments.started(payment)

    def _receipt(self, request: StartRequest | ChargeRequest, lines: Sequence[LineItem]) -> dict[str, Object]:
        """With the name that requests have for it; {} where no receipts are sent."""
        if self._rules is None:
            return {}
        found = receipt(
            self._rules, lines, amount=request.amount, currency=request.currency, email=request.customer_email,
            name=request.description,
        )  # fmt: skip
        return {"receipt": found}


def check(amount: Decimal, currency: str) -> None:
    """Raises ``Declined`` for what is beyond ``LIMITS``."""
    if problem := LIMITS.problem(amount, currency):
        raise Declined(f"{amount} {currency} cannot be charged", code=f"amount_{problem.code}")
