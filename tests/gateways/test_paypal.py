"""The PayPal gateway: every common case, and what only PayPal does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from storefront.gateways.errors import ConfigurationError, Declined, InvalidSignature, MissingRight, Unavailable
from storefront.gateways.payments.base import DeclineReason, LineItem, PendingReason, RemoteState
from storefront.gateways.payments.disputes import DisputeStage
from storefront.gateways.payments.paypal import Gateway
from storefront.gateways.payments.paypal.orders import locale
from storefront.gateways.payments.refunds import RefundRequest, RefundState
from storefront.sandbox.paypal import PayPalStandIn
from tests.gateways.payment_gateway_cases import NOW, CaptureCases, PaymentGatewayCases, request
from tests.gateways.paypal_rig import CLIENT, SECRET, PayPalRig
from tests.gateways.saved_method_cases import SavedMethodCases


@pytest.fixture
def rig() -> Iterator[PayPalRig]:
    with PayPalStandIn(client_id=CLIENT, client_secret=SECRET, webhook_id=PayPalRig.secret) as stand_in:
        rig = PayPalRig(stand_in)
        yield rig
        for other in rig.others:
            other.stop()


class TestPayPal(PaymentGatewayCases, CaptureCases, SavedMethodCases):
    pass


def sent(rig: PayPalRig, path: str) -> list[dict[str, Any]]:
    """What was posted to the addresses that end so."""
    return [each for each in rig.stand_in.requests() if each["method"] == "POST" and each["path"].endswith(path)]


def test_an_order_is_ours_and_for_nothing_that_is_shipped(rig: PayPalRig) -> None:
    rig.gateway().start(request(language="ru"))
    [call] = sent(rig, "/orders")
    order = json.loads(call["body"])
    [unit], page = order["purchase_units"], order["payment_source"]["paypal"]["experience_context"]
    assert (order["intent"], unit["custom_id"], unit["invoice_id"]) == ("CAPTURE", "1001", "Order 1001 1001")
    assert unit["amount"]["breakdown"] == {"item_total": {"currency_code": "EUR", "value": "96.00"}}
    assert (page["shipping_preference"], page["user_action"], page["locale"]) == ("NO_SHIPPING", "PAY_NOW", "ru-RU")
    assert call["headers"] == {"paypal-request-id": "payment-1", "prefer": "return=representation"}


def test_a_discount_and_too_many_lines_add_up(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    license, less = LineItem("License", Decimal("100.00")), LineItem("Discount", Decimal("-4.00"))
    gateway.start(request(lines=[license, less]))
    unit = json.loads(sent(rig, "/orders")[-1]["body"])["purchase_units"][0]
    assert {name: each["value"] for name, each in unit["amount"]["breakdown"].items()} == {
        "item_total": "100.00",
        "discount": "4.00",
    }
    many = [LineItem(f"License {number} {'x' * 200}", Decimal("0.96")) for number in range(101)]
    gateway.start(request(idempotency_key="payment-2", lines=many[:100]))
    gateway.start(request(idempotency_key="payment-3", lines=many, amount=Decimal("96.96")))
    assert len(json.loads(sent(rig, "/orders")[-1]["body"])["purchase_units"][0]["items"]) == 1


def test_whole_units_where_paypal_knows_no_others(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    for number, currency in enumerate(("HUF", "JPY", "TWD")):
        gateway.start(request(idempotency_key=f"whole-{number}", amount=Decimal("1500.00"), currency=currency))
        unit = json.loads(sent(rig, "/orders")[-1]["body"])["purchase_units"][0]
        assert unit["amount"]["value"] == "1500"
        with pytest.raises(Declined):
            gateway.start(request(idempotency_key="part", amount=Decimal("1500.50"), currency=currency))
    for currency in ("RUB", "UAH", "KZT", "BRL", "INR"):
        assert currency not in gateway.limits.currencies


@pytest.mark.parametrize(
    ("language", "tag"), [("de", "de-DE"), ("en-gb", "en-GB"), ("en", "en-US"), ("zh-hans", "zh-CN")]
)
def test_languages_in_paypals_words(language: str, tag: str) -> None:
    assert locale(language) == tag


@pytest.mark.parametrize(
    ("way", "reason"),
    [("echeck", PendingReason.BANK), ("review", PendingReason.REVIEW), ("unilateral", PendingReason.SELLER)],
)
def test_pending_money_says_why(rig: PayPalRig, way: str, reason: PendingReason) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.stand_in.agree(reference, way=way)
    found = gateway.capture(reference, idempotency_key="capture-0")
    assert (found.state, found.pending_reason, found.failure_code) == (RemoteState.PROCESSING, reason, "")


def test_a_refused_card_is_told_as_what_can_be_mended_there(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.approve(reference, declines=True)
    refused = gateway.capture(reference, idempotency_key="capture-0")
    assert refused.redirect_url == f"{rig.stand_in.base_url}/checkoutnow?token={reference}"
    assert gateway.decline_reasons[refused.failure_code] is DeclineReason.REFUSED_THERE


def test_a_call_that_is_late_has_no_reason_of_its_own(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.approve(reference, declines=True)
    gateway.capture(reference, idempotency_key="capture-0")
    late = gateway.capture(reference, idempotency_key="capture-1")  # the order waits for its buyer again
    assert (late.state, late.failure_code) == (RemoteState.OPEN, "")


def test_a_card_that_is_refused_again_and_again_ends_the_attempt(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    for number in range(10):
        rig.approve(reference, declines=True)
        assert gateway.capture(reference, idempotency_key=f"capture-{number}").state is RemoteState.OPEN
    rig.approve(reference)
    found = gateway.capture(reference, idempotency_key="capture-10")
    assert (found.state, found.failure_code) == (RemoteState.FAILED, "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED")


@pytest.mark.parametrize(("issue", "code"), [
    ("PREVIOUS_REQUEST_IN_PROGRESS", "idempotency_key_in_use"), ("OF_NEXT_YEAR", "unknown_refusal"),
    ("ORDER_COMPLETED_OR_VOIDED", "unknown_refusal"),  # PayPal says it of authorizations alone, and in either case
])  # fmt: skip
def test_a_refusal_that_says_nothing_certain_ends_nothing(rig: PayPalRig, issue: str, code: str) -> None:
    from storefront.sandbox.paypal.errors import refused

    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.approve(reference)
    orders = rig.stand_in._orders
    orders.capture = lambda _: (_ for _ in ()).throw(refused(issue))  # type: ignore[method-assign, assignment]
    with pytest.raises(Unavailable) as caught:
        gateway.capture(reference, idempotency_key="capture-0")
    assert caught.value.code == code
    del orders.capture
    assert gateway.capture(reference, idempotency_key="capture-0").state is RemoteState.SUCCEEDED


def test_one_token_serves_many_calls_and_is_renewed_once_when_it_is_refused(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    for _ in range(3):
        gateway.fetch(reference)
    assert len(sent(rig, "/oauth2/token")) == 1
    rig.stand_in.revoke_tokens()
    assert gateway.fetch(reference).state is RemoteState.OPEN
    assert len(sent(rig, "/oauth2/token")) == 2
    rig.stand_in.fail_next(kind="status", status=401, count=2)
    with pytest.raises(ConfigurationError):
        gateway.fetch(reference)
    assert len(sent(rig, "/oauth2/token")) == 3


def test_a_token_is_renewed_before_its_time_is_over(rig: PayPalRig) -> None:
    now = datetime.now(UTC)
    hours = iter([0, 0, 0, 0, *[9] * 20])
    gateway = rig.gateway(clock=lambda: now + timedelta(hours=next(hours)))
    reference = gateway.start(request()).provider_reference
    gateway.fetch(reference)
    gateway.fetch(reference)
    assert len(sent(rig, "/oauth2/token")) == 2


def test_no_token_is_an_answer_that_is_missing_or_our_own_mistake(rig: PayPalRig) -> None:
    for fault in ({"kind": "status", "status": 503}, {"kind": "empty"}, {"kind": "reset"}, {"kind": "html"}):
        rig.stand_in.fail_next(path="/v1/oauth2", **fault)
        with pytest.raises(Unavailable):
            rig.gateway().fetch("X")


def test_pending_refunds_are_followed_to_their_end(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.pay(reference)
    rig.stand_in.refunds_pend(reference)
    pending = gateway.refund(RefundRequest("refund-1", reference, Decimal("10.00"), "EUR", "asked for"))
    assert pending.state is RefundState.PENDING and gateway.fetch(reference).amount_refunded == Decimal(10)
    rig.stand_in.settle_refund(pending.refund_reference, succeed=False)
    found = gateway.fetch(reference)
    assert [each.state for each in found.refunds or ()] == [RefundState.FAILED] and found.amount_refunded == 0


def test_a_refund_elsewhere_that_bears_our_reference_is_not_taken_for_ours(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.pay(reference)
    refund_id = rig.stand_in.refund(reference)
    with rig.stand_in.state.changing():
        refund = rig.stand_in.state.refunds[refund_id]
        refund["custom_id"] = "1001"
        capture = rig.stand_in.state.captures[refund["_private"]["capture"]]
        rig.stand_in._orders.show(capture)
    [found] = gateway.fetch(reference).refunds or ()
    assert found.idempotency_key == ""


@pytest.mark.parametrize(
    ("stage", "status", "expected"),
    [
        ("INQUIRY", "WAITING_FOR_SELLER_RESPONSE", DisputeStage.INQUIRY),
        ("INQUIRY", "WAITING_FOR_BUYER_RESPONSE", DisputeStage.INQUIRY_REVIEW),
        ("CHARGEBACK", "WAITING_FOR_SELLER_RESPONSE", DisputeStage.OPEN),
        ("ARBITRATION", "UNDER_REVIEW", DisputeStage.REVIEW),
    ],
)
def test_disputes_take_money_once_paypal_is_to_decide(
    rig: PayPalRig, stage: str, status: str, expected: DisputeStage
) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.pay(reference)
    rig.stand_in.dispute(reference, stage=stage, status=status)
    [found] = gateway.fetch(reference, look_for_disputes=True).disputes or ()
    assert (found.stage, found.takes_money) == (expected, expected in (DisputeStage.OPEN, DisputeStage.REVIEW))
    rig.stand_in.close_dispute(reference, outcome="CANCELED_BY_BUYER")
    [found] = gateway.fetch(reference, look_for_disputes=True).disputes or ()
    assert not found.takes_money


def test_without_the_right_to_see_disputes_all_else_is_seen(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.pay(reference)
    rig.stand_in.restrict("disputes")
    found = gateway.fetch(reference, look_for_disputes=True)
    assert (found.state, found.disputes, found.missing_right) == (RemoteState.SUCCEEDED, None, "Disputes")
    with pytest.raises(MissingRight):
        gateway.find_disputed(since=datetime.now(UTC) - timedelta(days=1))
    assert "right:disputes" in [each.code for each in gateway.diagnose(webhook_url="x") if each.verdict == "fault"]


def test_a_hundred_disputes_are_read_page_by_page(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.pay(reference)
    for _ in range(60):
        rig.stand_in.dispute(reference)
    assert len(gateway.find_disputed(since=datetime.now(UTC) - timedelta(hours=1))) == 60


class TestMessages:
    def paid(self, rig: PayPalRig) -> bytes:
        reference = rig.gateway().start(request()).provider_reference
        rig.pay(reference)
        return rig.newest("PAYMENT.CAPTURE.COMPLETED")

    def test_paypal_itself_is_asked_where_that_is_wanted(self, rig: PayPalRig) -> None:
        body, gateway = self.paid(rig), rig.gateway(verify="api")
        assert gateway.parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW).event_id
        assert len(sent(rig, "/verify-webhook-signature")) == 1
        for headers in (
            rig.sign(body + b" ", secret=rig.secret, at=NOW),
            rig.sign(body, secret="ANOTHER", at=NOW),
            rig.sign(body, secret=rig.secret, at=NOW) | {"PAYPAL-TRANSMISSION-ID": 'a", "x": "b'},
            rig.sign(body, secret=rig.secret, at=NOW) | {"PAYPAL-AUTH-ALGO": "none"},
        ):
            with pytest.raises(InvalidSignature):
                gateway.parse_webhook(body, headers, now=NOW)
        rig.stand_in.fail_next(kind="status", status=503)
        with pytest.raises(Unavailable):
            gateway.parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)

    def test_the_certificate_is_fetched_once_and_from_paypal_alone(self, rig: PayPalRig) -> None:
        body, gateway = self.paid(rig), rig.gateway()
        for _ in range(3):
            gateway.parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)
        assert not sent(rig, "/verify-webhook-signature")
        good = f"{rig.stand_in.base_url}/v1/notifications/certs/CERT-sandbox-1"
        for address in (
            good.replace("127.0.0.1", "localhost"),
            "http://api.paypal.com/v1/notifications/certs/CERT-1",
            "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
            "https://evil.example/v1/notifications/certs/CERT-1",
            "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
            "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
            good.replace("/certs/", "/other/"),
            f"{good}?next=https://evil.example",
            f"{good}/../../../x",
            "https://[api.paypal.com/v1/notifications/certs/CERT-1",
        ):
            headers = rig.sign(body, secret=rig.secret, at=NOW) | {"PAYPAL-CERT-URL": address}
            with pytest.raises(InvalidSignature):
                gateway.parse_webhook(body, headers, now=NOW)

    def test_a_certificate_whose_time_is_over_proves_nothing(self, rig: PayPalRig) -> None:
        body, late = self.paid(rig), NOW + timedelta(days=800)
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(body, rig.sign(body, secret=rig.secret, at=late), now=late)

    def test_without_a_certificate_paypal_is_asked(self, rig: PayPalRig) -> None:
        body = self.paid(rig)
        headers = rig.sign(body, secret=rig.secret, at=NOW)
        rig.stand_in.route("GET", "/v1/notifications/certs/CERT-gone", lambda _: (_ for _ in ()).throw(OSError))
        address = f"{rig.stand_in.base_url}/v1/notifications/certs/CERT-sandbox-1"
        gateway = rig.gateway()
        rig.stand_in._routes = [each for each in rig.stand_in._routes if not each[1].fullmatch(
            "/v1/notifications/certs/CERT-sandbox-1")]  # fmt: skip
        from storefront.sandbox.server import Response

        rig.stand_in.route("GET", "/v1/notifications/certs/CERT-sandbox-1", lambda _: Response(b"", 503))
        assert headers["PAYPAL-CERT-URL"] == address
        assert gateway.parse_webhook(body, headers, now=NOW).event_id
        assert len(sent(rig, "/verify-webhook-signature")) == 1


class TestSettings:
    def test_missing_keys_and_wrong_addresses_are_refused(self) -> None:
        good: dict[str, Any] = {"client_id": "a", "client_secret": "b", "webhook_ids": ["c"]}
        assert Gateway(**good).is_live and Gateway(**good).redirect_origins == ("https://www.paypal.com",)
        assert not Gateway(**good, api_base="https://api-m.sandbox.paypal.com").is_live
        for wrong in (
            {"client_id": ""},
            {"client_secret": " "},
            {"webhook_ids": []},
            {"webhook_ids": "c"},
            {"api_base": "https://api.paypal.example"},
        ):
            with pytest.raises(ConfigurationError):
                Gateway(**(good | wrong))

    def test_pages_for_staff(self, rig: PayPalRig) -> None:
        live = Gateway(client_id="a", client_secret="b", webhook_ids=["c"])
        assert live.dashboard_url("3C679366HH908993F") == "https://www.paypal.com/activity/payment/3C679366HH908993F"
        assert live.dashboard_url("PP-R-ABC-1") == "https://www.paypal.com/resolutioncenter/view/PP-R-ABC-1"
        assert rig.gateway().dashboard_url("3C679366HH908993F") == ""


def test_the_doctor_names_what_is_wrong_with_the_webhook(rig: PayPalRig) -> None:
    url = "https://shop.example/hooks/paypal/"

    def faults() -> list[str]:
        return [each.code for each in rig.gateway().diagnose(webhook_url=url) if each.verdict == "fault"]

    assert faults() == ["endpoint"]
    rig.stand_in.change_webhook(url=url)
    assert faults() == []
    rig.stand_in.change_webhook(event_types=["PAYMENT.CAPTURE.COMPLETED"])
    assert faults() == ["endpoint"]
    rig.stand_in.change_webhook(id="ANOTHER")
    assert faults() == ["endpoint"]
    [key] = rig.gateway(key="wrong").diagnose(webhook_url=url)
    assert (key.code, key.verdict) == ("key", "fault") and "PAYPAL_CLIENT_ID" in key.remedy
