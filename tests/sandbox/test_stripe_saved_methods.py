"""Saved methods of the Stripe stand-in: the worked examples of Stripe's documents, with requests typed by hand."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from storefront.sandbox.stripe import StripeStandIn

KEY = "sk_test_sandbox"
BACK = "https://shop.example/methods/?session={CHECKOUT_SESSION_ID}"
CARD = {"card_number": "4242 4242 4242 4242", "card_expiry": "07 / 41", "card_cvc": "123", "name": "Ada Buyer"}


@pytest.fixture
def stripe() -> Iterator[StripeStandIn]:
    with StripeStandIn(api_key=KEY) as running:
        yield running


def post(stripe: StripeStandIn, path: str, data: dict[str, Any], *, key: str = "") -> requests.Response:
    sent = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": key or f"key-{time.monotonic_ns()}"}
    return requests.post(f"{stripe.base_url}/v1/{path}", data=data, headers=sent, timeout=10)


def get(stripe: StripeStandIn, path: str, **params: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {KEY}"}
    return requests.get(f"{stripe.base_url}/v1/{path}", params=params, headers=headers, timeout=10)


def submit(url: str, **fields: str) -> requests.Response:
    return requests.post(url, data=fields, timeout=10, allow_redirects=False)


def customer(stripe: StripeStandIn, **fields: str) -> str:
    made = post(stripe, "customers", {"email": "ada@example.com", **fields})
    assert made.status_code == 200, made.text
    return str(made.json()["id"])


def setup(stripe: StripeStandIn, customer_id: str, **changes: str) -> dict[str, Any]:
    """https://docs.stripe.com/payments/checkout/save-and-reuse"""
    fields = {"mode": "setup", "currency": "eur", "customer": customer_id, "success_url": BACK}
    made = post(stripe, "checkout/sessions", fields | changes)
    assert made.status_code == 200, made.text
    session: dict[str, Any] = made.json()
    return session


def method_of(stripe: StripeStandIn, card: str = "4242 4242 4242 4242") -> dict[str, Any]:
    """A customer's card that was saved on the page."""
    session = setup(stripe, customer(stripe))
    done = submit(session["url"], **CARD | {"card_number": card})
    if "Approve" in requests.get(session["url"], timeout=10).text:
        done = submit(f"{session['url']}/challenge", answer="approve")
    assert done.headers["location"] == BACK.replace("{CHECKOUT_SESSION_ID}", session["id"])
    found = get(stripe, f"checkout/sessions/{session['id']}", **{"expand[0]": "setup_intent.payment_method"}).json()
    assert (found["status"], found["payment_status"]) == ("complete", "no_payment_required")
    assert (found["setup_intent"]["status"], found["setup_intent"]["usage"]) == ("succeeded", "off_session")
    method: dict[str, Any] = found["setup_intent"]["payment_method"]
    return method


def charge(stripe: StripeStandIn, method: dict[str, Any], *, key: str = "", **changes: str) -> requests.Response:
    """https://docs.stripe.com/payments/save-during-payment#charge-saved-payment-method"""
    fields = {
        "amount": "1099", "currency": "eur", "customer": method["customer"], "payment_method": method["id"],
        "confirm": "true", "off_session": "true", "automatic_payment_methods[enabled]": "true",
    }  # fmt: skip
    sent = {name: value for name, value in (fields | changes).items() if value}
    return post(stripe, "payment_intents", sent, key=key)


def test_a_card_is_saved_and_charged_while_its_owner_is_away(stripe: StripeStandIn) -> None:
    method = method_of(stripe)
    card = method["card"]
    assert (card["brand"], card["last4"], card["exp_month"], card["exp_year"]) == ("visa", "4242", 7, 2041)
    intent = charge(stripe, method).json()
    assert (intent["status"], intent["amount_received"], intent["next_action"]) == ("succeeded", 1099, None)
    kinds = [each["type"] for each in reversed(stripe.events())]
    assert kinds[:4] == [
        "setup_intent.created", "payment_method.attached", "setup_intent.succeeded", "checkout.session.completed",
    ]  # fmt: skip
    assert kinds[4:] == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_a_refusal_leaves_an_intent_that_is_open_until_it_is_cancelled(stripe: StripeStandIn) -> None:
    method = method_of(stripe, "4000 0027 6000 3184")
    refused = charge(stripe, method, key="renewal-1")
    error = refused.json()["error"]
    assert (refused.status_code, error["type"], error["code"]) == (402, "card_error", "authentication_required")
    assert error["payment_intent"]["status"] == "requires_payment_method"
    assert error["payment_intent"]["last_payment_error"]["code"] == "authentication_required"
    again = charge(stripe, method, key="renewal-1")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (refused.json(), "true")
    path = f"payment_intents/{error['payment_intent']['id']}/cancel"
    assert post(stripe, path, {}).json()["status"] == "canceled"
    twice = post(stripe, path, {})
    assert (twice.status_code, twice.json()["error"]["code"]) == (400, "payment_intent_unexpected_state")


@pytest.mark.parametrize(("answer", "status"), [("approve", "succeeded"), ("fail", "requires_payment_method")])
def test_a_buyer_confirms_at_their_bank_and_comes_back(stripe: StripeStandIn, answer: str, status: str) -> None:
    method = method_of(stripe, "4000 0025 0000 3155")
    intent = charge(stripe, method, off_session="", return_url="https://shop.example/return/?a=1").json()
    page = intent["next_action"]["redirect_to_url"]["url"]
    assert intent["status"] == "requires_action" and "10.99 EUR" in requests.get(page, timeout=10).text
    back = submit(page, answer=answer).headers["location"]
    assert back.startswith(f"https://shop.example/return/?a=1&payment_intent={intent['id']}&")
    assert get(stripe, f"payment_intents/{intent['id']}").json()["status"] == status
    assert "Nothing to confirm" in submit(page, answer="approve").text


def test_what_was_detached_is_gone_for_good(stripe: StripeStandIn) -> None:
    method = method_of(stripe)
    gone = post(stripe, f"payment_methods/{method['id']}/detach", {})
    assert gone.json()["customer"] is None
    assert post(stripe, f"payment_methods/{method['id']}/detach", {}).status_code == 400
    refused = charge(stripe, method)
    assert refused.status_code == 400 and "may not be used again" in refused.json()["error"]["message"]
    assert get(stripe, "payment_methods", customer=method["customer"]).json()["data"] == []


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"setup_future_usage": "off_session"}, "setup_future_usage"),
        ({"payment_method_types[0]": "card"}, "payment_method_types"),
        ({"confirm": ""}, "confirm"),
        ({"customer": ""}, "customer"),
        ({"customer": "cus_unknown"}, "customer"),
        ({"payment_method": "pm_unknown"}, "payment_method"),
        ({"automatic_payment_methods[enabled]": ""}, "automatic_payment_methods"),
        ({"off_session": "", "return_url": ""}, "return_url"),
        ({"return_url": "https://shop.example/"}, "return_url"),
        ({"currency": "EUR"}, "currency"),
        ({"amount": "10.99"}, "amount"),
    ],
)
def test_a_charge_that_is_asked_for_wrongly_is_refused(
    stripe: StripeStandIn, changes: dict[str, str], param: str
) -> None:
    refused = charge(stripe, method_of(stripe), **changes)
    assert refused.status_code in (400, 404) and refused.json()["error"]["param"] == param
    assert stripe.intents() == []


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"customer": ""}, "customer"),
        ({"currency": ""}, "currency"),
        ({"line_items[0][quantity]": "1"}, "line_items[0][price_data]"),
        ({"payment_intent_data[description]": "A"}, "payment_intent_data"),
        ({"consent_collection[payment_method_reuse_agreement][position]": "none"}, ""),
    ],
)
def test_a_page_that_saves_and_is_asked_for_wrongly_is_refused(
    stripe: StripeStandIn, changes: dict[str, str], param: str
) -> None:
    fields = {"mode": "setup", "currency": "eur", "customer": customer(stripe), "success_url": BACK} | changes
    refused = post(stripe, "checkout/sessions", {name: value for name, value in fields.items() if value})
    assert refused.status_code == 400 and refused.json()["error"]["param"].startswith(param or "consent_collection")
    assert stripe.sessions() == []


def test_stripes_own_terms_are_shown_unless_they_are_hidden(stripe: StripeStandIn) -> None:
    own = "You allow the seller to charge your card"
    plain = requests.get(setup(stripe, customer(stripe))["url"], timeout=10).text
    assert (
        own in plain and "Nothing is charged now" in plain and re.search(r'value="ada@example.com"[^>]*readonly', plain)
    )
    hidden = {"consent_collection[payment_method_reuse_agreement][position]": "hidden"}
    hidden |= {"custom_text[submit][message]": "Renews <every> year"}
    told = requests.get(setup(stripe, customer(stripe), **hidden)["url"], timeout=10).text
    assert own not in told and "Renews &lt;every&gt; year" in told


def test_a_refused_card_is_not_saved_and_another_may_be(stripe: StripeStandIn) -> None:
    session = setup(stripe, customer(stripe))
    refused = submit(session["url"], **CARD | {"card_number": "4000 0000 0000 9995"})
    assert "insufficient funds" in refused.text
    assert get(stripe, f"setup_intents/{session['setup_intent']}").json()["last_setup_error"]["code"] == "card_declined"
    assert submit(session["url"], **CARD).status_code == 303
    assert post(stripe, f"setup_intents/{session['setup_intent']}/cancel", {}).status_code == 400


def test_customers_are_found_by_what_was_noted_with_them(stripe: StripeStandIn) -> None:
    mine = customer(stripe, **{"metadata[customer_reference]": "it's"})
    customer(stripe, **{"metadata[customer_reference]": "another"})
    found = get(stripe, "customers/search", query=r"metadata['customer_reference']:'it\'s'").json()
    assert [each["id"] for each in found["data"]] == [mine] and found["object"] == "search_result"
    assert get(stripe, "customers/search", query="all of them").status_code == 400
    changed = post(stripe, f"customers/{mine}", {"name": "Ada", "metadata[level]": "2"}).json()
    assert (changed["name"], changed["email"]) == ("Ada", "ada@example.com")
    assert changed["metadata"] == {"customer_reference": "it's", "level": "2"}


def test_what_the_network_and_the_seller_do_is_told(stripe: StripeStandIn) -> None:
    method = method_of(stripe)
    control = f"{stripe.base_url}/_control/methods/{method['id']}"
    for act, fields in (("update", {"exp_year": 2050}), ("refuse", {"code": "card_declined"}), ("detach", {})):
        assert requests.post(f"{control}/{act}", json=fields, timeout=10).status_code == 200
    kinds = [each["type"] for each in stripe.events()]
    assert kinds[:2] == ["payment_method.detached", "payment_method.automatically_updated"]


def test_saved_cards_outlive_the_process(tmp_path: Path) -> None:
    state = tmp_path / "stripe.json"
    with StripeStandIn(api_key=KEY, state_path=state) as first:
        method = method_of(first)
    assert json.loads(state.read_text())
    with StripeStandIn(api_key=KEY, state_path=state) as second:
        assert charge(second, method).json()["status"] == "succeeded"
