"""The calls there are: addresses, what each may hold, and which right it needs."""

from __future__ import annotations

from typing import Any

from storefront.sandbox.paypal.api import Api
from storefront.sandbox.paypal.disputes import Disputes
from storefront.sandbox.paypal.faults import TOKEN
from storefront.sandbox.paypal.messages import Messages
from storefront.sandbox.paypal.orders import Orders
from storefront.sandbox.paypal.refunds import Refunds
from storefront.sandbox.paypal.shapes import CREATE, NOTHING, REFUND, SETUP
from storefront.sandbox.paypal.shapes import TOKEN as PAYMENT_TOKEN
from storefront.sandbox.paypal.state import Object
from storefront.sandbox.paypal.vault import Vault
from storefront.sandbox.server import Request, StandIn

_ID = r"(?P<id>[A-Z0-9-]+)"


def add_vault_calls(stand_in: StandIn, api: Api, vault: Vault) -> None:
    """https://developer.paypal.com/api/payment-tokens/v3."""

    def create_setup(request: Request, body: Any) -> Object:
        return vault.setup(body["_again"]) if "_again" in body else vault.create_setup(body)

    def create(request: Request, body: Any) -> Object:
        return vault.get(body["_again"]) if "_again" in body else vault.create(body)

    def serve(act: Any, shape: Any = None) -> Any:
        return api.serve(act, shape=shape, scope="vault")

    setups, tokens, one = "/v3/vault/setup-tokens", "/v3/vault/payment-tokens", r"(?P<id>[A-Za-z0-9_-]+)"
    stand_in.route("POST", setups, serve(create_setup, SETUP))
    stand_in.route("GET", f"{setups}/{one}", serve(lambda request, _: vault.setup(request.params["id"])))
    stand_in.route("POST", tokens, serve(create, PAYMENT_TOKEN))
    stand_in.route("GET", tokens, serve(lambda request, _: vault.listing(request.query.get("customer_id", ""))))
    stand_in.route("GET", f"{tokens}/{one}", serve(lambda request, _: vault.get(request.params["id"])))
    stand_in.route("DELETE", f"{tokens}/{one}", serve(lambda request, _: vault.remove(request.params["id"])))


def add_calls(
    stand_in: StandIn, api: Api, orders: Orders, refunds: Refunds, disputes_: Disputes, messages: Messages
) -> None:
    """``_again``: the id of what an earlier call under the same PayPal-Request-Id made."""
    route, serve = stand_in.route, api.serve

    def create(request: Request, body: Any) -> Object:
        return orders.get(body["_again"]) if "_again" in body else orders.create(body)

    def capture(request: Request, body: Any) -> Object:
        return orders.get(body["_again"]) if "_again" in body else orders.capture(request.params["id"])

    def refund(request: Request, body: Any) -> Object:
        if "_again" in body:
            return refunds.get(body["_again"])
        return refunds.create(request.params["id"], body)

    route("POST", TOKEN, api.token)
    route("POST", "/v2/checkout/orders", serve(create, shape=CREATE))
    route("GET", rf"/v2/checkout/orders/{_ID}", serve(lambda request, _: orders.get(request.params["id"])))
    route("POST", rf"/v2/checkout/orders/{_ID}/capture", serve(capture, shape=NOTHING))
    captures = rf"/v2/payments/captures/{_ID}"
    route("GET", captures, serve(lambda request, _: refunds.capture(request.params["id"])))
    route("POST", f"{captures}/refund", serve(refund, shape=REFUND, scope="refund"))
    route("GET", rf"/v2/payments/refunds/{_ID}", serve(lambda request, _: refunds.get(request.params["id"])))
    disputes = "/v1/customer/disputes"
    route("GET", disputes, serve(lambda request, _: disputes_.list(request.query), scope="disputes"))
    one = serve(lambda request, _: disputes_.get(request.params["id"]), scope="disputes")
    route("GET", rf"{disputes}/{_ID}", one)
    hooks = "/v1/notifications/webhooks"
    route("GET", hooks, serve(lambda request, _: messages.listing(), scope="webhooks"))
    route("GET", rf"{hooks}/{_ID}", serve(lambda request, _: messages.webhook(request.params["id"]), scope="webhooks"))
    route("POST", "/v1/notifications/verify-webhook-signature", serve(messages.verify, scope="webhooks"))
    route("GET", r"/v1/notifications/certs/CERT-sandbox-1", messages.certificate)
