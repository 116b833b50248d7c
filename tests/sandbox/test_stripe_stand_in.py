"""The Stripe stand-in is as strict as Stripe where a shop could go wrong, and its pay page works like the real one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
import requests

from storefront.gateways.payments.base import EventKind
from storefront.gateways.payments.stripe import Gateway
from storefront.sandbox.server import Request, Response, StandIn
from storefront.sandbox.stripe import StripeStandIn

KEY, SECRET = "sk_test_sandbox", "whsec_sandbox"
GOOD = {
    "mode": "payment",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "9600",
    "line_items[0][price_data][product_data][name]": "License <12 months>",
    "line_items[0][quantity]": "1",
    "success_url": "https://shop.example/return/?session={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://shop.example/pay/",
    "client_reference_id": "1001",
}
CARD = {"email": "buyer@example.com", "card_number": "4242 4242 4242 4242", "card_expiry": "12 / 40"} | {
    "card_cvc": "123",
    "name": "Ada Buyer",
}


class Shop(StandIn):
    """The other end of the webhooks: remembers what came and answers as told."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self.statuses: list[int] = []
        self.gate = Event()
        self.gate.set()
        self.arrived = Event()
        self.route("POST", "/hooks/stripe/", self.hook)

    def hook(self, request: Request) -> Response:
        self.arrived.set()
        self.gate.wait(10)
        self.got.append((request.body, request.headers))
        return Response({}, self.statuses.pop(0) if self.statuses else 200)

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.got]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as running:
        yield running


@pytest.fixture
def stripe(shop: Shop) -> Iterator[StripeStandIn]:
    with StripeStandIn(api_key=KEY, webhook_secret=SECRET, webhook_url=f"{shop.base_url}/hooks/stripe/") as running:
        yield running


def post(stripe: StripeStandIn, path: str, data: dict[str, Any], *, key: str = "", **headers: str) -> requests.Response:
    sent = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": key or f"key-{time.monotonic_ns()}"} | headers
    return requests.post(f"{stripe.base_url}/v1/{path}", data=data, headers=sent, timeout=10)


def get(stripe: StripeStandIn, path: str, **params: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {KEY}"}
    return requests.get(f"{stripe.base_url}/v1/{path}", params=params, headers=headers, timeout=10)


def control(stripe: StripeStandIn, path: str, **fields: Any) -> requests.Response:
    return requests.post(f"{stripe.base_url}/_control/{path}", json=fields, timeout=10)


def opened(stripe: StripeStandIn, **changes: str) -> dict[str, Any]:
    response = post(stripe, "checkout/sessions", GOOD | changes)
    assert response.status_code == 200, response.text
    session: dict[str, Any] = response.json()
    return session


def submit(session: dict[str, Any], **changes: str) -> requests.Response:
    """Send the page's form; redirects are not followed."""
    return requests.post(session["url"], data=CARD | changes, allow_redirects=False, timeout=10)


# Strictness of the API


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"payment_method_types[0]": "card"}, "parameter_unknown", "payment_method_types"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        (
            {"line_items[0][price_data][product_data][colour]": "red"},
            "parameter_unknown",
            "line_items[0][price_data][product_data][colour]",
        ),
        (
            {"line_items[0][price_data][unit_amount]": "96.00"},
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        (
            {"line_items[0][price_data][unit_amount]": "-1"},
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        ({"line_items[0][price_data][unit_amount]": "49"}, "amount_too_small", None),
        ({"line_items[0][price_data][unit_amount]": "100000000"}, "amount_too_large", None),
        ({"line_items[0][price_data][currency]": "EUR"}, "parameter_invalid", "line_items[0][price_data][currency]"),
        ({"line_items[0][price_data][currency]": "zzz"}, "parameter_invalid", "line_items[0][price_data][currency]"),
        ({"mode": "subscription"}, "parameter_invalid", "mode"),
        ({"locale": "uk"}, "parameter_invalid", "locale"),
        ({"success_url": "/return/"}, "url_invalid", "success_url"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"customer_email": "a..b@example.com"}, "email_invalid", "customer_email"),
        ({"customer_email": "grüße@example.com"}, "email_invalid", "customer_email"),
        ({"customer_email": "user@localhost"}, "email_invalid", "customer_email"),
        ({"customer_email": "user@[127.0.0.1]"}, "email_invalid", "customer_email"),
        ({"customer_email": "user@shop.invalid"}, "email_invalid", "customer_email"),
        ({"customer_email": ""}, "parameter_invalid_empty", "customer_email"),
        ({"adaptive_pricing[enabled]": "False"}, "parameter_invalid", "adaptive_pricing[enabled]"),
        ({"client_reference_id": "x" * 201}, "parameter_invalid", "client_reference_id"),
        ({"metadata[k]": "x" * 501}, "parameter_invalid", "metadata[k]"),
        ({"metadata": "x"}, "parameter_invalid", "metadata"),
        ({"line_items[2][quantity]": "1"}, "parameter_invalid", "line_items"),
        ({"customer": "cus_unknown"}, "resource_missing", "customer"),
    ],
)
def test_wrong_parameter_is_refused_by_name(
    stripe: StripeStandIn, changes: dict[str, str], code: str, param: str | None
) -> None:
    response = post(stripe, "checkout/sessions", GOOD | changes)
    error = response.json()["error"]
    assert response.status_code == (404 if code == "resource_missing" else 400)
    assert (error["code"], error.get("param")) == (code, param)
    assert stripe.stats()["session_creates"] == 0


@pytest.mark.parametrize("name", ["mode", "success_url", "line_items[0][quantity]"])
def test_missing_parameter_is_refused_by_name(stripe: StripeStandIn, name: str) -> None:
    response = post(stripe, "checkout/sessions", {key: value for key, value in GOOD.items() if key != name})
    assert (response.json()["error"]["code"], response.json()["error"]["param"]) == ("parameter_missing", name)


@pytest.mark.parametrize(("seconds", "status"), [(1790, 400), (1830, 200), (86370, 200), (86430, 400)])
def test_closing_time_lies_between_half_an_hour_and_a_day(stripe: StripeStandIn, seconds: int, status: int) -> None:
    response = post(stripe, "checkout/sessions", GOOD | {"expires_at": str(int(time.time()) + seconds)})
    assert response.status_code == status


@pytest.mark.parametrize(
    ("currency", "amount", "status"), [("kwd", "1230", 200), ("kwd", "1234", 400), ("isk", "750", 400)]
)
def test_amounts_are_multiples_of_the_currencys_step(
    stripe: StripeStandIn, currency: str, amount: str, status: int
) -> None:
    changes = {"line_items[0][price_data][currency]": currency, "line_items[0][price_data][unit_amount]": amount}
    assert post(stripe, "checkout/sessions", GOOD | changes).status_code == status


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer sk_test_other", f"Basic {KEY}"])
def test_only_the_right_key_is_let_in(stripe: StripeStandIn, authorization: str) -> None:
    assert post(stripe, "checkout/sessions", GOOD, Authorization=authorization).status_code == 401


def test_post_without_idempotency_key_is_refused(stripe: StripeStandIn) -> None:
    response = requests.post(
        f"{stripe.base_url}/v1/checkout/sessions", data=GOOD, headers={"Authorization": f"Bearer {KEY}"}, timeout=10
    )
    assert response.status_code == 400


def test_json_is_no_form(stripe: StripeStandIn) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "a"}
    response = requests.post(f"{stripe.base_url}/v1/checkout/sessions", json=GOOD, headers=headers, timeout=10)
    assert response.status_code == 400


def test_same_key_replays_the_first_answer(stripe: StripeStandIn) -> None:
    first, second = (post(stripe, "checkout/sessions", GOOD, key="a") for _ in range(2))
    assert first.json() == second.json()
    assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (None, "true")
    assert stripe.stats()["session_creates"] == 1


def test_same_key_with_other_parameters_is_an_error(stripe: StripeStandIn) -> None:
    post(stripe, "checkout/sessions", GOOD, key="a")
    response = post(stripe, "checkout/sessions", GOOD | {"client_reference_id": "1002"}, key="a")
    assert (response.status_code, response.json()["error"]["type"]) == (400, "idempotency_error")


def test_key_of_a_refused_request_is_free_again(stripe: StripeStandIn) -> None:
    assert post(stripe, "checkout/sessions", GOOD | {"colour": "red"}, key="a").status_code == 400
    assert post(stripe, "checkout/sessions", GOOD, key="a").status_code == 200


@pytest.mark.parametrize(("kind", "opened"), [("status", 0), ("broken", 1)])
def test_a_500_is_remembered_with_its_key(stripe: StripeStandIn, kind: str, opened: int) -> None:
    """docs.stripe.com/api/idempotent_requests: the saved answer is replayed "including 500 errors"."""
    stripe.fail_next(kind=kind)
    first, again = (post(stripe, "checkout/sessions", GOOD, key="one") for _ in range(2))
    assert (first.status_code, again.status_code) == (500, 500)
    assert "Idempotent-Replayed" not in first.headers and again.headers["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()
    assert stripe.stats()["session_creates"] == opened
    assert post(stripe, "checkout/sessions", GOOD, key="two").status_code == 200


@pytest.mark.parametrize("status", [429, 503])
def test_a_request_that_was_never_begun_leaves_its_key_free(stripe: StripeStandIn, status: int) -> None:
    stripe.fail_next(kind="status", status=status)
    assert post(stripe, "checkout/sessions", GOOD, key="one").status_code == status
    assert post(stripe, "checkout/sessions", GOOD, key="one").status_code == 200


def test_parallel_requests_with_one_key_run_once(stripe: StripeStandIn) -> None:
    stripe.fail_next(kind="slow", seconds=0.3, count=8)
    barrier = Barrier(8)

    def create(_: int) -> int:
        barrier.wait()
        return post(stripe, "checkout/sessions", GOOD, key="a").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(create, range(8)))
    assert statuses == [200] + [409] * 7
    assert stripe.stats()["session_creates"] == 1


def test_only_an_open_session_can_be_expired(stripe: StripeStandIn) -> None:
    session = opened(stripe)
    path = f"checkout/sessions/{session['id']}/expire"
    assert post(stripe, path, {}).json()["status"] == "expired"
    assert post(stripe, path, {}).status_code == 400


def test_expanding_is_explicit(stripe: StripeStandIn) -> None:
    session = opened(stripe)
    stripe.pay(session["id"])
    path = f"checkout/sessions/{session['id']}"
    plain = get(stripe, path).json()
    assert isinstance(plain["payment_intent"], str) and "line_items" not in plain
    whole = get(stripe, path, **{"expand[0]": "payment_intent.latest_charge", "expand[1]": "line_items"}).json()
    assert whole["payment_intent"]["latest_charge"]["paid"] is True
    assert whole["line_items"]["data"][0]["amount_total"] == 9600
    assert get(stripe, path, **{"expand[0]": "colour"}).status_code == 400
    assert get(stripe, f"{path}/line_items").json()["data"][0]["description"] == "License <12 months>"


def test_payment_intent_exists_only_after_the_buyer_tried(stripe: StripeStandIn) -> None:
    session = opened(stripe, **{"metadata[a]": "1", "payment_intent_data[metadata][b]": "2"})
    assert session["payment_intent"] is None
    stripe.pay(session["id"], card="4000000000000002")
    intent = get(stripe, f"payment_intents/{stripe.sessions()[0]['payment_intent']}").json()
    assert (intent["status"], intent["metadata"]) == ("requires_payment_method", {"b": "2"})
    assert intent["last_payment_error"]["decline_code"] == "generic_decline"


def test_unknown_address_and_object_are_404(stripe: StripeStandIn) -> None:
    assert get(stripe, "nothing").status_code == 404
    assert get(stripe, "charges/ch_1").json()["error"]["code"] == "resource_missing"


def test_lists_come_in_pages(stripe: StripeStandIn) -> None:
    ids = [opened(stripe)["id"] for _ in range(3)][::-1]
    first = get(stripe, "checkout/sessions", limit=2).json()
    assert ([each["id"] for each in first["data"]], first["has_more"]) == (ids[:2], True)
    rest = get(stripe, "checkout/sessions", limit=2, starting_after=ids[1]).json()
    assert ([each["id"] for each in rest["data"]], rest["has_more"]) == (ids[2:], False)


def test_customers_can_be_kept(stripe: StripeStandIn) -> None:
    customer = post(stripe, "customers", {"email": "buyer@example.com"}).json()
    assert get(stripe, f"customers/{customer['id']}").json()["email"] == "buyer@example.com"
    assert opened(stripe, customer=customer["id"])["customer"] == customer["id"]


# The hosted page


def test_page_shows_amount_lines_and_that_no_money_is_real(stripe: StripeStandIn) -> None:
    response = requests.get(opened(stripe, customer_email="me@example.com")["url"], timeout=10)
    assert "Sandbox: no real money" in response.text and "Pay 96.00 EUR" in response.text
    assert "License &lt;12 months&gt;" in response.text and "me@example.com" in response.text
    assert 'href="https://shop.example/pay/"' in response.text
    assert "<script" not in response.text and "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_paying_leads_back_to_the_shop(stripe: StripeStandIn) -> None:
    session = opened(stripe)
    response = submit(session)
    assert (response.status_code, response.headers["Location"]) == (
        303,
        f"https://shop.example/return/?session={session['id']}",
    )
    paid = stripe.sessions()[0]
    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
    assert paid["customer_details"]["email"] == "buyer@example.com"


def test_form_sent_twice_charges_once(stripe: StripeStandIn) -> None:
    session, barrier = opened(stripe), Barrier(8)

    def send(_: int) -> str:
        barrier.wait()
        return submit(session).headers["Location"]

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(8))) == {f"https://shop.example/return/?session={session['id']}"}
    assert stripe.stats()["charges"] == 1


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("4000000000000002", "Your card was declined."),
        ("4000 0000 0000 9995", "Your card has insufficient funds."),
        ("4000000000000069", "Your card has expired."),
        ("4000000000000127", "security code is incorrect"),
        ("4000000000000119", "An error occurred while processing your card."),
        ("4242424242424241", "Your card number is incorrect."),
        ("4012888888881881", "Your card was declined."),
        ("", "Your card number is incomplete."),
    ],
)
def test_refused_card_is_explained_and_the_session_stays_open(stripe: StripeStandIn, number: str, message: str) -> None:
    session = opened(stripe)
    response = submit(session, card_number=number)
    assert (response.status_code, stripe.sessions()[0]["status"]) == (200, "open")
    assert message in response.text.replace("&#x27;", "'") and 'role="alert"' in response.text
    assert stripe.stats()["charges"] == 0
    assert submit(session).status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [("card_expiry", "13/40"), ("card_expiry", "01/20"), ("card_cvc", "12"), ("name", ""), ("email", "nobody")],
)
def test_incomplete_form_asks_no_bank(stripe: StripeStandIn, field: str, value: str) -> None:
    response = submit(opened(stripe), **{field: value})
    assert response.status_code == 200 and 'role="alert"' in response.text
    assert stripe.events() == []


def test_what_was_typed_comes_back_except_the_security_code(stripe: StripeStandIn) -> None:
    response = submit(opened(stripe), card_number="4000000000000002", name='"><b>Ada', card_cvc="987")
    assert "&quot;&gt;&lt;b&gt;Ada" in response.text and "987" not in response.text


@pytest.mark.parametrize(("answer", "status"), [("approve", "complete"), ("fail", "open")])
def test_three_d_secure_asks_the_buyer(stripe: StripeStandIn, answer: str, status: str) -> None:
    session = opened(stripe)
    response = submit(session, card_number="4000002500003155")
    page = requests.get(f"{stripe.base_url}{response.headers['Location']}", timeout=10)
    assert "3-D Secure" in page.text and "Approve" in page.text
    challenge = f"{session['url']}/challenge"
    answered = requests.post(challenge, data={"answer": answer}, allow_redirects=False, timeout=10)
    assert answered.status_code == (303 if answer == "approve" else 200)
    assert stripe.sessions()[0]["status"] == status
    again = requests.post(challenge, data={"answer": "approve"}, allow_redirects=False, timeout=10)
    assert again.status_code == answered.status_code
    assert stripe.stats()["charges"] == int(answer == "approve")


def test_challenge_nobody_asked_cannot_be_approved(stripe: StripeStandIn) -> None:
    session = opened(stripe)
    requests.post(f"{session['url']}/challenge", data={"answer": "approve"}, timeout=10)
    assert stripe.sessions()[0]["status"] == "open"


def test_closed_sessions_say_so(stripe: StripeStandIn) -> None:
    paid, expired = opened(stripe), opened(stripe)
    stripe.pay(paid["id"])
    stripe.expire(expired["id"])
    assert "already been made" in requests.get(paid["url"], timeout=10).text
    assert "has expired" in requests.get(expired["url"], timeout=10).text
    assert submit(expired).status_code == 200
    assert stripe.stats()["charges"] == 1
    assert requests.get(f"{stripe.base_url}/c/pay/cs_unknown", timeout=10).status_code == 404


# Time


def test_sessions_expire_by_themselves(shop: Shop) -> None:
    moved = 0.0
    with StripeStandIn(
        api_key=KEY, webhook_url=f"{shop.base_url}/hooks/stripe/", clock=lambda: time.time() + moved
    ) as stripe:
        session = opened(stripe)
        moved = 24 * 3600 + 1
        assert "has expired" in requests.get(session["url"], timeout=10).text
        assert get(stripe, f"checkout/sessions/{session['id']}").json()["status"] == "expired"
        assert stripe.drain_webhooks()
    assert shop.types() == ["checkout.session.expired"]


def test_state_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "stripe.json"
    with StripeStandIn(api_key=KEY, state_path=path) as stripe:
        first = post(stripe, "checkout/sessions", GOOD, key="a").json()
        stripe.pay(first["id"])
        before = stripe.sessions()
    with StripeStandIn(api_key=KEY, state_path=path) as stripe:
        assert stripe.sessions() == before
        assert post(stripe, "checkout/sessions", GOOD, key="a").json() == first
        assert stripe.stats() == {"session_creates": 1, "charges": 1, "refunds": 0}


def test_undelivered_events_are_delivered_after_a_restart(tmp_path: Path, shop: Shop) -> None:
    path, url = tmp_path / "stripe.json", f"{shop.base_url}/hooks/stripe/"
    with StripeStandIn(api_key=KEY, webhook_url=url, state_path=path) as stripe:
        stripe.webhook_mode(hold=True)
        stripe.pay(opened(stripe)["id"])
    assert shop.got == []
    with StripeStandIn(api_key=KEY, webhook_url=url, state_path=path) as stripe:
        assert stripe.drain_webhooks()
    assert "checkout.session.completed" in shop.types()


# Webhooks


def test_paying_tells_the_shop_with_a_signature_the_sdk_accepts(stripe: StripeStandIn, shop: Shop) -> None:
    session = opened(stripe)
    submit(session)
    assert stripe.drain_webhooks()
    gateway = Gateway(api_key=KEY, webhook_secrets=[SECRET])
    events = [gateway.parse_webhook(body, headers, now=datetime.now(UTC)) for body, headers in shop.got]
    (paid,) = (event for event in events if event.kind is EventKind.PAYMENT_CHANGED)
    assert (paid.provider_reference, paid.our_reference) == (session["id"], "1001")


def test_buyer_waits_until_the_shop_has_heard(stripe: StripeStandIn, shop: Shop) -> None:
    session = opened(stripe)
    shop.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(submit, session)
        assert shop.arrived.wait(10) and not waiting.done()
        shop.gate.set()
        assert waiting.result(10).status_code == 303
    assert "checkout.session.completed" in shop.types()


def test_refused_delivery_is_tried_again_with_a_fresh_signature(stripe: StripeStandIn, shop: Shop) -> None:
    stripe.webhook_mode(only="checkout.session.completed")
    shop.statuses = [500, 302]
    stripe.pay(opened(stripe)["id"])
    assert stripe.drain_webhooks()
    assert [each["status"] for each in stripe.deliveries()] == [500, 302, 200]
    assert len({body for body, _ in shop.got}) == 1


def test_copies_and_reverse_order(stripe: StripeStandIn, shop: Shop) -> None:
    stripe.webhook_mode(copies=2, order="reverse", parallel=False)
    stripe.pay(opened(stripe)["id"])
    assert stripe.drain_webhooks()
    paid = ["checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"]
    assert shop.types()[-6:] == [each for each in paid for _ in range(2)]


def test_the_endpoint_gets_the_events_that_it_is_enabled_for(stripe: StripeStandIn, shop: Shop) -> None:
    stripe.endpoints.change(enabled_events=["checkout.session.completed", "charge.refunded"], api_version="2020-08-27")
    stripe.pay(opened(stripe)["id"])
    assert stripe.drain_webhooks() and shop.types() == ["checkout.session.completed"]
    assert json.loads(shop.got[0][0])["api_version"] == "2020-08-27"
    stripe.endpoints.change(status="disabled")
    stripe.pay(opened(stripe)["id"])
    assert stripe.drain_webhooks() and len(shop.got) == 1
    assert "checkout.session.completed" in [event["type"] for event in stripe.events()]


def test_held_events_wait_for_release(stripe: StripeStandIn, shop: Shop) -> None:
    stripe.webhook_mode(hold=True, only="checkout")
    stripe.pay(opened(stripe)["id"])
    assert stripe.drain_webhooks() and shop.got == []
    assert stripe.release_webhooks(copies=3) == 1
    assert stripe.drain_webhooks()
    assert shop.types() == ["checkout.session.completed"] * 3


def test_dropped_events_never_arrive_but_are_listed(stripe: StripeStandIn, shop: Shop) -> None:
    stripe.webhook_mode(drop=True)
    stripe.pay(opened(stripe)["id"])
    assert stripe.drain_webhooks() and shop.got == []
    found = get(stripe, "events", type="checkout.session.completed").json()["data"]
    assert len(found) == 1
    stripe.resend_webhook(event_id=found[0]["id"])
    assert stripe.drain_webhooks() and len(shop.got) == 1


@pytest.mark.parametrize("mode", [{"bad_signature": True}, {"stamp_offset": -301}, {"stamp_offset": 400}])
def test_bad_signatures_on_demand_are_refused_by_the_gateway(
    stripe: StripeStandIn, shop: Shop, mode: dict[str, Any]
) -> None:
    from storefront.gateways.errors import InvalidSignature

    stripe.webhook_mode(**mode, only="checkout")
    stripe.pay(opened(stripe)["id"])
    assert stripe.drain_webhooks()
    body, headers = shop.got[0]
    with pytest.raises(InvalidSignature):
        Gateway(api_key=KEY, webhook_secrets=[SECRET]).parse_webhook(body, headers, now=datetime.now(UTC))


def test_events_of_the_other_mode_on_demand(stripe: StripeStandIn, shop: Shop) -> None:
    stripe.webhook_mode(livemode=True)
    stripe.pay(opened(stripe)["id"])
    assert stripe.drain_webhooks()
    assert all(json.loads(body)["livemode"] is True for body, _ in shop.got)


# Controls over HTTP


def test_controls_work_over_http(stripe: StripeStandIn) -> None:
    session = opened(stripe)["id"]
    assert control(stripe, "faults", kind="status", status=503).status_code == 200
    assert get(stripe, f"checkout/sessions/{session}").status_code == 503
    assert control(stripe, f"sessions/{session}/pay", card="4000000000000002").json() == "declined"
    assert control(stripe, f"sessions/{session}/pay").json() == "paid"
    assert control(stripe, f"sessions/{session}/refund", amount=100).json().startswith("re_")
    assert control(stripe, f"sessions/{session}/dispute").json().startswith("du_")
    stats = requests.get(f"{stripe.base_url}/_control/stats", timeout=10).json()
    assert stats == {"session_creates": 1, "charges": 1, "refunds": 1}
    recorded = requests.get(f"{stripe.base_url}/_control/requests", timeout=10).json()
    assert [(each["method"], each["status"]) for each in recorded] == [("POST", 200), ("GET", 503)]
    assert KEY not in json.dumps(recorded)
    assert control(stripe, "reset").status_code == 200 and stripe.sessions() == []


def test_the_account_is_set_up_over_http(stripe: StripeStandIn) -> None:
    assert control(stripe, "key/restrict", checkout_session="read").status_code == 200
    assert post(stripe, "checkout/sessions", GOOD).status_code == 403
    assert control(stripe, "key/restrict", colour="read").status_code == 400
    assert control(stripe, "key/unrestrict").status_code == 200
    assert control(stripe, "endpoint", status="disabled").status_code == 200
    assert control(stripe, "endpoint", colour="red").status_code == 400
    assert control(stripe, "endpoints", url="https://other.example/").status_code == 200
    assert [each["status"] for each in get(stripe, "webhook_endpoints").json()["data"]] == ["enabled", "disabled"]


def test_answers_carry_the_hour_of_the_stand_in() -> None:
    with StripeStandIn(api_key=KEY, clock=lambda: 0.0) as stripe:
        assert get(stripe, "events").headers["Date"] == "Thu, 01 Jan 1970 00:00:00 GMT"


@pytest.mark.parametrize("fields", [{"kind": "nonsense"}, {"colour": "red"}])
def test_controls_refuse_what_they_do_not_know(stripe: StripeStandIn, fields: dict[str, Any]) -> None:
    assert control(stripe, "faults", **fields).status_code == 400
    assert control(stripe, "sessions/cs_unknown/pay").status_code == 404


def test_forms_of_other_sites_control_nothing(stripe: StripeStandIn) -> None:
    assert requests.post(f"{stripe.base_url}/_control/reset", data={}, timeout=10).status_code == 415


def test_refunds_never_exceed_what_was_paid(stripe: StripeStandIn) -> None:
    session = opened(stripe)
    stripe.pay(session["id"])
    intent, barrier = stripe.sessions()[0]["payment_intent"], Barrier(8)

    def refund(_: int) -> int:
        barrier.wait()
        return post(stripe, "refunds", {"payment_intent": intent, "amount": "2000"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(refund, range(8))) == [200] * 4 + [400] * 4
    assert post(stripe, "refunds", {"payment_intent": intent, "amount": "1601"}).status_code == 400
    assert post(stripe, "refunds", {"payment_intent": intent}).json()["amount"] == 1600


def test_hanging_calls_end_when_the_stand_in_stops() -> None:
    stripe = StripeStandIn(api_key=KEY).start()
    stripe.fail_next(kind="hang", seconds=60)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(post, stripe, "checkout/sessions", GOOD)
        while not stripe.requests():
            time.sleep(0.01)
        stripe.stop()
        # It is answered, refused or torn off in the middle of its answer: in each case it has ended.
        ended = (type(None), requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
        assert isinstance(call.exception(10), ended)
