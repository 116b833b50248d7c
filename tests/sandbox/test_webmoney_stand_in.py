"""The WebMoney stand-in, asked by requests typed by hand: it takes what the documents print and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from storefront.sandbox.webmoney import WebMoneyStandIn
from storefront.sandbox.webmoney.buying import hashed
from storefront.sandbox.webmoney.state import Account

WMID, PURSE = "012345678901", "Z123456789012"
#: The worked examples: their proofs were computed apart from any code here.
X18 = (
    "<wmid>012345678901</wmid><lmi_payee_purse>Z123456789012</lmi_payee_purse><lmi_payment_no>123</lmi_payment_no>"
    "<lmi_payment_no_type>1</lmi_payment_no_type>"
    "<sha256>e108c3c903f5373a9552f4371e9f79446f96bf9d14d4d23c80510eb73d18739c</sha256>"
)
X22 = (
    "<signtags><wmid>012345678901</wmid><validityperiodinhours>24</validityperiodinhours>"
    "<sha256>a806fbd90a47ae324b21d27a6fcbb04c484d11e08833b8c660c11105a971e309</sha256></signtags><paymenttags>"
    "<lmi_payee_purse>Z123456789012</lmi_payee_purse><lmi_payment_no>123</lmi_payment_no>"
    "<lmi_payment_amount>99.90</lmi_payment_amount><lmi_payment_desc>License A</lmi_payment_desc>"
    "<lmi_success_url>https://shop.example/done</lmi_success_url><shop_reference>r</shop_reference></paymenttags>"
)
X20 = (
    "<wmid>012345678901</wmid><lmi_payee_purse>Z123456789012</lmi_payee_purse><lmi_payment_no>123</lmi_payment_no>"
    "<lmi_payment_amount>99.90</lmi_payment_amount><lmi_payment_desc>License A</lmi_payment_desc>"
    "<lmi_clientnumber>109876543210</lmi_clientnumber><lmi_clientnumber_type>1</lmi_clientnumber_type>"
    "<lmi_sms_type>4</lmi_sms_type>"
    "<sha256>414a4691361ebfa5be8f62449192db3ce914a045dbeaac10d3dd40e495c58a51</sha256>"
)
CONFIRM = (
    "<wmid>012345678901</wmid><lmi_payee_purse>Z123456789012</lmi_payee_purse>"
    "<lmi_wminvoiceid>555001</lmi_wminvoiceid><lmi_clientnumber_code>0</lmi_clientnumber_code>"
    "<sha256>c4588582aeb35da1c0d2e3f63c5646f1aa2641877db741e13ecdd3f4d17453e5</sha256>"
)


@pytest.fixture
def world() -> Iterator[WebMoneyStandIn]:
    with WebMoneyStandIn(accounts=[Account(WMID, PURSE, "wm-secret", "x20-secret")]) as stand_in:
        yield stand_in


def ask(world: WebMoneyStandIn, name: str, inner: str, kind: str = "text/xml; charset=utf-8") -> str:
    body = f"<merchant.request>{inner}</merchant.request>".encode()
    url = f"{world.base_url}/conf/xml/XMLTrans{name}.asp"
    return requests.post(url, body, headers={"Content-Type": kind}, timeout=10).text


def retval(text: str) -> int:
    found = re.search(r"<retval>(-?\d+)</retval>", text)
    assert found
    return int(found[1])


def test_a_link_of_the_worked_example_is_paid_and_found(world: WebMoneyStandIn) -> None:
    assert retval(ask(world, "Get", X18)) == 8
    told = ask(world, "Save", X22)
    ticket = re.search(r"<transtoken>(\w+)</transtoken>", told)
    assert retval(told) == 0 and ticket
    page = f"{world.base_url}/lmi/payment.asp?gid={ticket[1]}"
    shown = requests.get(page, timeout=10).text
    assert "99.90 WMZ" in shown and "License A" in shown and "no real money" in shown
    assert retval(ask(world, "Get", X18)) == 9
    back = requests.post(page, {"act": "pay"}, timeout=10, allow_redirects=False)
    assert back.headers["Location"] == "https://shop.example/done"
    told = ask(world, "Get", X18)
    assert retval(told) == 0 and "<amount>99.90</amount>" in told and 'wmtransid="458"' in told
    assert requests.get(page, timeout=10).status_code == 410
    [result] = world.results()
    assert "shop_reference=r" in result["body"] and "LMI_HASH2=" in result["body"]


def test_the_worked_example_of_a_result_is_signed_so() -> None:
    told = {
        "LMI_PAYEE_PURSE": PURSE, "LMI_PAYMENT_AMOUNT": "99.90", "LMI_PAYMENT_NO": "123", "LMI_MODE": "1",
        "LMI_SYS_INVS_NO": "821", "LMI_SYS_TRANS_NO": "458", "LMI_SYS_TRANS_DATE": "20261129 10:15:00",
        "LMI_PAYER_PURSE": "Z210987654321", "LMI_PAYER_WM": "012345678901",
    }  # fmt: skip
    assert hashed(told, "wm-secret", "") == "88E43FF126F29BA17AD7D43902F52FBD0C15398955351748D82B5931BA83C6E1"
    assert hashed(told, "wm-secret", ";") == "D431AA3DC2E6B9E014C306A109A89B63500188890CD491B718A4E398C0C1F5F0"


@pytest.mark.parametrize("name", ["Get", "Save", "Request", "Confirm"])
def test_what_is_not_known_or_not_signed_is_refused(world: WebMoneyStandIn, name: str) -> None:
    body = {"Get": X18, "Save": X22, "Request": X20, "Confirm": CONFIRM}[name]
    for altered in (
        body + "<x>1</x>", body.replace("<wmid>012345678901</wmid>", ""), body.replace("<sha256>", "<sha256>0"),
        body.replace(PURSE, "Z999999999999"), body.replace("<wmid>0", "<wmid>9"), "", "<", "<!DOCTYPE a>",
    ):  # fmt: skip
        assert altered != body and retval(ask(world, name, altered)) in (-100, -7, 1), altered
    assert retval(ask(world, name, body, kind="application/x-www-form-urlencoded")) == -100
    assert world.payments() == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("99.90", "0"), ("99.90", "1.234"), ("99.90", "x"), ("License A", ""), ("License A", "x" * 256)],
)
def test_amount_and_text_are_looked_at(world: WebMoneyStandIn, old: str, new: str) -> None:
    assert (
        retval(ask(world, "Save", X22.replace(old, new))) == retval(ask(world, "Request", X20.replace(old, new))) == -2
    )


def test_an_invoice_is_paid_in_the_keeper(world: WebMoneyStandIn) -> None:
    assert retval(ask(world, "Confirm", CONFIRM)) == 500
    told = ask(world, "Request", X20)
    assert retval(told) == 0 and 'wminvoiceid="555001"' in told
    assert retval(ask(world, "Confirm", CONFIRM)) == 556
    assert "Invoice 555001 for 109876543210" in requests.get(f"{world.base_url}/keeper", timeout=10).text
    requests.post(f"{world.base_url}/keeper", {"invoice": "555001", "act": "pay"}, timeout=10)
    told = ask(world, "Confirm", CONFIRM)
    assert retval(told) == 0 and "<amount>99.90</amount>" in told
    assert retval(ask(world, "Get", X18)) == 0


def test_an_invoice_can_be_refused(world: WebMoneyStandIn) -> None:
    ask(world, "Request", X20)
    requests.post(f"{world.base_url}/keeper", {"invoice": "555001", "act": "fail"}, timeout=10)
    assert retval(ask(world, "Confirm", CONFIRM)) == 554 and retval(ask(world, "Get", X18)) == 13
    assert world.pay(123) == "over" and world.stats() == {"opened": 1, "charges": 0}


def test_a_shop_that_does_not_say_yes_is_not_paid(world: WebMoneyStandIn) -> None:
    ask(world, "Save", X22)
    world.cashier.url = "http://127.0.0.1:9/hooks/webmoney/"
    assert world.pay(123) == "no answer" and world.stats()["charges"] == 0


def test_payments_outlive_the_process(tmp_path: Path) -> None:
    made: dict[str, Any] = {"accounts": [Account(WMID, PURSE, "wm-secret", "x20-secret")]}
    with WebMoneyStandIn(state_path=tmp_path / "state.json", **made) as first:
        ask(first, "Save", X22)
    with WebMoneyStandIn(state_path=tmp_path / "state.json", **made) as second:
        assert [each["number"] for each in second.payments()] == [123]
