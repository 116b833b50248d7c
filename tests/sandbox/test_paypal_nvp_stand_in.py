"""The stand-in of PayPal's classic interface, with requests as they are typed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest
import requests

from storefront.sandbox.paypal_nvp import PayPalNvpStandIn

LOGIN = "USER=seller_api1.example.com&PWD=SANDBOXPASSWORD1&SIGNATURE=sandbox-signature-of-no-value&VERSION=119"
SET = (
    "METHOD=SetExpressCheckout&RETURNURL=https%3A%2F%2Fshop.example%2Freturn&CANCELURL=https%3A%2F%2Fshop.example%2Fcancel"
    "&PAYMENTREQUEST_0_PAYMENTACTION=Sale&PAYMENTREQUEST_0_AMT=10.00&PAYMENTREQUEST_0_ITEMAMT=10.00"
    "&PAYMENTREQUEST_0_CURRENCYCODE=EUR&L_PAYMENTREQUEST_0_NAME0=License&L_PAYMENTREQUEST_0_AMT0=5.00"
    "&L_PAYMENTREQUEST_0_QTY0=2&NOSHIPPING=1"
)


@pytest.fixture
def paypal() -> Iterator[PayPalNvpStandIn]:
    with PayPalNvpStandIn() as stand_in:
        yield stand_in


def ask(paypal: PayPalNvpStandIn, body: str, *, login: str = LOGIN) -> dict[str, str]:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = requests.post(f"{paypal.base_url}/nvp", data=f"{body}&{login}", headers=headers, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    return dict(parse_qsl(answer.text))


def code(paypal: PayPalNvpStandIn, body: str, **how: str) -> str:
    reply = ask(paypal, body, **how)
    assert reply["ACK"] == "Failure" and reply["CORRELATIONID"] and reply["TIMESTAMP"].endswith("Z")
    return reply["L_ERRORCODE0"]


def paid(paypal: PayPalNvpStandIn) -> tuple[str, str]:
    """A token and the transaction that was made of it."""
    token = ask(paypal, SET)["TOKEN"]
    payer = paypal.approve(token).partition("PayerID=")[2]
    return token, ask(paypal, do(token, payer))["PAYMENTINFO_0_TRANSACTIONID"]


def do(token: str, payer: str, more: str = "") -> str:
    return (
        f"METHOD=DoExpressCheckoutPayment&TOKEN={token}&PAYERID={payer}&PAYMENTREQUEST_0_AMT=10.00"
        f"&PAYMENTREQUEST_0_CURRENCYCODE=EUR&PAYMENTREQUEST_0_PAYMENTACTION=Sale{more}"
    )


def test_a_payment_from_token_to_details(paypal: PayPalNvpStandIn) -> None:
    token = ask(paypal, SET)["TOKEN"]
    assert token.startswith("EC-") and len(token) == 20
    before = ask(paypal, f"METHOD=GetExpressCheckoutDetails&TOKEN={token}")
    assert before["CHECKOUTSTATUS"] == "PaymentActionNotInitiated" and "PAYERID" not in before
    assert before["AMT"] == before["PAYMENTREQUEST_0_AMT"] == "10.00"
    page = requests.get(f"{paypal.base_url}/webscr?cmd=_express-checkout&token={token}", timeout=10)
    assert page.status_code == 200 and "10.00 EUR" in page.text and "no real PayPal" in page.text
    back = requests.post(page.url, data={"funding": "balance"}, allow_redirects=False, timeout=10)
    assert back.headers["Location"].startswith(f"https://shop.example/return?token={token}&PayerID=")
    payer = back.headers["Location"][-13:]
    done = ask(paypal, do(token, payer))
    assert done["PAYMENTINFO_0_PAYMENTSTATUS"] == "Completed" and len(done["PAYMENTINFO_0_TRANSACTIONID"]) == 17
    after = ask(paypal, f"METHOD=GetExpressCheckoutDetails&TOKEN={token}")
    assert after["PAYMENTREQUEST_0_TRANSACTIONID"] == done["PAYMENTINFO_0_TRANSACTIONID"]
    details = ask(paypal, f"METHOD=GetTransactionDetails&TRANSACTIONID={done['PAYMENTINFO_0_TRANSACTIONID']}")
    assert (details["AMT"], details["RECEIVERID"]) == ("10.00", "SANDBOXSELLER")


def test_cancel_leads_back_and_nothing_is_agreed(paypal: PayPalNvpStandIn) -> None:
    token = ask(paypal, SET)["TOKEN"]
    page = f"{paypal.base_url}/webscr?cmd=_express-checkout&token={token}"
    back = requests.post(page, data={"act": "cancel"}, allow_redirects=False, timeout=10)
    assert back.headers["Location"] == f"https://shop.example/cancel?token={token}"
    assert code(paypal, do(token, "A" * 13)) == "10485"


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (("METHOD=SetExpressCheckout", "METHOD=SetExpress"), "81002"),
        (("&PAYMENTREQUEST_0_AMT=10.00", ""), "81100"),
        (("PAYMENTREQUEST_0_AMT=10.00", "PAYMENTREQUEST_0_AMT=ten"), "10004"),
        (("PAYMENTREQUEST_0_AMT=10.00", "PAYMENTREQUEST_0_AMT=0.00"), "10525"),
        (("NOSHIPPING=1", "NOSHIPPING=3"), "10004"),
        (("NOSHIPPING=1", "NOSHIPMENT=1"), "10004"),
        (("NOSHIPPING=1", "NOSHIPPING=1&NOSHIPPING=1"), "10004"),
        (("CURRENCYCODE=EUR", "CURRENCYCODE=RUB"), "10605"),
        (("CURRENCYCODE=EUR", "CURRENCYCODE=JPY"), "10004"),
        (("ITEMAMT=10.00", "ITEMAMT=9.00"), "10413"),
        (("L_PAYMENTREQUEST_0_QTY0=2", "L_PAYMENTREQUEST_0_QTY0=3"), "10413"),
        (("RETURNURL=https", "RETURNURL=ftp"), "10404"),
        (("CANCELURL=https", "CANCELURL=ftp"), "10405"),
    ],
)
def test_what_paypal_refuses_is_refused(paypal: PayPalNvpStandIn, change: tuple[str, str], refused: str) -> None:
    assert code(paypal, SET.replace(*change)) == refused


@pytest.mark.parametrize("wrong", ["USER=x", "PWD=x", "SIGNATURE=x"])
def test_wrong_credentials_are_refused(paypal: PayPalNvpStandIn, wrong: str) -> None:
    name = wrong.partition("=")[0]
    login = "&".join(wrong if part.startswith(f"{name}=") else part for part in LOGIN.split("&"))
    assert code(paypal, SET, login=login) == "10002"


def test_a_token_is_paid_once_and_dies_after_three_hours(paypal: PayPalNvpStandIn) -> None:
    token, _transaction = paid(paypal)
    payer = paypal.state.token(token)["payer"]
    assert code(paypal, do(token, payer)) == "10415"
    other = ask(paypal, SET)["TOKEN"]
    paypal.approve(other)
    assert code(paypal, do(other, "B" * 13)) == "10406"
    paypal.move_clock(seconds=3 * 3600 + 1)
    for body in (f"METHOD=GetExpressCheckoutDetails&TOKEN={other}", do(other, paypal.state.token(other)["payer"])):
        assert code(paypal, body) == "10411"
    assert code(paypal, "METHOD=GetExpressCheckoutDetails&TOKEN=EC-00000000000000000") == "10410"


def test_the_same_message_brings_the_first_result(paypal: PayPalNvpStandIn) -> None:
    token = ask(paypal, SET)["TOKEN"]
    payer = paypal.approve(token)[-13:]
    first = ask(paypal, do(token, payer, "&MSGSUBID=m1"))
    again = ask(paypal, do(token, payer, "&MSGSUBID=m1"))
    assert (again["ACK"], again["L_ERRORCODE0"]) == ("SuccessWithWarning", "11607")
    assert again["PAYMENTINFO_0_TRANSACTIONID"] == first["PAYMENTINFO_0_TRANSACTIONID"]
    assert paypal.stats()["charges"] == 1


def test_refunds_add_up_and_a_full_one_after_a_part_is_refused(paypal: PayPalNvpStandIn) -> None:
    _token, transaction = paid(paypal)
    part = f"METHOD=RefundTransaction&TRANSACTIONID={transaction}&REFUNDTYPE=Partial&CURRENCYCODE=EUR&AMT="
    full = f"METHOD=RefundTransaction&TRANSACTIONID={transaction}&REFUNDTYPE=Full"
    assert code(paypal, f"{full}&AMT=10.00&CURRENCYCODE=EUR") == "10004"
    given = ask(paypal, f"{part}4.00")
    assert (given["GROSSREFUNDAMT"], given["TOTALREFUNDEDAMOUNT"], given["REFUNDSTATUS"]) == ("4.00", "4.00", "Instant")
    assert code(paypal, full) == code(paypal, f"{part}6.01") == "10009"
    assert ask(paypal, f"{part}6.00")["ACK"] == "Success"
    found = ask(paypal, "METHOD=TransactionSearch&STARTDATE=2020-01-01T00:00:00Z&TRANSACTIONCLASS=Refund")
    assert (found["L_AMT0"], found["L_AMT1"], found["L_TYPE0"]) == ("-6.00", "-4.00", "Refund")


def test_messages_are_confirmed_byte_for_byte(paypal: PayPalNvpStandIn) -> None:
    paid(paypal)
    body = paypal.state.data["messages"][0]["body"]
    verify = f"{paypal.base_url}/cgi-bin/webscr"
    assert requests.post(verify, data=f"cmd=_notify-validate&{body}", timeout=10).text == "VERIFIED"
    for wrong in (f"cmd=_notify-validate&{body}x", body, f"{body}&cmd=_notify-validate"):
        assert requests.post(verify, data=wrong, timeout=10).text == "INVALID"


def test_state_outlives_the_process(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with PayPalNvpStandIn(state_path=tmp_path / "paypal_nvp.json") as first:
        token = ask(first, SET)["TOKEN"]
    with PayPalNvpStandIn(state_path=tmp_path / "paypal_nvp.json") as second:
        assert ask(second, f"METHOD=GetExpressCheckoutDetails&TOKEN={token}")["TOKEN"] == token
