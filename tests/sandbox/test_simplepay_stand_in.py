"""The SimplePay stand-in, asked by requests typed by hand: it takes what the documents print and nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from storefront.sandbox.simplepay import SimplePayStandIn

#: The worked example: its signature was computed apart from any code here.
START = (
    '{"salt":"d471d2fb24c5a395563ff60f8ba769d1","merchant":"PUBLICTESTHUF","orderRef":"INV-2026-000123",'
    '"currency":"HUF","customerEmail":"b@example.org","language":"EN","sdkVersion":"shop:1","methods":["CARD"],'
    '"total":"9990","timeout":"2026-11-29T11:15:00+00:00","url":"https:\\/\\/shop.example\\/pay\\/return"}'
)
SIGNATURE = "8YHldqVVcuS5/SjX/RjyNpMD1AYUjPuD43B9yAh1UxejbMXcx4KFvJmAVjFUns4w"
KEY = "hu-secret"
BEFORE = datetime(2026, 11, 29, 10, 15, tzinfo=UTC).timestamp()
CARD = {"act": "pay", "card_number": "4908 3660 9990 0425", "card_expiry": "10/30", "card_cvc": "579",
        "card_name": "Kovacs Anna", "outcome": "paid"}  # fmt: skip
COMMON = {"salt": "s" * 32, "merchant": "PUBLICTESTHUF", "sdkVersion": "shop:1"}
REF = "INV-2026-000123"


class Clock:
    now = BEFORE

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> Iterator[SimplePayStandIn]:
    with SimplePayStandIn(accounts={"PUBLICTESTHUF": ("HUF", KEY)}, clock=clock) as stand_in:
        yield stand_in


def mac(body: bytes, key: str = KEY) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha384).digest()).decode()


def post(world: SimplePayStandIn, name: str, body: str, signature: str = "") -> requests.Response:
    headers = {"Content-Type": "application/json", "Signature": signature or mac(body.encode())}
    return requests.post(f"{world.base_url}/payment/v2/{name}", body.encode(), headers=headers, timeout=10)


def ask(world: SimplePayStandIn, name: str, **fields: Any) -> dict[str, Any]:
    answer = post(world, name, json.dumps(COMMON | fields).replace("/", "\\/"))
    assert answer.status_code == 200 and answer.headers["Signature"] == mac(answer.content)
    told: dict[str, Any] = answer.json()
    return told


def opened(world: SimplePayStandIn) -> str:
    told = post(world, "start", START, SIGNATURE).json()
    return str(told["paymentUrl"])


def test_the_worked_example_opens_a_page(world: SimplePayStandIn) -> None:
    answer = post(world, "start", START, SIGNATURE)
    told = answer.json()
    assert (told["orderRef"], told["total"], told["currency"]) == (REF, 9990, "HUF")
    assert isinstance(told["transactionId"], int) and "errorCodes" not in told
    assert answer.headers["Signature"] == mac(answer.content) and b"http:\\/\\/" in answer.content
    page = requests.get(told["paymentUrl"], timeout=10).text
    assert "9990 HUF" in page and REF in page and "no real money" in page
    assert post(world, "start", START, SIGNATURE).json()["errorCodes"] == [5013]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"orderRef":"INV-2026-000123",', "", 5213), ('"HUF"', '"GBP"', 5223), ('"HUF"', '"EUR"', 5307),
        ("b@example.org", "nobody", 5219), ('"EN"', '"XX"', 5220), ('["CARD"]', '["CASH"]', 5217),
        ('"9990"', "9990", 5065), ('"9990"', '"9990.50"', 5065), ('"9990"', '"0"', 5065),
        ('"total":"9990",', "", 5324), ("2026-11-29T11:15:00+00:00", "2026-11-29T10:00:00+00:00", 5224),
        ("2026-11-29T11:15:00+00:00", "soon", 5227), ("https:\\/\\/shop.example", "shop", 5325),
        ('"sdkVersion":"shop:1",', "", 5320), ("d471d2fb24c5a395563ff60f8ba769d1", "short", 5401),
        ('"merchant":"PUBLICTESTHUF",', "", 5201), ("PUBLICTESTHUF", "NOBODY", 5010),
        ('{"salt"', '{"x":1,"salt"', 5321),
        ("}", "", 5321), ("\\/", "/", 5302),
    ],
)  # fmt: skip
def test_anything_else_is_refused(world: SimplePayStandIn, old: str, new: str, code: int) -> None:
    body = START.replace(old, new)
    assert body != START
    assert post(world, "start", body).json()["errorCodes"] == [code]
    assert world.transactions() == []


@pytest.mark.parametrize("signature", ["x", mac(START.encode(), "another-key"), mac(b"{}")])
def test_a_wrong_signature_is_refused(world: SimplePayStandIn, signature: str) -> None:
    assert post(world, "start", START, signature).json()["errorCodes"] == [5302]


def test_paying_leads_back_with_a_signed_word(world: SimplePayStandIn) -> None:
    page = opened(world)
    assert "CVC is wrong" in requests.post(page, CARD | {"card_cvc": "1"}, timeout=10).text
    back = requests.post(page, CARD, timeout=10, allow_redirects=False)
    given = parse_qs(urlsplit(back.headers["Location"]).query)
    r = base64.b64decode(given["r"][0])
    number = world.transactions()[0]["transactionId"]
    assert json.loads(r) == {"r": 0, "t": number, "e": "SUCCESS", "m": "PUBLICTESTHUF", "o": REF}
    assert given["s"][0] == mac(r) and back.headers["Location"].startswith("https://shop.example/pay/return?")
    [told] = ask(world, "query", orderRefs=[REF], detailed=True, refunds=True)["transactions"]
    assert (told["status"], told["resultCode"], told["total"], told["method"]) == ("FINISHED", "OK", 9990, "CARD")
    assert told["cardMask"].endswith("0425") and told["transactionId"] == number
    assert requests.post(page, CARD, timeout=10).status_code == 410


def test_the_worked_example_of_the_way_back_is_signed_so() -> None:
    told = '{"r":0,"t":99310001,"e":"SUCCESS","m":"PUBLICTESTHUF","o":"INV-2026-000123"}'
    assert mac(told.encode()) == "zzNxH+9pPQV5zrgF4bYPW4Q7CPR53xNLYX+T9O46H2WyyE4YSOVNDqsLLrVMLH8o"


@pytest.mark.parametrize(
    ("act", "status", "event"),
    [({"outcome": "declined"}, "NOTAUTHORIZED", "FAIL"), ({"act": "cancel"}, "CANCELLED", "CANCEL")],
)
def test_no_money_leads_back_as_well(world: SimplePayStandIn, act: dict[str, str], status: str, event: str) -> None:
    back = requests.post(opened(world), CARD | act, timeout=10, allow_redirects=False)
    told = json.loads(base64.b64decode(parse_qs(urlsplit(back.headers["Location"]).query)["r"][0]))
    assert told["e"] == event and world.transactions()[0]["status"] == status


def test_a_page_closes_in_time_or_at_our_word(world: SimplePayStandIn, clock: Clock) -> None:
    page = opened(world)
    assert ask(world, "transactionCancel", orderRef=REF, currency="HUF")["status"] == "CANCELLED"
    assert requests.get(page, timeout=10).status_code == 410
    assert ask(world, "transactionCancel", orderRef=REF, currency="HUF")["errorCodes"] == [5022]
    assert ask(world, "transactionCancel", orderRef="X", currency="HUF")["errorCodes"] == [5011]
    post(world, "start", START.replace(REF, "B"))
    clock.now = datetime(2026, 11, 29, 11, 15, tzinfo=UTC).timestamp()
    assert ask(world, "query", orderRefs=["B"])["transactions"][0]["status"] == "TIMEOUT"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, 5339), ({"from": "2026-11-29T10:00:00+00:00"}, 5330), ({"orderRefs": "A"}, 5321),
        ({"from": "2026-11-29T10:00:00+00:00", "until": "2026-11-29T10:00:00+00:00"}, 5329),
        ({"orderRefs": ["A"] * 51}, 5327), ({"transactionIds": [1] * 51}, 5328),
        ({"orderRefs": ["A"], "page": 2}, 5321),
    ],
)  # fmt: skip
def test_a_query_says_what_it_wants(world: SimplePayStandIn, asked: dict[str, Any], code: int) -> None:
    assert ask(world, "query", **asked)["errorCodes"] == [code]


def test_a_query_finds_by_time(world: SimplePayStandIn) -> None:
    opened(world)
    hour = {"from": "2026-11-29T10:00:00+00:00", "until": "2026-11-29T11:00:00+00:00"}
    assert ask(world, "query", **hour)["totalCount"] == 1
    assert ask(world, "query", **(hour | {"from": "2026-11-29T10:30:00+00:00"}))["transactions"] == []


def test_refunds_add_up_to_what_was_paid(world: SimplePayStandIn) -> None:
    page = opened(world)
    assert ask(world, "refund", orderRef=REF, currency="HUF", refundTotal="1")["errorCodes"] == [5022]
    requests.post(page, CARD, timeout=10, allow_redirects=False)
    told = ask(world, "refund", orderRef=REF, currency="HUF", refundTotal="990")
    assert (told["refundTotal"], told["remainingTotal"]) == (990, 9000)
    assert ask(world, "refund", orderRef=REF, currency="HUF", refundTotal="9001")["errorCodes"] == [5110]
    assert ask(world, "refund", currency="HUF", refundTotal="1")["errorCodes"] == [5111]
    assert ask(world, "refund", orderRef=REF, currency="HUF", refundTotal="1.50")["errorCodes"] == [5106]
    assert ask(world, "refund", orderRef=REF, currency="EUR", refundTotal="1")["errorCodes"] == [5307]
    [found] = ask(world, "query", orderRefs=[REF], refunds=True)["transactions"]
    assert (found["status"], found["refundStatus"]) == ("FINISHED", "PARTIAL")
    assert [(each["refundTotal"], each["status"]) for each in found["refunds"]] == [(990, "FINISHED")]


ANSWERS: dict[str, Any] = {
    "right": lambda body: body[:-1] + b',"receiveDate":"2026-11-29T10:20:00+00:00"}',
    "plain": lambda body: body,
    "anew": lambda body: json.dumps(json.loads(body) | {"receiveDate": "2026-11-29T10:20:00+00:00"}).encode(),
}


@pytest.mark.parametrize(
    ("answer", "key", "verdict"),
    [("right", KEY, "OK"), ("right", "", "NO_SIGNATURE"), ("right", "other", "BAD_SIGNATURE"),
     ("plain", KEY, "CONTENTNOTMATCH"), ("anew", KEY, "CONTENTNOTMATCH")],
)  # fmt: skip
def test_a_message_is_sent_until_it_comes_back_right(
    world: SimplePayStandIn, clock: Clock, answer: str, key: str, verdict: str
) -> None:
    class Shop(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Signature"] == mac(got)
            body = ANSWERS[answer](got)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            if key:
                self.send_header("Signature", mac(body, key))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    shop = HTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=shop.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    world.postman.url = f"http://127.0.0.1:{shop.server_port}/hooks/simplepay/"
    requests.post(opened(world), CARD, timeout=10, allow_redirects=False)
    assert world.postman.drain()
    clock.now += 3600
    assert world.postman.drain()
    shop.shutdown()
    shop.server_close()
    assert world.verdicts() == ["OK"] if verdict == "OK" else [verdict] * 2
    message = json.loads(world.notices()[0]["body"])
    assert message.keys() == {
        "salt", "orderRef", "method", "merchant", "finishDate", "paymentDate", "transactionId", "status",
    }  # fmt: skip


def test_transactions_outlive_the_process(tmp_path: Path) -> None:
    made: dict[str, Any] = {"accounts": {"PUBLICTESTHUF": ("HUF", KEY)}, "clock": lambda: BEFORE}
    with SimplePayStandIn(state_path=tmp_path / "state.json", **made) as first:
        opened(first)
    with SimplePayStandIn(state_path=tmp_path / "state.json", **made) as second:
        assert [each["orderRef"] for each in second.transactions()] == [REF]
        requests.post(f"{second.base_url}/_control/reset", json={}, timeout=10)
        assert second.transactions() == []
