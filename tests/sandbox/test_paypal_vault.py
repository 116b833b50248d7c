"""Kept accounts of the PayPal stand-in: the worked examples of PayPal's documents, with requests typed by hand."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from storefront.sandbox.paypal import PayPalStandIn
from tests.sandbox.test_paypal_stand_in import CLIENT, ORDER, SECRET, token

VAULT = {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT", "usage_pattern": "RECURRING_PREPAID"}
SETUP: dict[str, Any] = {
    "payment_source": {
        "paypal": {
            "usage_type": "MERCHANT",
            "description": "Yearly <license>",
            "experience_context": {
                "return_url": "https://shop.example/methods/",
                "cancel_url": "https://shop.example/methods/?no",
            },
        }
    },
    "customer": {"merchant_customer_id": "c-77"},
}


@pytest.fixture
def paypal() -> Iterator[PayPalStandIn]:
    with PayPalStandIn(client_id=CLIENT, client_secret=SECRET) as running:
        yield running


def call(paypal: PayPalStandIn, method: str, path: str, body: Any = None, key: str = "") -> requests.Response:
    headers = {"Authorization": f"Bearer {token(paypal)}"} | ({"PayPal-Request-Id": key} if key else {})
    headers |= {"Prefer": "return=representation"}
    return requests.request(method, f"{paypal.base_url}{path}", json=body, headers=headers, timeout=10)


def order(**source: Any) -> dict[str, Any]:
    asked = copy.deepcopy(ORDER)
    asked["payment_source"]["paypal"] |= source
    return asked


def vaulted(**changes: Any) -> dict[str, Any]:
    return order(attributes={"customer": {"merchant_customer_id": "c-77"}, "vault": VAULT | changes})


def one_call(vault_id: str, value: str = "10.00") -> dict[str, Any]:
    """An order that a kept account pays."""
    asked = copy.deepcopy(ORDER)
    unit = asked["purchase_units"][0]
    unit["amount"] = {"currency_code": "EUR", "value": value}
    del unit["items"]
    return asked | {"payment_source": {"paypal": {"vault_id": vault_id}}}


def kept(paypal: PayPalStandIn) -> str:
    """A token that was made on the page of its own."""
    setup = call(paypal, "POST", "/v3/vault/setup-tokens", SETUP, "setup-1")
    assert (setup.status_code, setup.json()["status"]) == (201, "PAYER_ACTION_REQUIRED")
    [page] = [each["href"] for each in setup.json()["links"] if each["rel"] == "approve"]
    assert "Yearly &lt;license&gt;" in requests.get(page, timeout=10).text
    back = requests.post(page, data={"choice": "agree"}, timeout=10, allow_redirects=False).headers["location"]
    setup_id = setup.json()["id"]
    assert back == f"https://shop.example/methods/?approval_token_id={setup_id}"
    assert requests.post(page, data={"choice": "agree"}, timeout=10, allow_redirects=False).status_code in (303, 410)
    body = {"payment_source": {"token": {"id": setup_id, "type": "SETUP_TOKEN"}}}
    made = call(paypal, "POST", "/v3/vault/payment-tokens", body, "token-1")
    assert made.status_code == 201 and made.json()["payment_source"]["paypal"]["email_address"] == "buyer@example.com"
    again = call(paypal, "POST", "/v3/vault/payment-tokens", body, "token-1")
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    twice = call(paypal, "POST", "/v3/vault/payment-tokens", body, "token-2")
    assert (twice.status_code, twice.json()["details"][0]["issue"]) == (422, "TOKEN_ALREADY_VAULTED")
    return str(made.json()["id"])


def test_an_account_is_kept_on_a_page_of_its_own_charged_in_one_call_and_removed(paypal: PayPalStandIn) -> None:
    token_id = kept(paypal)
    charged = call(paypal, "POST", "/v2/checkout/orders", one_call(token_id), "renewal-1")
    [capture] = charged.json()["purchase_units"][0]["payments"]["captures"]
    assert (charged.json()["status"], capture["status"]) == ("COMPLETED", "COMPLETED")
    again = call(paypal, "POST", f"/v2/checkout/orders/{charged.json()['id']}/capture", {}, "capture-1")
    assert (again.status_code, again.json()["details"][0]["issue"]) == (422, "ORDER_ALREADY_CAPTURED")
    assert paypal.stats()["charges"] == 1
    customer = call(paypal, "GET", f"/v3/vault/payment-tokens/{token_id}").json()["customer"]["id"]
    listed = call(paypal, "GET", f"/v3/vault/payment-tokens?customer_id={customer}").json()
    assert [each["id"] for each in listed["payment_tokens"]] == [token_id]
    assert call(paypal, "DELETE", f"/v3/vault/payment-tokens/{token_id}").status_code == 204
    for method in ("GET", "DELETE"):
        assert call(paypal, method, f"/v3/vault/payment-tokens/{token_id}").status_code == 404
    refused = call(paypal, "POST", "/v2/checkout/orders", one_call(token_id), "renewal-2")
    assert (refused.status_code, refused.json()["details"][0]["issue"]) == (422, "TOKEN_ID_NOT_FOUND")


@pytest.mark.parametrize("mode", ["at_once", "late", "off"])
def test_the_three_ways_an_order_keeps_its_buyers_account(paypal: PayPalStandIn, mode: str) -> None:
    paypal.change_vault(mode=mode)
    made = call(paypal, "POST", "/v2/checkout/orders", vaulted(description="Yearly"), "order-1")
    if mode == "off":
        assert (made.status_code, made.json()["details"][0]["issue"]) == (422, "NOT_ENABLED_TO_VAULT_PAYMENT_SOURCE")
        return
    order_id = made.json()["id"]
    [page] = [each["href"] for each in made.json()["links"] if each["rel"] == "payer-action"]
    assert "Agree to automatic payments" in requests.get(page, timeout=10).text
    requests.post(page, data={"choice": "pay", "way": "balance", "keeps": "yes"}, timeout=10, allow_redirects=False)
    done = call(paypal, "POST", f"/v2/checkout/orders/{order_id}/capture", {}, "capture-1").json()
    vault = done["payment_source"]["paypal"]["attributes"]["vault"]
    kinds = [each["event_type"] for each in reversed(paypal.events())]
    if mode == "at_once":
        assert vault["status"] == "VAULTED" and vault["id"]
        assert kinds.index("VAULT.PAYMENT-TOKEN.CREATED") < kinds.index("PAYMENT.CAPTURE.COMPLETED")
        return
    assert (vault["status"], "id" in vault) == ("APPROVED", False) and "VAULT.PAYMENT-TOKEN.CREATED" not in kinds
    token_id = paypal.deliver_token(order_id)
    created = paypal.events()[0]["resource"]
    assert (created["id"], created["metadata"], created["customer"]["merchant_customer_id"]) == (
        token_id, {"order_id": order_id}, "c-77",
    )  # fmt: skip


@pytest.mark.parametrize(("value", "issue"), [("10.51", "INSTRUMENT_DECLINED"), ("10.52", "PAYER_ACCOUNT_RESTRICTED")])
def test_amounts_that_are_refused_leave_no_order(paypal: PayPalStandIn, value: str, issue: str) -> None:
    token_id = kept(paypal)
    refused = call(paypal, "POST", "/v2/checkout/orders", one_call(token_id, value), "renewal-1")
    assert (refused.status_code, refused.json()["details"][0]["issue"]) == (422, issue)
    assert paypal.orders() == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/checkout/orders", vaulted(store_in_vault="ALWAYS")),
        ("/v2/checkout/orders", vaulted(usage_type="")),
        ("/v2/checkout/orders", vaulted(colour="red")),
        ("/v2/checkout/orders", order(vault_id="t1")),  # a page and a token at once
        ("/v2/checkout/orders", one_call("t 1")),
        ("/v3/vault/setup-tokens", {"payment_source": {"paypal": {"usage_type": "MERCHANT"}}}),
        ("/v3/vault/setup-tokens", SETUP | {"customer": {"id": "x" * 23}}),
        ("/v3/vault/setup-tokens", SETUP | {"colour": "red"}),
        ("/v3/vault/payment-tokens", {"payment_source": {"token": {"id": "A1", "type": "BILLING_AGREEMENT"}}}),
        ("/v3/vault/payment-tokens", {"payment_source": {"token": {"id": "A1"}}}),
    ],
)
def test_what_is_missing_unknown_or_mistyped_is_refused(paypal: PayPalStandIn, path: str, body: Any) -> None:
    refused = call(paypal, "POST", path, body, "key-1")
    assert (refused.status_code, refused.json()["name"]) == (400, "INVALID_REQUEST")


def test_a_page_that_nobody_agreed_to_makes_no_token(paypal: PayPalStandIn) -> None:
    setup_id = call(paypal, "POST", "/v3/vault/setup-tokens", SETUP, "setup-1").json()["id"]
    body = {"payment_source": {"token": {"id": setup_id, "type": "SETUP_TOKEN"}}}
    refused = call(paypal, "POST", "/v3/vault/payment-tokens", body, "token-1")
    assert (refused.status_code, refused.json()["details"][0]["issue"]) == (422, "PAYER_ACTION_REQUIRED")


def test_the_controls_and_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "paypal.json"
    with PayPalStandIn(client_id=CLIENT, client_secret=SECRET, state_path=state) as first:
        token_id = kept(first)
    with PayPalStandIn(client_id=CLIENT, client_secret=SECRET, state_path=state) as second:
        control = f"{second.base_url}/_control"
        for path, fields in (
            (f"tokens/{token_id}/refuse", {"issue": "TRANSACTION_REFUSED"}),
            (f"tokens/{token_id}/remove", {}),
            ("vault", {"mode": "late"}),
        ):
            assert requests.post(f"{control}/{path}", json=fields, timeout=10).status_code == 200
        assert requests.post(f"{control}/vault", json={"mode": "never"}, timeout=10).status_code == 400
        assert [each["event_type"] for each in second.events()[:2]] == [
            "VAULT.PAYMENT-TOKEN.DELETED", "VAULT.PAYMENT-TOKEN.DELETION-INITIATED",
        ]  # fmt: skip
