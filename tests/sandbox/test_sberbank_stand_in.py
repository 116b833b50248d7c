"""The Sberbank stand-in, asked by requests typed by hand: it takes what is documented and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from storefront.sandbox.sberbank import SberbankStandIn

KEYS = {"userName": "shop-api", "password": "the-password"}
ORDER = {"orderNumber": "000123-1", "amount": "9990", "currency": "643", "returnUrl": "https://shop.example/r?x=1"}
CARD = {
    "number": "2202 2050 0001 2424", "expiry": "05/35", "cvc": "669", "outcome": "paid", "way": "card",
}  # fmt: skip


class Clock:
    now = 1_796_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> Iterator[SberbankStandIn]:
    with SberbankStandIn(password="the-password", key="sber-key", clock=clock) as stand_in:
        yield stand_in


def ask(world: SberbankStandIn, call: str, base: str = "/ecomm/gw/partner/api/v1", **fields: str) -> dict[str, Any]:
    answer = requests.post(f"{world.base_url}{base}/{call}.do", data=KEYS | fields, timeout=10)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def register(world: SberbankStandIn, **changes: str) -> dict[str, Any]:
    fields = {name: value for name, value in (ORDER | changes).items() if value != "-"}
    return ask(world, "register", **fields)


def type_card(world: SberbankStandIn, page: str, **changes: str) -> requests.Response:
    return requests.post(page, data=CARD | changes, timeout=10, allow_redirects=False)


def status(world: SberbankStandIn, order: str) -> dict[str, Any]:
    return ask(world, "getOrderStatusExtended", orderId=order)


def test_the_worked_example_of_a_checksum(world: SberbankStandIn) -> None:
    fields = {
        "amount": "9990", "mdOrder": "3ff6962a-7dcc-4283-ab50-a6d7dd3386fe", "operation": "deposited",
        "orderNumber": "123", "status": "1",
    }  # fmt: skip
    signed = world.postman.signed(fields)
    assert signed["checksum"] == "5888687529CF582835DA91B281F27622C2430E9CF57970D41BD83774574EBF4E"


@pytest.mark.parametrize("base", ["/ecomm/gw/partner/api/v1", "/payment/rest"])
def test_an_order_is_paid_on_its_page_in_both_dialects(world: SberbankStandIn, base: str) -> None:
    made = ask(world, "register", base, **ORDER)
    page = requests.get(made["formUrl"], timeout=10)
    assert page.status_code == 200 and "99,90" in page.text and 'lang="ru"' in page.text
    assert status(world, made["orderId"])["orderStatus"] == 0
    back = type_card(world, made["formUrl"]).headers["Location"]
    assert back.startswith("https://shop.example/r?x=1&orderId=") and ("lang", "ru") in parse_qsl(urlsplit(back).query)
    found = ask(world, "getOrderStatusExtended", base, orderNumber="000123-1")
    assert (found["orderStatus"], found["actionCode"], found["amount"], found["currency"]) == (2, 0, 9990, "643")
    assert found["cardAuthInfo"]["maskedPan"] == "220220**2424"
    assert found["paymentAmountInfo"] == {
        "approvedAmount": 9990, "depositedAmount": 9990, "refundedAmount": 0, "paymentState": "DEPOSITED",
    }  # fmt: skip
    assert "нельзя оплатить" in type_card(world, made["formUrl"]).text and world.stats()["charges"] == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"orderNumber": "-"}, "4"), ({"amount": "-"}, "4"), ({"returnUrl": "-"}, "4"), ({"returnUrl": ""}, "4"),
        ({"orderNumber": "x" * 33}, "5"), ({"orderNumber": "заказ"}, "5"), ({"amount": "99.90"}, "5"),
        ({"amount": "0"}, "5"), ({"amount": "-1"}, "5"), ({"currency": "978"}, "3"), ({"returnUrl": "/back"}, "5"),
        ({"language": "de"}, "5"), ({"sessionTimeoutSecs": "soon"}, "5"), ({"jsonParams": "{"}, "5"),
        ({"features": "FREE"}, "5"), ({"cvc": "123"}, "5"), ({"bindingId": "nobody's", "clientId": "c"}, "2"),
        ({"userName": "other-api"}, "5"), ({"password": "wrong"}, "5"), ({"email": "nobody"}, "5"),
    ],
)  # fmt: skip
def test_what_is_missing_unknown_or_mistyped_is_refused(
    world: SberbankStandIn, changes: dict[str, str], code: str
) -> None:
    told = register(world, **changes)
    assert told["errorCode"] == code and told["errorMessage"] and world.orders() == []


def test_a_number_is_good_for_one_order(world: SberbankStandIn) -> None:
    assert "orderId" in register(world) and register(world, amount="1")["errorCode"] == "1"
    assert len(world.orders()) == 1


def test_calls_about_nobodys_order_and_out_of_order_are_refused(world: SberbankStandIn) -> None:
    assert status(world, "3ff6962a")["errorCode"] == "6"
    assert ask(world, "getOrderStatusExtended")["errorCode"] == "4"
    order = register(world)["orderId"]
    assert ask(world, "refund", orderId=order, amount="1")["errorCode"] == "7"
    assert ask(world, "decline", orderId=order)["errorCode"] == 0
    assert ask(world, "decline", orderId=order)["errorCode"] == "7"
    assert status(world, order)["orderStatus"] == 6
    assert ask(world, "unbindCard", bindingId="nobody's")["errorCode"] == "2"
    assert requests.post(f"{world.base_url}/payment/rest/unbindCard.do", data=KEYS, timeout=10).status_code == 404


def test_a_page_lapses_and_says_so(world: SberbankStandIn, clock: Clock) -> None:
    made = register(world, sessionTimeoutSecs="60")
    clock.now += 60
    assert "нельзя оплатить" in requests.get(made["formUrl"], timeout=10).text
    found = status(world, made["orderId"])
    assert (found["orderStatus"], found["actionCode"]) == (6, -2007)
    assert [each["operation"] for each in world.callbacks()] == ["declinedByTimeout"]


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "2202 2050 0001 2425"}, {"number": ""}, {"expiry": "13/35"}, {"expiry": "05/20"}, {"cvc": "66"},
        {"outcome": "other"},
    ],
)  # fmt: skip
def test_what_is_mistyped_on_the_page_is_said(world: SberbankStandIn, changes: dict[str, str]) -> None:
    made = register(world, language="en")
    answer = type_card(world, made["formUrl"], **changes)
    assert answer.status_code == 200 and 'role="alert"' in answer.text and "Check number" in answer.text
    assert status(world, made["orderId"])["orderStatus"] == 0


def test_the_buyers_bank_asks_on_a_page_of_its_own(world: SberbankStandIn) -> None:
    made = register(world, language="en")
    acs = world.base_url + type_card(world, made["formUrl"], outcome="three_ds").headers["Location"]
    assert status(world, made["orderId"])["orderStatus"] == 5 and "Confirm" in requests.get(acs, timeout=10).text
    wrong = requests.post(acs, data={"code": "000000", "act": "confirm"}, timeout=10)
    assert "code is wrong" in wrong.text
    right = requests.post(acs, data={"code": "111111", "act": "confirm"}, timeout=10, allow_redirects=False)
    assert right.status_code == 303 and status(world, made["orderId"])["orderStatus"] == 2
    other = register(world, orderNumber="000123-2")
    acs = world.base_url + type_card(world, other["formUrl"], outcome="three_ds").headers["Location"]
    requests.post(acs, data={"act": "cancel"}, timeout=10, allow_redirects=False)
    assert (status(world, other["orderId"])["orderStatus"], world.stats()["charges"]) == (6, 1)


def test_refunds_have_a_ceiling_and_a_key(world: SberbankStandIn) -> None:
    order = register(world)["orderId"]
    world.pay(order)
    keyed = {"orderId": order, "amount": "990", "jsonParams": json.dumps({"externalRefundId": "refund-1"})}
    assert [ask(world, "refund", **keyed)["errorCode"] for _twice in range(2)] == ["0", "0"]
    assert ask(world, "refund", **keyed | {"amount": "991"})["errorCode"] == "5"
    assert ask(world, "refund", orderId=order, amount="9001")["errorCode"] == "7"
    found = status(world, order)
    assert (found["orderStatus"], found["paymentAmountInfo"]["refundedAmount"]) == (4, 990)
    assert [each.get("externalRefundId") for each in found["operations"]] == [None, "refund-1"]


def recur(world: SberbankStandIn, **changes: Any) -> dict[str, Any]:
    body = KEYS | {"orderNumber": "000124-1", "amount": 9990, "currency": "643", "description": "Renewal"} | changes
    url = f"{world.base_url}/ecomm/gw/partner/api/v1/recurrentPayment.do"
    found: dict[str, Any] = requests.post(url, json=body, timeout=10).json()
    return found


def test_a_binding_is_charged_by_json_until_it_is_unbound(world: SberbankStandIn) -> None:
    made = register(world, clientId="c-7")
    type_card(world, made["formUrl"], save="1")
    binding = status(world, made["orderId"])["bindingInfo"]["bindingId"]
    assert recur(world, bindingId=binding, amount="9990")["error"]["code"] == "5"
    told = recur(world, bindingId=binding)
    assert told["success"] is True and status(world, told["data"]["orderId"])["orderStatus"] == 2
    assert recur(world, bindingId=binding)["error"]["code"] == "1"
    assert ask(world, "getBindings", clientId="c-7")["bindings"][0]["bindingStatus"] == "1"
    assert ask(world, "unbindCard", bindingId=binding)["errorCode"] == "0"
    assert ask(world, "getBindings", clientId="c-7")["errorCode"] == "2"
    assert recur(world, bindingId=binding, orderNumber="000125-1")["error"]["code"] == "2"
    assert world.stats()["charges"] == 2


def test_orders_are_listed_by_moscow_time_and_by_page(world: SberbankStandIn) -> None:
    for at in range(3):
        register(world, orderNumber=f"000123-{at}")
    asked = {
        "from": "20261130000000", "to": "20261201000000", "transactionStates": "CREATED,DEPOSITED", "merchants": "",
        "searchByCreatedDate": "true", "size": "2",
    }  # fmt: skip
    pages = [ask(world, "getLastOrdersForMerchants", **asked, page=page)["orderStatuses"] for page in ("0", "1", "2")]
    assert [[each["orderNumber"][-1] for each in page] for page in pages] == [["2", "1"], ["0"], []]
    assert ask(world, "getLastOrdersForMerchants", **asked | {"transactionStates": "PAID"})["errorCode"] == "5"
    assert ask(world, "getLastOrdersForMerchants", **asked | {"from": "20261301000000"})["errorCode"] == "5"


def test_orders_and_bindings_outlive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "sberbank.json"
    with SberbankStandIn(password="the-password", state_path=file) as first:
        order = register(first, clientId="c-7")["orderId"]
        first.pay(order)
    with SberbankStandIn(password="the-password", state_path=file) as second:
        assert status(second, order)["orderStatus"] == 2 and len(second.bindings()) == 1
        assert register(second)["errorCode"] == "1"


def test_controls_take_json_alone(world: SberbankStandIn) -> None:
    order = register(world)["orderId"]
    url = f"{world.base_url}/_control/orders/{order}/pay"
    assert requests.post(url, data="{}", timeout=10).status_code == 415
    assert requests.post(url, json={"outcome": "paid"}, timeout=10).status_code == 200
    assert requests.get(f"{world.base_url}/_control/stats", timeout=10).json()["charges"] == 1
    assert requests.post(f"{world.base_url}/_control/callbacks", json={"loud": 1}, timeout=10).status_code == 400
