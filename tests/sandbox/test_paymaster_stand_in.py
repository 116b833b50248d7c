"""The PayMaster stand-in, asked by requests typed by hand: it takes what is documented and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from storefront.sandbox.paymaster import PayMasterStandIn

TOKEN = "the-token-of-all"
MERCHANT = "3b6d8f7e-1c54-4a8e-9d0e-5f0b1c2d3e4f"
INVOICE: dict[str, Any] = {
    "merchantId": MERCHANT,
    "testMode": True,
    "invoice": {"description": "License A", "orderNo": "123", "expires": "2026-11-30T02:00:00Z", "params": {"a": "b"}},
    "amount": {"value": 99.90, "currency": "RUB"},
    "protocol": {"returnUrl": "https://shop.example/r", "callbackUrl": "http://127.0.0.1:9/hook"},
    "customer": {"email": "b@example.org"},
}
RECURRING = {"type": "Recurring", "purpose": "Renewals"}
CARD = {"number": "2202 2050 0001 2424", "expiry": "05/35", "cvc": "669", "outcome": "paid", "way": "card"}


class Clock:
    now = 1_796_000_000.0  # 2026-11-30 00:53:20 UTC

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> Iterator[PayMasterStandIn]:
    with PayMasterStandIn(token=TOKEN, clock=clock) as stand_in:
        yield stand_in


def ask(
    world: PayMasterStandIn, method: str, path: str, body: Any = None, *, key: str = "k-1", token: str = TOKEN
) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if method == "POST" and key else {})
    return requests.request(method, f"{world.base_url}/api/v2/{path}", json=body, headers=headers, timeout=10)


def made(world: PayMasterStandIn, key: str = "k-1", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask(world, "POST", "invoices", INVOICE | more, key=key).json()
    return found


def type_card(page: str, **changes: str) -> requests.Response:
    return requests.post(page, data=CARD | changes, timeout=10, allow_redirects=False)


def payment(world: PayMasterStandIn, name: str) -> dict[str, Any]:
    found: dict[str, Any] = ask(world, "GET", f"payments/{name}").json()
    return found


def test_an_invoice_is_paid_on_its_page(world: PayMasterStandIn) -> None:
    told = made(world)
    page = requests.get(told["url"], timeout=10)
    assert page.status_code == 200 and "99,90" in page.text and "License A" in page.text
    assert payment(world, told["paymentId"])["status"] == "Pending"
    assert type_card(told["url"]).headers["Location"] == "https://shop.example/r"
    found = payment(world, told["paymentId"])
    assert (found["status"], found["testMode"], found["merchantId"]) == ("Settled", True, MERCHANT)
    assert found["amount"] == {"value": 99.9, "currency": "RUB"}
    assert found["invoice"] == {"description": "License A", "orderNo": "123", "params": {"a": "b"}}
    assert found["paymentData"]["paymentInstrumentTitle"] == "220220XXXXXX2424"
    assert "Счёт закрыт" in type_card(told["url"]).text and world.stats()["charges"] == 1
    (message,) = world.callbacks()
    assert message["body"].startswith("\ufeff") and message["url"] == "http://127.0.0.1:9/hook"


def changed(path: str, value: Any) -> dict[str, Any]:
    """The invoice with one field another; "-" takes it away."""
    body = copy.deepcopy(INVOICE)
    *parents, name = path.split(".")
    at = body
    for parent in parents:
        at = at[parent]
    at[name] = value
    if value == "-":
        del at[name]
    return body


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("merchantId", "-"), ("invoice", "-"), ("amount", "-"), ("invoice.description", "-"), ("amount.value", "-"),
        ("amount.value", "99.90"), ("amount.value", 99.901), ("amount.value", 0), ("amount.value", True),
        ("amount.currency", "EUR"), ("testMode", "yes"), ("invoice.expires", "soon"), ("invoice.params", {"a": 1}),
        ("invoice.number", "1"), ("protocol.returnUrl", "/r"), ("customer.email", "nobody"), ("colour", "red"),
        ("paymentMethod", "Cash"), ("tokenization", {"type": "Recurring"}), ("tokenization", {"type": "Free"}),
    ],
)  # fmt: skip
def test_what_is_missing_unknown_or_mistyped_is_refused(world: PayMasterStandIn, path: str, value: Any) -> None:
    answer = ask(world, "POST", "invoices", changed(path, value))
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["errors"] and world.payments() == []


def test_keys_and_tokens_are_asked_for(world: PayMasterStandIn) -> None:
    assert ask(world, "POST", "invoices", INVOICE, token="of nobody").status_code == 401
    assert ask(world, "POST", "invoices", INVOICE, key="").json()["code"] == "validation_error"
    assert ask(world, "POST", "invoices", INVOICE | {"merchantId": "another"}).status_code == 403
    assert made(world) == made(world) and len(world.payments()) == 1
    other = ask(world, "POST", "invoices", INVOICE | {"testMode": False})
    assert other.json()["code"] == "idempotency_key_violation"
    assert made(world, "k-2") != made(world)


def test_a_page_lapses_and_can_be_cancelled_before(world: PayMasterStandIn, clock: Clock) -> None:
    first, second = made(world), made(world, "k-2")
    assert ask(world, "PUT", f"payments/{second['paymentId']}/cancel", {}).status_code == 200
    again = ask(world, "PUT", f"payments/{second['paymentId']}/cancel", {})
    assert again.json()["code"] == "invalid_operation"
    clock.now += 3 * 3600
    assert "закрыт" in requests.get(first["url"], timeout=10).text
    assert payment(world, first["paymentId"])["resultCode"] == "payment_expired"
    assert payment(world, "nobody").get("code") == "not_found"


@pytest.mark.parametrize("changes", [{"number": "1"}, {"expiry": "05/20"}, {"cvc": ""}, {"outcome": "other"}])
def test_what_is_mistyped_on_the_page_is_said(world: PayMasterStandIn, changes: dict[str, str]) -> None:
    told = made(world)
    answer = type_card(f"{told['url']}?lang=en", **changes)
    assert answer.status_code == 200 and 'role="alert"' in answer.text and "Check number" in answer.text


def test_the_buyers_bank_asks_on_a_page_of_its_own(world: PayMasterStandIn) -> None:
    for key, act, status in (("k-1", "confirm", "Settled"), ("k-2", "refuse", "Rejected")):
        told = made(world, key)
        bank = type_card(told["url"], outcome="three_ds").headers["Location"]
        assert payment(world, told["paymentId"])["status"] == "Confirmation"
        assert "банк" in requests.get(bank, timeout=10).text
        assert requests.post(bank, data={"act": act}, timeout=10, allow_redirects=False).status_code == 303
        assert payment(world, told["paymentId"])["status"] == status
    assert world.stats()["charges"] == 1


def test_refunds_have_a_ceiling_and_a_key(world: PayMasterStandIn) -> None:
    name = made(world)["paymentId"]
    body = {"paymentId": name, "amount": {"value": 9.9, "currency": "RUB"}}
    assert ask(world, "POST", "refunds", body, key="r-1").json()["code"] == "invalid_operation"
    world.pay(name)
    answers = [ask(world, "POST", "refunds", body, key="r-1").json() for _twice in range(2)]
    assert answers[0] == answers[1] and answers[0]["status"] == "Success"
    too_much = body | {"amount": {"value": 90.01, "currency": "RUB"}}
    assert ask(world, "POST", "refunds", too_much, key="r-2").json()["code"] == "invalid_operation"
    query = f"?merchantId={MERCHANT}&start=2026-11-29T00:00:00Z&end=2026-12-01T00:00:00Z"
    assert [each["paymentId"] for each in ask(world, "GET", f"refunds{query}").json()["items"]] == [name]
    (part,) = ask(world, "GET", f"payments{query}").json()["items"]
    assert part["status"] == "Settled" and "testMode" not in part
    assert ask(world, "GET", "payments?merchantId=other").status_code == 400


def test_a_token_is_charged_until_it_is_revoked(world: PayMasterStandIn) -> None:
    told = made(world, tokenization=RECURRING)
    assert "Renewals" in requests.get(told["url"], timeout=10).text
    type_card(told["url"])
    token = payment(world, told["paymentId"])["paymentToken"]["id"]
    body = INVOICE | {"paymentData": {"paymentMethod": "BankCard", "token": {"id": token}}}
    assert ask(world, "POST", "payments", body, key="p-1").json()["status"] == "Settled"
    assert ask(world, "GET", f"paymenttokens/{token}").json()["status"] == "Active"
    assert ask(world, "PUT", f"paymenttokens/{token}/revoke", {}).status_code == 200
    assert ask(world, "POST", "payments", body, key="p-2").json()["code"] == "payment_token_revoked"
    strange = INVOICE | {"paymentData": {"paymentMethod": "BankCard", "token": {"id": "nobody"}}}
    assert ask(world, "POST", "payments", strange, key="p-3").json()["code"] == "validation_error"
    assert world.stats()["charges"] == 2


def test_a_card_is_saved_on_a_page_without_a_payment(world: PayMasterStandIn) -> None:
    body = {
        "merchantId": MERCHANT, "testMode": True, **RECURRING, "paymentMethod": "BankCard",
        "returnUrl": "https://shop.example/r", "customer": {"account": "c-7"},
    }  # fmt: skip
    told = ask(world, "POST", "tokenization", body, key="t-1").json()
    assert "Renewals" in requests.get(told["url"], timeout=10).text
    assert type_card(told["url"], number="1").status_code == 200
    assert type_card(told["url"]).headers["Location"] == "https://shop.example/r"
    found = ask(world, "GET", f"paymenttokens/{told['tokenId']}").json()
    assert (found["status"], found["title"], found["expires"][:7]) == ("Active", "220220XXXXXX2424", "2035-05")


def test_all_outlives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "paymaster.json"
    with PayMasterStandIn(token=TOKEN, state_path=file) as first:
        name = made(first)["paymentId"]
        first.state.payment(name)["_asked"]["invoice"].pop("expires")
        first.pay(name)
    with PayMasterStandIn(token=TOKEN, state_path=file) as second:
        assert payment(second, name)["status"] == "Settled" and made(second)["paymentId"] == name


def test_controls_take_json_alone(world: PayMasterStandIn) -> None:
    url = f"{world.base_url}/_control/payments/{made(world)['paymentId']}/pay"
    assert requests.post(url, data="{}", timeout=10).status_code == 415
    assert requests.post(url, json={"outcome": "paid"}, timeout=10).status_code == 200
    assert requests.get(f"{world.base_url}/_control/stats", timeout=10).json()["charges"] == 1
