"""What PayMaster is asked for: an invoice with its page, a charge of a token, a page that saves a card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from storefront.gateways.payments.base import StartRequest
from storefront.gateways.payments.paymaster.amounts import LIMITS, written
from storefront.gateways.payments.saved_methods import ChargeRequest, SaveRequest, SetupRequest

#: ``invoice.params``, which come back with the payment: whose it is, and whether its buyer is absent.
MODE, PAGE, ATTENDED, UNATTENDED = "mode", "page", "attended", "unattended"


class Bodies:
    """``callback_url``: where PayMaster tells of changes. ``is_test``: no money is real."""

    def __init__(self, *, merchant_id: str, callback_url: str, is_test: bool) -> None:
        self._common = {"merchantId": merchant_id, "testMode": is_test}
        self._callback_url = callback_url

    def invoice(self, request: StartRequest) -> Mapping[str, Any]:
        body = self._charge(request, PAGE, request.expires_at)
        if request.save:
            body["tokenization"] = self._tokenization(request.save)
            body["paymentMethod"] = "BankCard"
            body["customer"]["account"] = request.save.customer_reference
        return body

    def charge(self, request: ChargeRequest) -> Mapping[str, Any]:
        body = self._charge(request, UNATTENDED if request.is_unattended else ATTENDED, None)
        body["paymentData"] = {"paymentMethod": "BankCard", "token": {"id": request.method_reference}}
        if not request.is_unattended:
            body["protocol"]["threeDSCompleteUrl"] = request.return_url
        return body

    def setup(self, request: SetupRequest) -> Mapping[str, Any]:
        return {
            **self._common,
            **self._tokenization(request.save),
            "paymentMethod": "BankCard",
            "returnUrl": request.return_url,
            "customer": _customer(request.customer_email) | {"account": request.our_reference},
        }

    def _charge(self, request: StartRequest | ChargeRequest, mode: str, closes_at: datetime | None) -> dict[str, Any]:
        invoice = {
            "description": described(request.description), "orderNo": request.our_reference, "params": {MODE: mode},
        }  # fmt: skip
        if closes_at is not None:
            invoice["expires"] = closes_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            **self._common,
            "invoice": invoice,
            "amount": written(request.amount, request.currency),
            "protocol": {"returnUrl": request.return_url, "callbackUrl": self._callback_url},
            "customer": _customer(request.customer_email),
        }

    def _tokenization(self, save: SaveRequest) -> dict[str, Any]:
        """``Recurring``: charged while the buyer is absent; ``COF``: when they ask for it."""
        kind = "Recurring" if save.is_unattended else "COF"
        return {"type": kind, "purpose": described(save.description), "callbackUrl": self._callback_url}


def described(text: str) -> str:
    return " ".join(text.split())[: LIMITS.longest_description] or "-"


def _customer(email: str) -> dict[str, str]:
    return {"email": email} if LIMITS.takes_email(email) else {}
