"""The PayPal stand-in is as strict as PayPal where a shop could go wrong. Requests are typed by hand."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from storefront.sandbox.paypal import PayPalStandIn
from storefront.sandbox.server import Request, Response, StandIn

CLIENT, SECRET, HOOK = "client-of-tests", "secret-of-tests", "8PT597110X687430LKGECATA"
ORDER: dict[str, Any] = {
    "intent": "CAPTURE",
    "purchase_units": [
        {
            "amount": {
                "currency_code": "EUR",
                "value": "10.00",
                "breakdown": {"item_total": {"currency_code": "EUR", "value": "10.00"}},
            },
            "items": [
                {
                    "name": "License",
                    "quantity": "1",
                    "unit_amount": {"currency_code": "EUR", "value": "10.00"},
                    "category": "DIGITAL_GOODS",
                }
            ],
            "custom_id": "1001",
            "invoice_id": "INV-1001",
        }
    ],
    "payment_source": {
        "paypal": {
            "experience_context": {
                "return_url": "https://shop.example/return/",
                "cancel_url": "https://shop.example/pay/?cancelled=1",
                "user_action": "PAY_NOW",
                "shipping_preference": "NO_SHIPPING",
            }
        }
    },
}


class Shop(StandIn):
    """The other end of the webhooks: remembers what came and answers as told."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self.statuses: list[int] = []
        self.route("POST", "/hooks/paypal/", self.hook)

    def hook(self, request: Request) -> Response:
        self.got.append((request.body, request.headers))
        return Response({}, self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as running:
        yield running


@pytest.fixture
def paypal(shop: Shop) -> Iterator[PayPalStandIn]:
    url = f"{shop.base_url}/hooks/paypal/"
    with PayPalStandIn(client_id=CLIENT, client_secret=SECRET, webhook_id=HOOK, webhook_url=url) as running:
        yield running


def token(paypal: PayPalStandIn) -> str:
    answer = requests.post(
        f"{paypal.base_url}/v1/oauth2/token", auth=(CLIENT, SECRET), data="grant_type=client_credentials", timeout=10
    )
    assert (answer.status_code, answer.json()["token_type"], answer.json()["expires_in"]) == (200, "Bearer", 32400)
    return str(answer.json()["access_token"])


def post(paypal: PayPalStandIn, path: str, body: Any, key: str = "", **headers: str) -> requests.Response:
    sent = {"Authorization": f"Bearer {token(paypal)}", "Content-Type": "application/json"} | headers
    sent |= {"PayPal-Request-Id": key} if key else {}
    return requests.post(f"{paypal.base_url}{path}", data=json.dumps(body), headers=sent, timeout=10)


def get(paypal: PayPalStandIn, path: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token(paypal)}"}
    return requests.get(f"{paypal.base_url}{path}", headers=headers, timeout=10)


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good order with one field changed, added, or taken away (``...``); ``path`` like ``a/0/b``."""
    order = json.loads(json.dumps(ORDER))
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place: Any = order
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return dict(order)


UNIT = "purchase_units/0"
REFUSED = [
    ("intent", ..., "MISSING_REQUIRED_PARAMETER"),
    ("intent", "SALE", "INVALID_PARAMETER_VALUE"),
    ("note", "hello", "UNKNOWN_PARAMETER"),
    (UNIT, [], "INVALID_PARAMETER_SYNTAX"),
    (f"{UNIT}/amount/value", 10.0, "INVALID_PARAMETER_SYNTAX"),
    (f"{UNIT}/amount/value", "10.001", "DECIMAL_PRECISION"),
    (f"{UNIT}/amount/value", "11.00", "AMOUNT_MISMATCH"),
    (f"{UNIT}/amount/value", "0.00", "CANNOT_BE_ZERO_OR_NEGATIVE"),
    (f"{UNIT}/amount/currency_code", "eur", "INVALID_PARAMETER_VALUE"),
    (f"{UNIT}/amount/breakdown/item_total/currency_code", "USD", "CURRENCY_MISMATCH"),
    (f"{UNIT}/amount/breakdown", ..., "ITEM_TOTAL_REQUIRED"),
    (f"{UNIT}/items/0/unit_amount/value", "9.00", "ITEM_TOTAL_MISMATCH"),
    (f"{UNIT}/items/0/quantity", 1, "INVALID_PARAMETER_SYNTAX"),
    (f"{UNIT}/items/0/name", "x" * 128, "INVALID_STRING_LENGTH"),
    (f"{UNIT}/custom_id", "x" * 128, "INVALID_STRING_LENGTH"),
    (f"{UNIT}/soft_descriptor", "x" * 23, "INVALID_STRING_LENGTH"),
    ("payment_source/paypal/experience_context/locale", "english", "INVALID_PARAMETER_VALUE"),
    ("payment_source/paypal/experience_context/return_url", "/return/", "INVALID_PARAMETER_VALUE"),
]


def test_what_paypal_refuses_is_refused(paypal: PayPalStandIn) -> None:
    for path, value, issue in REFUSED:
        answer = post(paypal, "/v2/checkout/orders", changed(path, value), "key")
        assert answer.status_code in (400, 422), (path, value)
        assert answer.json()["details"][0]["issue"] == issue, (path, value)
        assert answer.headers["PayPal-Debug-Id"] == answer.json()["debug_id"]
    rub = json.loads(json.dumps(ORDER).replace("EUR", "RUB"))
    assert post(paypal, "/v2/checkout/orders", rub, "key").json()["details"][0]["issue"] == "CURRENCY_NOT_SUPPORTED"
    yen = json.loads(json.dumps(ORDER).replace("EUR", "JPY"))
    assert post(paypal, "/v2/checkout/orders", yen, "key").json()["details"][0]["issue"] == "DECIMAL_PRECISION"
    assert post(paypal, "/v2/checkout/orders", ORDER).json()["details"][0]["field"] == "/PayPal-Request-Id"
    assert post(paypal, "/v2/checkout/orders", ORDER, "key", Prefer="all").status_code == 400
    assert post(paypal, "/v2/checkout/orders", ORDER, "key", **{"Content-Type": "text/plain"}).status_code == 415
    assert paypal.stats()["orders"] == 0


def test_who_is_not_let_in(paypal: PayPalStandIn) -> None:
    address = f"{paypal.base_url}/v1/oauth2/token"
    wrong = requests.post(address, auth=(CLIENT, "wrong"), data="grant_type=client_credentials", timeout=10)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert requests.post(address, auth=(CLIENT, SECRET), data="grant_type=password", timeout=10).status_code == 400
    assert requests.get(f"{paypal.base_url}/v2/checkout/orders/X", timeout=10).status_code == 401


def test_an_order_from_its_making_to_its_refund(paypal: PayPalStandIn) -> None:
    """The worked example of https://developer.paypal.com/docs/api/orders/v2/, call by call."""
    made = post(paypal, "/v2/checkout/orders", ORDER, "order-1")
    assert (made.status_code, made.json()["status"]) == (201, "PAYER_ACTION_REQUIRED")
    assert set(made.json()) == {"id", "status", "payment_source", "links"}  # no representation was asked for
    order_id = made.json()["id"]
    assert len(order_id) == 17
    page = next(each["href"] for each in made.json()["links"] if each["rel"] == "payer-action")
    early = post(paypal, f"/v2/checkout/orders/{order_id}/capture", {}, "capture-1")
    assert (early.status_code, early.json()["details"][0]["issue"]) == (422, "ORDER_NOT_APPROVED")
    back = requests.post(page, data={"way": "balance", "choice": "pay"}, allow_redirects=False, timeout=10)
    assert back.status_code == 303
    assert back.headers["Location"].startswith(f"https://shop.example/return/?token={order_id}&PayerID=")
    assert get(paypal, f"/v2/checkout/orders/{order_id}").json()["status"] == "APPROVED"
    path = f"/v2/checkout/orders/{order_id}/capture"
    done = post(paypal, path, {}, "capture-2", Prefer="return=representation")
    [capture] = done.json()["purchase_units"][0]["payments"]["captures"]
    assert (done.status_code, done.json()["status"], capture["status"]) == (201, "COMPLETED", "COMPLETED")
    assert capture["seller_receivable_breakdown"]["gross_amount"] == {"currency_code": "EUR", "value": "10.00"}
    again = post(paypal, path, {}, "capture-2", Prefer="return=representation")
    assert again.status_code == 200 and again.json()["purchase_units"][0]["payments"]["captures"] == [capture]
    assert post(paypal, path, {}, "capture-3").json()["details"][0]["issue"] == "ORDER_ALREADY_CAPTURED"
    refund = f"/v2/payments/captures/{capture['id']}/refund"
    part = {"amount": {"currency_code": "EUR", "value": "4.00"}, "note_to_payer": "Sorry", "custom_id": "refund-1"}
    first = post(paypal, refund, part, "refund-1", Prefer="return=representation").json()
    assert (first["status"], first["amount"]["value"], first["custom_id"]) == ("COMPLETED", "4.00", "refund-1")
    assert next(each["href"] for each in first["links"] if each["rel"] == "up").endswith(capture["id"])
    more = {"amount": {"currency_code": "EUR", "value": "6.01"}}
    assert post(paypal, refund, more, "refund-2").json()["details"][0]["issue"] == "REFUND_AMOUNT_EXCEEDED"
    assert post(paypal, refund, {"sum": "1"}, "refund-3").json()["details"][0]["issue"] == "UNKNOWN_PARAMETER"
    assert post(paypal, refund, {}, "refund-4", Prefer="return=representation").json()["amount"]["value"] == "6.00"
    assert post(paypal, refund, {}, "refund-5").json()["details"][0]["issue"] == "CAPTURE_FULLY_REFUNDED"
    assert get(paypal, f"/v2/payments/captures/{capture['id']}").json()["status"] == "REFUNDED"


def test_a_key_belongs_to_one_request(paypal: PayPalStandIn) -> None:
    first = post(paypal, "/v2/checkout/orders", ORDER, "order-1").json()["id"]
    assert post(paypal, "/v2/checkout/orders", ORDER, "order-1").json()["id"] == first
    other = post(paypal, "/v2/checkout/orders", changed(f"{UNIT}/custom_id", "1002"), "order-1")
    assert other.json()["details"][0]["issue"] == "PAYPAL_REQUEST_ID_PREVIOUSLY_USED"
    assert paypal.stats()["orders"] == 1


def test_failures_on_demand(paypal: PayPalStandIn) -> None:
    """https://developer.paypal.com/tools/sandbox/negative-testing/request-headers/"""
    order_id = post(paypal, "/v2/checkout/orders", ORDER, "order-1").json()["id"]
    mock = {"PayPal-Mock-Response": '{"mock_application_codes":"INSTRUMENT_DECLINED"}'}
    answer = post(paypal, f"/v2/checkout/orders/{order_id}/capture", {}, "capture-1", **mock)
    assert answer.json()["details"][0]["issue"] == "INSTRUMENT_DECLINED"


def test_the_page_is_paypals_and_can_be_left(paypal: PayPalStandIn) -> None:
    made = post(paypal, "/v2/checkout/orders", ORDER, "order-1").json()
    page = f"{paypal.base_url}/checkoutnow?token={made['id']}"
    shown = requests.get(page, timeout=10)
    assert "Sandbox: no real money, no real PayPal" in shown.text and "10.00 EUR" in shown.text
    left = requests.post(page, data={"choice": "cancel"}, allow_redirects=False, timeout=10)
    assert left.headers["Location"] == f"https://shop.example/pay/?cancelled=1&token={made['id']}"
    assert get(paypal, f"/v2/checkout/orders/{made['id']}").json()["status"] == "PAYER_ACTION_REQUIRED"
    paypal.agree(made["id"])
    assert requests.get(page, timeout=10).status_code == 410
    assert requests.get(f"{paypal.base_url}/checkoutnow?token=NONE", timeout=10).status_code == 404


def test_messages_are_signed_repeated_held_and_lost(paypal: PayPalStandIn, shop: Shop) -> None:
    """By https://developer.paypal.com/api/rest/webhooks/rest/: RSA over id, time, webhook id and CRC32 of the body."""
    shop.statuses = [500, 200]
    order_id = post(paypal, "/v2/checkout/orders", ORDER, "order-1").json()["id"]
    paypal.agree(order_id)
    assert paypal.courier.drain()
    (body, headers), (again, _) = shop.got
    assert body == again and json.loads(body)["event_type"] == "CHECKOUT.ORDER.APPROVED"
    pem = requests.get(headers["paypal-cert-url"], timeout=10).content
    names = ("transmission-id", "transmission-time")
    message = "|".join([*(headers[f"paypal-{name}"] for name in names), HOOK, str(zlib.crc32(body))]).encode()
    key: Any = x509.load_pem_x509_certificate(pem).public_key()
    key.verify(base64.b64decode(headers["paypal-transmission-sig"]), message, padding.PKCS1v15(), hashes.SHA256())
    paypal.webhook_mode(hold=True)
    post(paypal, f"/v2/checkout/orders/{order_id}/capture", {}, "capture-1")
    assert len(shop.got) == 2
    paypal.courier.release(copies=2)
    assert paypal.courier.drain() and len(shop.got) == 4
    paypal.webhook_mode(drop=True)
    paypal.refund(order_id)
    assert paypal.courier.drain() and len(shop.got) == 4


def test_paypal_says_whether_a_message_is_its_own(paypal: PayPalStandIn) -> None:
    body = b'{"id": "WH-1",  "event_type": "X"}'
    headers = paypal.courier.headers(body)
    proof = {
        name: headers[f"PAYPAL-{name.upper().replace('_', '-')}"]
        for name in ("auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time")
    } | {"webhook_id": HOOK}

    def asked(event: bytes, **changes: Any) -> requests.Response:
        head = json.dumps(proof | changes)[:-1].encode()
        return requests.post(
            f"{paypal.base_url}/v1/notifications/verify-webhook-signature",
            data=head + b', "webhook_event":' + event + b"}",
            headers={"Authorization": f"Bearer {token(paypal)}", "Content-Type": "application/json"},
            timeout=10,
        )

    assert asked(body).json() == {"verification_status": "SUCCESS"}
    assert asked(body.replace(b"  ", b" ")).json() == {"verification_status": "FAILURE"}
    assert asked(body, webhook_id="ANOTHER").json() == {"verification_status": "FAILURE"}
    assert asked(body, auth_algo="none").status_code == 400
    assert asked(body, more="x").status_code == 400


def test_all_is_there_after_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "paypal.json"
    with PayPalStandIn(client_id=CLIENT, client_secret=SECRET, state_path=state) as first:
        order_id = post(first, "/v2/checkout/orders", ORDER, "order-1").json()["id"]
        first.agree(order_id)
        signed = first.courier.headers(b"{}")
        pem = first.state.key["pem"]
    with PayPalStandIn(client_id=CLIENT, client_secret=SECRET, state_path=state) as second:
        assert get(second, f"/v2/checkout/orders/{order_id}").json()["status"] == "APPROVED"
        assert second.state.key["pem"] == pem and signed
        assert post(second, "/v2/checkout/orders", ORDER, "order-1").json()["id"] == order_id


def test_buttons_want_json_and_known_things(paypal: PayPalStandIn) -> None:
    control = f"{paypal.base_url}/_control"
    assert requests.post(f"{control}/orders/NONE/agree", json={}, timeout=10).status_code == 404
    order_id = post(paypal, "/v2/checkout/orders", ORDER, "order-1").json()["id"]
    assert requests.post(f"{control}/orders/{order_id}/agree", data="way=x", timeout=10).status_code == 415
    assert requests.post(f"{control}/orders/{order_id}/agree", json={"way": "gold"}, timeout=10).status_code == 400
    assert requests.post(f"{control}/orders/{order_id}/agree", json={}, timeout=10).json().startswith("https://shop")
    assert requests.get(f"{control}/stats", timeout=10).json() == {"orders": 1, "charges": 0, "refunds": 0}
