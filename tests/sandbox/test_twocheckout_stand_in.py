"""The 2Checkout stand-in, asked by requests typed by hand: it takes what the documents print and nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import pytest
import requests

from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from storefront.sandbox.twocheckout.notifications import LATER

MERCHANT, KEY, WORD = "250111206876", "SECRET-KEY", "BUY-LINK-SECRET"
#: The worked example of a link: its signature was computed apart from any code here.
LINK = (
    "merchant=250111206876&dynamic=1&currency=EUR&expiration=1796000000&order-ext-ref=INV-2026-000123&price=99.90%3B20"
    "&prod=License%20A%3BManual&qty=1%3B2&return-type=redirect&return-url=https%3A%2F%2Fshop.example%2Fpay%2Freturn"
    "&tangible=0%3B0&type=PRODUCT%3BPRODUCT"
    "&signature=baa9e7573ad3d739f9beec103de977d779c5a094483c5504e172cb78beb30af0"
)
BEFORE = datetime(2026, 11, 29, 10, 15, tzinfo=UTC)
FORM = {
    "cart": "c1", "way": "card", "email": "b@example.org", "country": "US", "name": "John Doe",
    "card_number": "4111 1111 1111 1111", "card_expiry": "12/30", "card_cvc": "123", "outcome": "paid",
}  # fmt: skip


class Clock:
    now = BEFORE.timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> Iterator[TwoCheckoutStandIn]:
    with TwoCheckoutStandIn(merchant=MERCHANT, secret_key=KEY, buy_link_secret=WORD, clock=clock) as stand_in:
        yield stand_in


def measured(*values: str) -> bytes:
    return b"".join(str(len(value.encode())).encode() + value.encode() for value in values)


def header(*, code: str = MERCHANT, date: str = "2026-11-29 10:15:00", key: str = KEY, algo: str = "sha3-256") -> str:
    digest = {"sha3-256": "sha3_256", "sha256": "sha256", "md5": "md5"}[algo]
    found = hmac.new(key.encode(), measured(code, date), getattr(hashlib, digest)).hexdigest()
    return f'code="{code}" date="{date}" hash="{found}" algo="{algo}"'


def ask(world: TwoCheckoutStandIn, path: str, *, method: str = "GET", auth: str = "", **body: Any) -> requests.Response:
    headers = {"X-Avangate-Authentication": auth or header()}
    url = f"{world.base_url}/rest/6.0/{path}"
    return requests.request(method, url, headers=headers, timeout=10, **body)


def buy(world: TwoCheckoutStandIn, query: str = LINK, **changes: str) -> requests.Response:
    url = f"{world.base_url}/checkout/buy?{query}"
    return requests.post(url, data=FORM | changes, timeout=10, allow_redirects=False)


def resigned(**changes: str) -> str:
    """The example with other parameters, rightly signed; "" takes one away."""
    given = dict(parse_qsl(LINK)) | {name.replace("_", "-"): value for name, value in changes.items()}
    given = {name: value for name, value in given.items() if value and name != "signature"}
    outside = {"merchant", "dynamic", "language", "test", "email", "name", "country"}
    source = measured(*(given[name] for name in sorted(given) if name not in outside))
    return urlencode(given | {"signature": hmac.new(WORD.encode(), source, hashlib.sha256).hexdigest()})


def test_the_worked_example_of_a_link_is_a_cart(world: TwoCheckoutStandIn) -> None:
    page = requests.get(f"{world.base_url}/checkout/buy?{LINK}", timeout=10).text
    assert "License A" in page and "139.90 EUR" in page
    assert world.refusals() == []


@pytest.mark.parametrize(
    "query",
    [
        "", LINK.replace("99.90", "99.91"), LINK.replace("baa9", "baaa"), LINK.partition("&signature")[0],
        LINK + "&x=1", LINK + "&qty=1%3B2", LINK.replace("dynamic=1", "dynamic=0"), LINK.replace("2501", "2502"),
        resigned(price="99.90"), resigned(price="99.905;20"), resigned(price="0;20"), resigned(price="x;20"),
        resigned(qty="0;1"), resigned(type="TAX;PRODUCT"), resigned(expiration="1700000000"),
        resigned(expiration="soon"),
        resigned(currency="euro"), resigned(currency="JPY"), resigned(return_type="later"), resigned(return_url="/pay"),
        resigned(order_ext_ref=""), resigned(order_ext_ref="x" * 101), resigned(test="yes"), resigned(tangible=""),
    ],
)  # fmt: skip
def test_any_other_link_is_an_empty_cart(world: TwoCheckoutStandIn, query: str) -> None:
    assert "Your cart is empty" in requests.get(f"{world.base_url}/checkout/buy?{query}", timeout=10).text
    assert buy(world, query).status_code == 200 and world.orders() == []
    assert len(world.refusals()) == 2


def test_a_link_closes(world: TwoCheckoutStandIn, clock: Clock) -> None:
    clock.now = 1796000000
    assert "Your cart is empty" in requests.get(f"{world.base_url}/checkout/buy?{LINK}", timeout=10).text


def test_paying_leads_back_with_the_number_and_once(world: TwoCheckoutStandIn) -> None:
    answers = [buy(world), buy(world)]
    assert [answer.status_code for answer in answers] == [303, 303]
    back = urlsplit(answers[0].headers["Location"])
    told = {name: values[0] for name, values in parse_qs(back.query).items()}
    assert (back.netloc, told["refno"], told["order-ext-ref"]) == ("shop.example", "100003715", "INV-2026-000123")
    assert len(world.orders()) == 1
    assert buy(world, cart="c2").status_code == 303 and len(world.orders()) == 2  # opened anew, it is paid again


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"way": ""}, "Choose a way"), ({"email": "nobody"}, "e-mail"), ({"card_number": "4111"}, "card number"),
        ({"card_number": "4111111111111112"}, "card number"), ({"card_expiry": "13/30"}, "expiry"),
        ({"card_cvc": "1"}, "security code"), ({"name": ""}, "name on the card"), ({"country": ""}, "country"),
        ({"outcome": "other"}, "not complete"), ({"outcome": "declined"}, "declined"),
        ({"way": "paypal-refused"}, "PayPal was not asked"),
    ],
)  # fmt: skip
def test_what_is_mistyped_or_declined_is_said_and_typed_text_stays(
    world: TwoCheckoutStandIn, changes: dict[str, str], words: str
) -> None:
    answer = buy(world, **changes)
    assert answer.status_code == 200 and 'role="alert"' in answer.text and words in answer.text
    assert [order["Status"] for order in world.orders()] == (["REVERSED"] if "declined" in words else [])
    assert "John Doe" in answer.text or changes.get("name") == ""


def test_paypal_asks_on_a_page_of_its_own(world: TwoCheckoutStandIn) -> None:
    answer = buy(world, way="paypal")
    assert "Approve" in answer.text and "4111" not in answer.text and world.orders() == []
    assert buy(world, way="paypal-approved").status_code == 303
    assert world.orders()[0]["PaymentDetails"]["Type"] == "PAYPAL"


def test_the_worked_example_of_the_header_is_let_in(world: TwoCheckoutStandIn) -> None:
    known = "bee14666d0c8f44fb488d3de08bc94a7c3c8fa8df3c41d4e931cc1a65ce92524"
    auth = f'code="250111206876" date="2026-11-29 10:15:00" hash="{known}" algo="sha3-256"'
    assert ask(world, "orders/", auth=auth).json() == {
        "Items": [], "Pagination": {"Page": 1, "Limit": 10, "Count": 0},
    }  # fmt: skip


@pytest.mark.parametrize(
    "auth",
    [
        "Bearer x", header(key="OTHER"), header(code="1"), header(date="2026-11-29 10:20:01"), header(algo="md5"),
        header(date="2026-11-29 10:09:59"), header(date="yesterday"), header().replace("sha3-256", "sha256"),
    ],
)  # fmt: skip
def test_other_headers_are_refused(world: TwoCheckoutStandIn, auth: str) -> None:
    answer = ask(world, "orders/", auth=auth)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "AUTHENTICATION_ERROR")


def test_orders_are_found_by_number_and_reference_tests_apart(world: TwoCheckoutStandIn) -> None:
    buy(world)
    buy(world, resigned(test="1", order_ext_ref="T-1"), cart="c2")
    order = ask(world, "orders/100003715/").json()
    assert (order["Status"], order["GrossPrice"], order["Currency"]) == ("COMPLETE", 139.9, "eur")
    for query, expected in (
        ("", 1), ("IncludeTestOrders=YES", 2), ("IncludeTestOrders=ONLY", 1), ("ExternalRefNo=INV-2026-000123", 1),
        ("ExternalRefNo=T-1", 0), ("StartDate=2026-11-30", 0), ("Status=PENDING", 0), ("Page=2", 0),
    ):  # fmt: skip
        assert len(ask(world, f"orders/?{query}").json()["Items"]) == expected, query
    for query in ("Foo=1", "Page=0", "Limit=1000", "Limit=x", "IncludeTestOrders=1", "StartDate=29.11.2026"):
        assert ask(world, f"orders/?{query}").json()["error_code"] == "INVALID_PARAMETER", query
    assert ask(world, "orders/1/").json()["error_code"] == "ORDER_NOT_FOUND"
    assert ask(world, "products/").status_code == 404


GOOD = {
    "amount": 20.0, "comment": "why", "reason": "Other",
    "items": [{"LineItemReference": "1000037150000", "Quantity": 1, "Amount": 20.0}],
}  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 0}, {"amount": -20}, {"amount": "20"}, {"amount": True}, {"amount": 20.005}, {"amount": 19},
        {"comment": None}, {"comment": "x" * 256}, {"reason": "Because"}, {"items": []}, {"items": None}, {"x": 1},
        {"items": [{"LineItemReference": "1", "Quantity": 1, "Amount": 20.0}]},
        {"items": [{"LineItemReference": "1000037150000", "Quantity": 2, "Amount": 20.0}]},
        {"items": [{"LineItemReference": "1000037150000", "Amount": 20.0}]},
        {"items": [{"LineItemReference": "1000037150001", "Quantity": 1, "Amount": 60.0}], "amount": 60.0},
    ],
)  # fmt: skip
def test_a_refund_with_anything_missing_unknown_or_mistyped_is_refused(
    world: TwoCheckoutStandIn, changes: dict[str, Any]
) -> None:
    buy(world)
    answer = ask(world, "orders/100003715/refund/", method="POST", json=GOOD | changes)
    assert answer.status_code == 400 and answer.json()["error_code"]
    assert world.orders()[0]["Refunds"] is None
    if "amount" not in changes:
        for name in GOOD:
            without = {key: value for key, value in GOOD.items() if key != name}
            assert ask(world, "orders/100003715/refund/", method="POST", json=without).status_code == 400


def test_refunds_add_up_to_no_more_than_was_paid(world: TwoCheckoutStandIn) -> None:
    buy(world)
    path = "orders/100003715/refund/"
    assert ask(world, path, method="POST", json=GOOD).json() is True
    assert ask(world, path, method="POST", data="{").json()["error_code"] == "INVALID_JSON"
    rest = [("1000037150000", 99.9), ("1000037150001", 20.1)]
    items = [{"LineItemReference": line, "Quantity": 1, "Amount": amount} for line, amount in rest]
    assert ask(world, path, method="POST", json=GOOD | {"amount": 120.0, "items": items}).status_code == 400
    items[1]["Amount"] = 20.0
    assert ask(world, path, method="POST", json=GOOD | {"amount": 119.9, "items": items}).json() is True
    assert world.orders()[0]["Status"] == "REFUND"
    assert ask(world, path, method="POST", json=GOOD).json()["error_code"] == "REFUND_NOT_ALLOWED"


def test_orders_outlive_a_restart(tmp_path: Path, clock: Clock) -> None:
    account: dict[str, Any] = {"merchant": MERCHANT, "secret_key": KEY, "buy_link_secret": WORD, "clock": clock}
    with TwoCheckoutStandIn(**account, state_path=tmp_path / "2co.json") as world:
        buy(world)
        before = world.orders()
    with TwoCheckoutStandIn(**account, state_path=tmp_path / "2co.json") as world:
        assert world.orders() == before
        assert world.stats() == {"orders": 1, "charges": 1, "refunds": 0}


class Shop(HTTPServer):
    """Answers notifications with ``answer(form)``."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.answer = lambda form: b""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                shop.bodies.append(body)
                answer = shop.answer(dict(reversed(parse_qsl(body.decode(), keep_blank_values=True))))
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)


def right(form: dict[str, str]) -> bytes:
    date = "20261129101502"
    source = measured(form["IPN_PID[]"], form["IPN_PNAME[]"], form["IPN_DATE"], date)
    found = hmac.new(KEY.encode(), source, hashlib.sha3_256).hexdigest()
    return f'<sig algo="sha3-256" date="{date}">{found}</sig>'.encode()


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def until(condition: Any) -> None:
    """Wait for the sender's thread; ends as soon as it may."""
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def test_a_notification_comes_until_it_is_answered_rightly(world: TwoCheckoutStandIn, shop: Shop, clock: Clock) -> None:
    world.postman.url = f"http://127.0.0.1:{shop.server_port}/hooks/2/"
    buy(world)
    until(lambda: len(shop.bodies) == 2)  # authorized, complete
    for wrong in (b"OK", b"<EPAYMENT>x|y</EPAYMENT>", right({"IPN_PID[]": "", "IPN_PNAME[]": "", "IPN_DATE": ""})):
        shop.answer = lambda form, wrong=wrong: wrong  # type: ignore[misc]
        before, tries = len(shop.bodies), len(shop.bodies) // 2
        clock.now = BEFORE.timestamp() + LATER[tries - 1]
        until(lambda before=before: len(shop.bodies) == before + 2)  # type: ignore[misc]
    shop.answer = right
    clock.now = BEFORE.timestamp() + LATER[3]
    until(lambda: [each["taken"] for each in world.deliveries()].count(True) == 2)
    clock.now += 86400
    assert world.postman.drain()
    assert len(shop.bodies) == 10


def test_it_is_sent_for_two_days_and_no_longer() -> None:
    assert [*LATER[:6]] == [120, 300, 1200, 2100, 3000, 3900]
    assert 47 * 3600 < LATER[-1] <= 48 * 3600


def test_its_signatures_are_over_the_fields_as_they_are_posted(world: TwoCheckoutStandIn) -> None:
    buy(world)
    pairs = parse_qsl(world.notifications()[-1]["body"], keep_blank_values=True)
    values = [value for name, value in pairs if not name.startswith(("SIGNATURE", "HASH"))]
    assert dict(pairs)["SIGNATURE_SHA3_256"] == hmac.new(KEY.encode(), measured(*values), hashlib.sha3_256).hexdigest()
    assert quote("Жанна") in world.notifications()[-1]["body"]
    world.refund("100003715", amount="20.00")
    assert dict(parse_qsl(world.notifications()[-1]["body"]))["IPN_TOTALGENERAL"] == "-20.00"


def test_faults_are_ordered_over_http(world: TwoCheckoutStandIn) -> None:
    control = f"{world.base_url}/_control"
    assert requests.post(f"{control}/faults", json={"kind": "status", "status": 503}, timeout=5).status_code == 200
    assert requests.post(f"{control}/faults", json={"kind": "flood"}, timeout=5).status_code == 400
    assert [ask(world, "orders/").status_code for _ in range(2)] == [503, 200]
    assert requests.post(f"{control}/notifications", json={"loud": True}, timeout=5).status_code == 400
    requests.post(f"{control}/refusals/polite", json={}, timeout=5)
    answer = ask(world, "orders/1/")
    assert (answer.status_code, json.loads(answer.text)["error_code"]) == (200, "ORDER_NOT_FOUND")
