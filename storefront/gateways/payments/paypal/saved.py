"""The part of the PayPal gateway about saved methods."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from storefront.gateways.errors import Declined, NotFound, Unavailable
from storefront.gateways.payments.base import PaymentGateway, RemoteState, StartedPayment, StartRequest
from storefront.gateways.payments.paypal import orders, vault
from storefront.gateways.payments.paypal.client import Client, readable
from storefront.gateways.payments.paypal.refusals import GONE, REFUSALS, TOKEN_UNKNOWN
from storefront.gateways.payments.saved_methods import (
    ChargeRequest,
    SavedMethodSnapshot,
    SetupRequest,
    SetupSnapshot,
)

#: what the app must be allowed, as PayPal's dashboard calls it
RIGHT = "Vault"
#: PayPal had made an order under this key, for another request
KEY_USED = frozenset({"PAYPAL_REQUEST_ID_PREVIOUSLY_USED", "DUPLICATE_REQUEST_ID"})
_AGREED = ("APPROVED", "VAULTED", "TOKENIZED")
_TOKENS = "/v3/vault/payment-tokens"


class SavedMethods(PaymentGateway):
    """Vault v3. A method is a payment token of the account that saved it; keys of its calls are kept for three hours
    there, so a page that was agreed to is completed by what is listed once that is over."""

    refusal_classes = REFUSALS
    _client: Client

    def charge(self, request: ChargeRequest) -> StartedPayment:
        """One order that is paid as it is made. A refusal leaves none: ``Declined`` says why.

        PayPal sends no buyer to a page of its own for an account that was kept: an attended charge is like another.
        """
        body = vault.with_token(orders.captured_order(request), request)
        try:
            order = self._open(body, request)
        except NotFound as refusal:
            raise Declined(refusal.message, code=GONE) from refusal
        except Declined as refusal:
            if refusal.code in TOKEN_UNKNOWN:
                raise Declined(refusal.message, code=GONE) from refusal
            raise
        with readable():
            if order["status"] == "PAYER_ACTION_REQUIRED":  # nobody captures it, so it costs nothing
                raise Declined("PayPal wants its buyer", code="PAYER_ACTION_REQUIRED")
            if order["status"] != "COMPLETED":
                raise Unavailable("PayPal does not say what became of a charge", code="unreadable_answer")
            return StartedPayment(orders.order_id(order), "", None)

    def start_setup(self, request: SetupRequest) -> StartedPayment:
        body = vault.setup_params(request)
        token = self._client.post("/v3/vault/setup-tokens", body, request_id=request.idempotency_key, right=RIGHT)
        with readable():
            return StartedPayment(orders.order_id(token), vault.approval_page(token), None)

    def finish_setup(self, provider_reference: str, *, idempotency_key: str) -> SetupSnapshot:
        """Turn what the buyer agreed to into a payment token, once. PayPal forgets a page after three days: then it is
        EXPIRED."""
        try:
            token = self._client.get(f"/v3/vault/setup-tokens/{quote(provider_reference, safe='')}", right=RIGHT)
        except NotFound:
            return SetupSnapshot(provider_reference, "", RemoteState.EXPIRED, self.is_live)
        with readable():
            if token["status"] not in _AGREED:
                page = vault.approval_page(token)
                return SetupSnapshot(provider_reference, "", RemoteState.OPEN, self.is_live, redirect_url=page)
        method = self._made(provider_reference, token, idempotency_key)
        return SetupSnapshot(provider_reference, "", RemoteState.SUCCEEDED, self.is_live, method=method)

    def fetch_method(self, method_reference: str) -> SavedMethodSnapshot:
        found = self._client.get(f"{_TOKENS}/{quote(method_reference, safe='')}", right=RIGHT)
        with readable():
            return vault.read_token(found)

    def forget_method(self, provider_customer: str, method_reference: str) -> None:
        with suppress(NotFound):
            self._client.delete(f"{_TOKENS}/{quote(method_reference, safe='')}", right=RIGHT)

    def _open(self, body: Mapping[str, Any], request: StartRequest | ChargeRequest) -> dict[str, Any]:
        """The order of a key, made once."""
        try:
            order = self._client.post("/v2/checkout/orders", body, request_id=request.idempotency_key)
        except Declined as refusal:
            if refusal.code in KEY_USED:
                raise Declined(refusal.message, code="idempotency_error", is_curable=True) from refusal
            raise
        with readable():
            if not orders.asks_for(order, request):
                raise Declined("the key was used for another order", code="idempotency_error", is_curable=True)
        return order

    def _made(self, setup: str, token: Mapping[str, Any], idempotency_key: str) -> SavedMethodSnapshot:
        body = {"payment_source": {"token": {"id": setup, "type": "SETUP_TOKEN"}}}
        try:
            made = self._client.post(_TOKENS, body, request_id=f"{idempotency_key}-token", right=RIGHT)
        except (Declined, NotFound):
            if (found := self._listed(token)) is not None:
                return found  # an earlier call has made it, whose key PayPal keeps no more
            raise
        with readable():
            return vault.read_token(made)

    def _listed(self, token: Mapping[str, Any]) -> SavedMethodSnapshot | None:
        """The customer's token of the same PayPal account as a setup token's; PayPal keeps one of each."""
        with readable():
            customer = str((token.get("customer") or {}).get("id") or "")
            account = (token["payment_source"][vault.KIND] or {}).get("account_id")
        if not customer or not account:
            return None
        listed = self._client.get(_TOKENS, {"customer_id": customer}, right=RIGHT)
        with readable():
            found = (vault.read_token(each) for each in listed.get("payment_tokens") or ())
            return next((each for each in found if each.fingerprint == account), None)
