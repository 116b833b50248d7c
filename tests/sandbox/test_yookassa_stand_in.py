"""The YooKassa stand-in, asked by requests typed by hand: it takes what the documents print and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from storefront.sandbox.yookassa import YooKassaStandIn

SHOP, KEY = "100500", "test_Fh8hUAVVBGUGbjmlzba6TB0iyUbos_lueTHE-axOwM0"
#: The first example of https://yookassa.ru/developers/payment-acceptance/getting-started/quick-start
EXAMPLE = {
    "amount": {"value": "100.00", "currency": "RUB"},
    "capture": True,
    "confirmation": {"type": "redirect", "return_url": "https://www.example.com/return_url"},
    "description": "Заказ №1",
}
#: The example of https://yookassa.ru/developers/payment-acceptance/receipts/54fz/yoomoney/basics, as a form
RECEIPT = {
    "customer": {"full_name": "Ivanov Ivan Ivanovich", "email": "email@email.ru", "phone": "79211234567"},
    "items": [
        {
            "description": "Переносное зарядное устройство Хувей", "quantity": "1.00",
            "amount": {"value": "60.00", "currency": "RUB"}, "vat_code": 11, "payment_mode": "full_payment",
            "payment_subject": "commodity",
        },
        {
            "description": "Чехол", "quantity": "2.000", "amount": {"value": "20.00", "currency": "RUB"}, "vat_code": 1,
            "payment_mode": "full_payment", "payment_subject": "service", "measure": "piece",
        },
    ],
    "tax_system_code": 1, "internet": True, "timezone": 2,
}  # fmt: skip
CARD = {"way": "bank_card", "number": "5555 5555 5555 4444", "expiry": "12/30", "cvc": "123"}


class Clock:
    now = datetime(2026, 11, 29, 10, 15, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> Iterator[YooKassaStandIn]:
    with YooKassaStandIn(shop_id=SHOP, secret_key=KEY, clock=clock) as stand_in:
        yield stand_in


def post(world: YooKassaStandIn, path: str, body: Any, *, key: str | None = "k-1", **more: Any) -> requests.Response:
    headers = {"Idempotence-Key": key} if key is not None else {}
    options: dict[str, Any] = {"auth": (SHOP, KEY), "json": body, "timeout": 10, "headers": headers} | more
    return requests.post(f"{world.base_url}/v3/{path}", **options)


def get(world: YooKassaStandIn, path: str, **query: str) -> Any:
    return requests.get(f"{world.base_url}/v3/{path}", params=query, auth=(SHOP, KEY), timeout=10).json()


def begun(world: YooKassaStandIn, key: str = "k-1", **changes: Any) -> Any:
    answer = post(world, "payments", EXAMPLE | changes, key=key)
    assert answer.status_code == 200, answer.text
    return answer.json()


def submit(world: YooKassaStandIn, payment: Any, **changes: str) -> requests.Response:
    return requests.post(
        payment["confirmation"]["confirmation_url"], data=CARD | changes, timeout=10, allow_redirects=False
    )


def test_the_example_of_the_quick_start(world: YooKassaStandIn) -> None:
    payment = begun(world)
    assert re.fullmatch(r"[0-9a-f]{8}-000f-5000-8000-[0-9a-f]{12}", payment["id"])
    assert payment == {
        "id": payment["id"],
        "status": "pending",
        "paid": False,
        "amount": {"value": "100.00", "currency": "RUB"},
        "confirmation": {
            "type": "redirect",
            "return_url": "https://www.example.com/return_url",
            "confirmation_url": f"{world.base_url}/checkout/payments/v2/contract?orderId={payment['id']}",
        },
        "created_at": "2026-11-29T10:15:00.000Z",
        "description": "Заказ №1",
        "metadata": {},
        "recipient": {"account_id": SHOP, "gateway_id": "2000001"},
        "refundable": False,
        "test": True,
    }
    answer = submit(world, payment)
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://www.example.com/return_url")
    paid = get(world, f"payments/{payment['id']}")
    assert (paid["status"], paid["paid"], paid["refundable"]) == ("succeeded", True, True)
    assert "confirmation" not in paid
    assert paid["payment_method"]["card"]["last4"] == "4444" and paid["payment_method"]["saved"] is False
    assert submit(world, payment).status_code == 410


def test_the_same_request_is_answered_as_the_first_and_another_one_under_its_key_is_refused(
    world: YooKassaStandIn, clock: Clock
) -> None:
    first = begun(world)
    world.pay(first["id"])
    assert begun(world) == first  # as it was
    other = post(world, "payments", EXAMPLE | {"description": "Заказ №2"})
    assert (other.status_code, other.json()["code"], other.json()["parameter"]) == (
        400, "invalid_request", "Idempotence-Key",
    )  # fmt: skip
    clock.now += 24 * 3600 + 1
    assert begun(world)["id"] != first["id"]
    assert world.stats()["payments"] == 2


@pytest.mark.parametrize(("key", "status"), [(None, 400), ("", 400), ("x" * 65, 400), ("x" * 64, 200)])
def test_every_post_needs_a_key(world: YooKassaStandIn, key: str | None, status: int) -> None:
    assert post(world, "payments", EXAMPLE, key=key).status_code == status


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"amount": {"value": "100", "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": 100.0, "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "100.00"}}, "amount.currency"),
        ({"amount": {"value": "100.00", "currency": "EUR"}}, "amount.currency"),
        ({"amount": {"value": "0.99", "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "350000.01", "currency": "RUB"}}, "amount.value"),
        ({"amount": None}, "amount"),
        ({"capture": "true"}, "capture"),
        ({"confirmation": {"type": "redirect"}}, "confirmation.return_url"),
        ({"confirmation": {"type": "embedded", "return_url": "https://a.ru/"}}, "confirmation.type"),
        ({"confirmation": {"type": "redirect", "return_url": "/back"}}, "confirmation.return_url"),
        ({"confirmation": EXAMPLE["confirmation"] | {"locale": "ru"}}, "confirmation.locale"),  # type: ignore[operator]
        ({"description": "x" * 129}, "description"),
        ({"description": 7}, "description"),
        ({"metadata": {"order": 7}}, "metadata"),
        ({"metadata": {"x" * 33: "1"}}, "metadata"),
        ({"metadata": {"x": "1" * 513}}, "metadata"),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata"),
        ({"save_payment_method": 1}, "save_payment_method"),
        ({"payment_method_id": "22e12f66-000f-5000-8000-18db351245c7"}, "payment_method_id"),
        ({"merchant_customer_id": "x" * 201}, "merchant_customer_id"),
        ({"order_id": "1"}, "order_id"),
    ],
)
def test_what_is_missing_unknown_or_mistyped_is_refused_by_name(
    world: YooKassaStandIn, changes: dict[str, Any], parameter: str
) -> None:
    answer = post(world, "payments", EXAMPLE | changes)
    told = answer.json()
    assert (answer.status_code, told["type"], told["code"]) == (400, "error", "invalid_request")
    assert told["parameter"] == parameter and world.stats()["payments"] == 0


def test_nobody_else_is_let_in_and_nothing_but_json(world: YooKassaStandIn) -> None:
    wrong = post(world, "payments", EXAMPLE, auth=(SHOP, "test_other"))
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    assert post(world, "payments", None, data="a=1").status_code == 415
    assert post(world, "payments", None, data="{", headers={
        "Idempotence-Key": "k", "Content-Type": "application/json"}).status_code == 400  # fmt: skip
    assert get(world, "payments/22e12f66-000f-5000-8000-18db351245c7")["code"] == "not_found"
    assert get(world, "payments", page="1")["code"] == "invalid_request"


def test_a_payment_without_capture_is_only_held(world: YooKassaStandIn) -> None:
    payment = post(world, "payments", {name: EXAMPLE[name] for name in EXAMPLE if name != "capture"}).json()
    early = post(world, f"payments/{payment['id']}/capture", {}, key="k-2")
    assert early.status_code == 400
    submit(world, payment)
    assert get(world, f"payments/{payment['id']}")["status"] == "waiting_for_capture"
    part = {"amount": {"value": "40.00", "currency": "RUB"}}
    taken = post(world, f"payments/{payment['id']}/capture", part, key="k-3").json()
    assert (taken["status"], taken["amount"]["value"]) == ("succeeded", "40.00")
    assert [each["event"] for each in world.notices()] == ["payment.waiting_for_capture", "payment.succeeded"]


def test_a_pending_payment_cannot_be_cancelled_and_ends_after_an_hour(world: YooKassaStandIn, clock: Clock) -> None:
    payment = begun(world)
    assert post(world, f"payments/{payment['id']}/cancel", {}, key="k-2").status_code == 400
    clock.now += 3600
    assert get(world, f"payments/{payment['id']}")["status"] == "pending"
    clock.now += 1
    found = get(world, f"payments/{payment['id']}")
    assert found["cancellation_details"] == {"party": "yoo_money", "reason": "expired_on_confirmation"}
    assert requests.get(payment["confirmation"]["confirmation_url"], timeout=10).status_code == 410


@pytest.mark.parametrize(
    ("number", "party", "reason"),
    [
        ("5555 5555 5555 4600", "payment_network", "insufficient_funds"),
        ("2200000000000038", "payment_network", "card_expired"),
        ("5555555555554634", "yoo_money", "fraud_suspected"),
    ],
)
def test_cards_that_are_refused(world: YooKassaStandIn, number: str, party: str, reason: str) -> None:
    payment = begun(world)
    answer = submit(world, payment, number=number)
    assert answer.status_code == 200 and 'role="alert"' in answer.text and reason in answer.text
    found = get(world, f"payments/{payment['id']}")
    assert (found["status"], found["cancellation_details"]) == ("canceled", {"party": party, "reason": reason})


@pytest.mark.parametrize("says_yes", [True, False])
def test_a_card_whose_bank_asks(world: YooKassaStandIn, says_yes: bool) -> None:
    payment = begun(world)
    bank = submit(world, payment, number="5555555555554477").headers["Location"]
    assert "100.00" in requests.get(f"{world.base_url}{bank}", timeout=10).text.replace(",", ".")
    requests.post(
        f"{world.base_url}{bank}", data={"answer": "yes" if says_yes else "no"}, timeout=10, allow_redirects=False
    )
    found = get(world, f"payments/{payment['id']}")
    assert found["status"] == ("succeeded" if says_yes else "canceled")
    assert says_yes or found["cancellation_details"]["reason"] == "3d_secure_failed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"way": "cash"}, "way"), ({"number": "4111 1111 1111 1112"}, "number"), ({"expiry": "13/30"}, "expiry"),
        ({"cvc": "12"}, "cvc"),
    ],
)  # fmt: skip
def test_what_is_mistyped_is_said_at_its_field(world: YooKassaStandIn, changes: dict[str, str], field: str) -> None:
    payment = begun(world)
    text = submit(world, payment, **changes).text
    assert f'id="{field}-problem" role="alert"' in text and "12/30" in text
    assert get(world, f"payments/{payment['id']}")["status"] == "pending"


def test_saving_is_asked_for_left_to_the_buyer_or_forbidden(world: YooKassaStandIn) -> None:
    def saved(key: str, tick: str, **changes: Any) -> bool:
        payment = begun(world, key, **changes)
        submit(world, payment, **({"save": "1"} if tick else {}))
        return bool(get(world, f"payments/{payment['id']}")["payment_method"]["saved"])

    assert [saved(f"a{n}", tick, **asked) for n, (tick, asked) in enumerate(
        [("", {}), ("1", {}), ("", {"save_payment_method": True}), ("1", {"save_payment_method": False})]
    )] == [False, True, True, False]  # fmt: skip
    world.change_shop(saving=False)
    refused = post(world, "payments", EXAMPLE | {"save_payment_method": True}, key="b")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_a_saved_method_is_charged_at_once(world: YooKassaStandIn) -> None:
    first = begun(world, save_payment_method=True)
    submit(world, first)
    again = {name: EXAMPLE[name] for name in ("amount", "capture", "description")} | {"payment_method_id": first["id"]}
    assert post(world, "payments", again, key="k-2").json()["status"] == "succeeded"
    world.methods.change(first["id"], reason="permission_revoked", party="yoo_money")
    refused = post(world, "payments", again, key="k-3").json()
    assert (refused["status"], refused["cancellation_details"]["reason"]) == ("canceled", "permission_revoked")


def test_a_card_is_bound_without_a_payment(world: YooKassaStandIn) -> None:
    asked = {"type": "bank_card", "confirmation": EXAMPLE["confirmation"]}
    method = post(world, "payment_methods", asked).json()
    assert (method["type"], method["status"], method["saved"]) == ("bank_card", "pending", False)
    page = method["confirmation"]["confirmation_url"]
    assert requests.post(page, data=CARD, timeout=10, allow_redirects=False).status_code == 303
    bound = get(world, f"payment_methods/{method['id']}")
    assert (bound["status"], bound["saved"], bound["card"]["last4"]) == ("active", True, "4444")
    assert [each["event"] for each in world.notices()] == ["payment_method.active"]
    assert post(world, "payment_methods", asked | {"type": "yoo_money"}, key="k-2").status_code == 400


def test_receipts_add_up_to_the_kopeck(world: YooKassaStandIn) -> None:
    begun(world, receipt=RECEIPT)
    world.change_shop(receipts=True)
    items: Any = RECEIPT["items"]
    for number, changed in enumerate((
        None, {"items": items[:1]}, {"customer": {"full_name": "Ivanov"}}, {"tax_system_code": 7}, {"items": []},
        {"items": [items[0] | {"vat_code": 13}, items[1]]}, {"items": [items[0] | {"vat_code": "11"}, items[1]]},
    )):  # fmt: skip
        body = EXAMPLE | ({"receipt": RECEIPT | changed} if changed else {})
        answer = post(world, "payments", body, key=f"r-{number}")
        assert (answer.status_code, answer.json()["parameter"].split(".")[0]) == (400, "receipt"), changed


def refund(world: YooKassaStandIn, payment: Any, value: str, key: str, **more: Any) -> requests.Response:
    body = {"payment_id": payment["id"], "amount": {"value": value, "currency": "RUB"}} | more
    return post(world, "refunds", body, key=key)


def test_refunds_are_of_what_was_paid_and_no_more(world: YooKassaStandIn) -> None:
    payment = begun(world)
    assert refund(world, payment, "10.00", "r-0").json()["parameter"] == "payment_id"
    submit(world, payment)
    done = refund(world, payment, "30.00", "r-1", description="why", metadata={"key": "1"}).json()
    assert (done["status"], done["payment_id"], done["metadata"]) == ("succeeded", payment["id"], {"key": "1"})
    assert refund(world, payment, "30.00", "r-1", description="why", metadata={"key": "1"}).json() == done
    assert refund(world, payment, "70.01", "r-2").json()["parameter"] == "amount.value"
    assert refund(world, payment, "70.00", "r-3").status_code == 200
    assert get(world, f"payments/{payment['id']}")["refundable"] is False
    assert len(get(world, "refunds", payment_id=payment["id"])["items"]) == 2
    assert [each["event"] for each in world.notices()] == ["payment.succeeded", "refund.succeeded", "refund.succeeded"]
    for changes in ({"description": "x" * 251}, {"reason": "x"}, {"payment_id": "1"}):
        assert refund(world, payment, "1.00", "r-4", **changes).status_code == 400


def test_lists_come_page_by_page(world: YooKassaStandIn, clock: Clock) -> None:
    for number in range(5):
        begun(world, f"k-{number}")
        clock.now += 1
    first = get(world, "payments", limit="2")
    second = get(world, "payments", limit="2", cursor=first["next_cursor"])
    assert len({each["id"] for each in first["items"] + second["items"]}) == 4
    since = {"created_at.gte": "2026-11-29T10:15:03.000Z"}
    assert len(get(world, "payments", **since)["items"]) == 2 and "next_cursor" not in get(world, "payments", **since)
    assert get(world, "payments", **{"created_at.gte": "yesterday"})["code"] == "invalid_request"


def test_it_all_outlives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "yookassa.json"
    with YooKassaStandIn(shop_id=SHOP, secret_key=KEY, state_path=path) as world:
        payment = begun(world)
        submit(world, payment)
        before = world.list_payments()
    with YooKassaStandIn(shop_id=SHOP, secret_key=KEY, state_path=path) as world:
        assert world.list_payments() == before and begun(world) == payment


def test_faults_are_ordered_over_http(world: YooKassaStandIn) -> None:
    control = f"{world.base_url}/_control"
    assert requests.post(f"{control}/faults", json={"kind": "late"}, timeout=5).status_code == 200
    assert requests.post(f"{control}/faults", json={"kind": "flood"}, timeout=5).status_code == 400
    assert post(world, "payments", EXAMPLE).status_code == 500
    assert begun(world)["status"] == "pending" and world.stats()["payments"] == 1  # done all the same, and once
    assert requests.post(f"{control}/notifications", json={"loud": True}, timeout=5).status_code == 400
