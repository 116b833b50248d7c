"""The stand-in of simplepay.pro, asked by requests typed by hand: it takes what is known of the service alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from storefront.sandbox.simplepay_pro import SimplePayProStandIn
from storefront.sandbox.simplepay_pro.state import sign

KEY, RESULT_KEY = "sp-secret", "sp-result-secret"
#: Signed apart from any code here: sha256 of "init_payment;99.90;License A;https://shop.example/no;3600;123;1;12345;
#: https://shop.example/yes;sp-secret" and of "get_status;123;1;12345;sp-secret".
OPENING = {
    "sp_amount": "99.90", "sp_description": "License A", "sp_failure_url": "https://shop.example/no",
    "sp_lifetime": "3600", "sp_order_id": "123", "sp_outlet_id": "1", "sp_salt": "12345",
    "sp_success_url": "https://shop.example/yes",
    "sp_sig": "53a64ee42e43acc8d88fc3ed9c3747b67ab5c13e4e46f550ed36feba7711ad80",
}  # fmt: skip
ASKED = {
    "sp_order_id": "123", "sp_outlet_id": "1", "sp_salt": "12345",
    "sp_sig": "affb07ec995fedac809d46c1fb390cef017c3ac3eefab58ba408b2f3cbb922ca",
}  # fmt: skip


@pytest.fixture
def stand_in() -> Iterator[SimplePayProStandIn]:
    with SimplePayProStandIn(outlets={"1": (KEY, RESULT_KEY)}) as started:
        yield started


def post(stand_in: SimplePayProStandIn, script: str, fields: dict[str, Any]) -> dict[str, str]:
    url = f"{stand_in.base_url}/sp/{script}"
    told: dict[str, str] = requests.post(url, data={"sp_json": json.dumps(fields)}, timeout=10).json()
    return told


def test_the_worked_examples_of_signatures() -> None:
    asked = {
        "sp_amount": "99.90", "sp_description": "License A", "sp_order_id": "123", "sp_outlet_id": "1",
        "sp_salt": "12345",
    }  # fmt: skip
    assert sign("payment", asked, KEY) == "e70cc46de8754f9b1b55c54d0222892bfd87864c4c44b3dc9b48e1197b1a234d"
    told = {"sp_amount": "99.90", "sp_order_id": "123", "sp_payment_id": "777", "sp_result": "1", "sp_salt": "555"}
    assert sign("result", told, RESULT_KEY) == "34925d295857b0ac281e370b50dc4b4e66f5d9bc2cd6fec4161e402fd429681a"


def test_a_payment_is_opened_once_looked_at_paid_and_told(stand_in: SimplePayProStandIn) -> None:
    first, again = post(stand_in, "init_payment", OPENING), post(stand_in, "init_payment", OPENING)
    assert first["sp_status"] == "ok" and first["sp_redirect_url"] == again["sp_redirect_url"]
    assert first["sp_sig"] == sign("init_payment", first, KEY)
    assert post(stand_in, "get_status", ASKED)["sp_transaction_status"] == "PENDING"
    page = requests.get(first["sp_redirect_url"], timeout=10)
    assert "99.90 RUB" in page.text and "no real money" in page.text
    back = requests.post(first["sp_redirect_url"], data={"act": "pay"}, timeout=10, allow_redirects=False)
    assert back.headers["Location"] == "https://shop.example/yes"
    assert post(stand_in, "get_status", ASKED)["sp_transaction_status"] == "EXECUTED"
    assert requests.get(first["sp_redirect_url"], timeout=10).status_code == 410
    [notice] = stand_in.notices()
    assert "sp_result=1" in notice["body"] and stand_in.stats() == {"opened": 1, "charges": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"sp_amount": "99.9"}, {"sp_amount": "0.00"}, {"sp_amount": None}, {"sp_lifetime": "0"}, {"more": "1"},
        {"sp_description": "A;B"}, {"sp_success_url": "yes"}, {"sp_order_id": "1 2"}, {"sp_payment_system": "LIVE"},
        {"sp_user_contact_email": "nobody"}, {"sp_outlet_id": "2"}, {"sp_amount": 99},
    ],
)  # fmt: skip
def test_what_is_missing_unknown_or_mistyped_is_refused(stand_in: SimplePayProStandIn, changes: dict[str, Any]) -> None:
    fields = {name: value for name, value in (OPENING | changes).items() if value is not None}
    fields["sp_sig"] = sign("init_payment", fields, KEY)
    assert post(stand_in, "init_payment", fields)["sp_status"] == "error" and stand_in.stats()["opened"] == 0


def test_wrong_signatures_other_sums_and_unknown_orders_are_refused(stand_in: SimplePayProStandIn) -> None:
    assert post(stand_in, "init_payment", OPENING | {"sp_sig": "0" * 64})["sp_error_description"] == "signature"
    assert post(stand_in, "get_status", ASKED)["sp_status"] == "error"
    post(stand_in, "init_payment", OPENING)
    dearer = OPENING | {"sp_amount": "100.00"}
    dearer["sp_sig"] = sign("init_payment", dearer, KEY)
    assert post(stand_in, "init_payment", dearer)["sp_status"] == "error"
    plain = requests.post(f"{stand_in.base_url}/sp/get_status", data=ASKED, timeout=10).json()
    assert plain["sp_status"] == "error"


def test_payments_outlive_a_restart(tmp_path: Path) -> None:
    for _start in range(2):
        with SimplePayProStandIn(outlets={"1": (KEY, RESULT_KEY)}, state_path=tmp_path / "pro.json") as stand_in:
            post(stand_in, "init_payment", OPENING)
            assert stand_in.stats()["opened"] == 1
