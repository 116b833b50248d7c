"""The Stripe gateway: every common case, and what only Stripe does."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from urllib.parse import parse_qsl

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from storefront.gateways.errors import ConfigurationError, Declined, InvalidSignature, KeySpent, Unavailable
from storefront.gateways.payments.base import EventKind, LineItem, RemoteState
from storefront.gateways.payments.disputes import DisputeReason, DisputeStage
from storefront.gateways.payments.refunds import RefundRequest
from storefront.gateways.payments.stripe import Gateway
from storefront.gateways.payments.stripe.amounts import EXCEPTIONS, from_minor, to_minor
from storefront.gateways.payments.stripe.disputes import REASONS, STAGES
from storefront.gateways.payments.stripe.disputes import read as read_dispute
from storefront.gateways.payments.stripe.sessions import locale
from storefront.sandbox.stripe import StripeStandIn
from tests.gateways.payment_gateway_cases import CALLS, NOW, PaymentGatewayCases, call, request
from tests.gateways.saved_method_cases import SavedMethodCases
from tests.gateways.stripe_rig import KEY, StripeRig
from tests.gateways.stripe_types import request_faults


@pytest.fixture
def rig() -> Iterator[StripeRig]:
    """Every request of every test below is one that the installed ``stripe`` package has in its typed parameters."""
    with StripeStandIn(api_key=KEY) as stand_in:
        rig = StripeRig(stand_in)
        yield rig
        for other in rig.others:
            other.stop()
        sent = stand_in.requests()
    assert not [fault for each in sent for fault in request_faults(each)]


class TestStripe(PaymentGatewayCases, SavedMethodCases):
    pass


def test_every_call_sends_what_the_installed_package_knows(rig: StripeRig) -> None:
    """The judge is the fixture; here every call is made, whatever the other tests make."""
    gateway = rig.gateway()
    reference = gateway.start(request(metadata={"order": "A-7"})).provider_reference
    rig.pay(reference)
    rig.stand_in.dispute(reference, status="warning_needs_response")
    for name in CALLS:
        call(gateway, name, reference)
    gateway.fetch(reference, look_for_disputes=True)
    gateway.find_disputed(since=datetime.now(UTC) - timedelta(hours=1))
    paths = {(each["method"], each["path"].replace(reference, "_")) for each in rig.stand_in.requests()}
    sessions = "/v1/checkout/sessions"
    assert paths >= {("POST", sessions), ("GET", sessions), ("GET", f"{sessions}/_"), ("POST", f"{sessions}/_/expire")}
    assert paths >= {("POST", "/v1/refunds"), ("GET", "/v1/disputes")}


def sent(rig: StripeRig) -> dict[str, str]:
    return dict(parse_qsl(rig.stand_in.requests()[-1]["body"]))


def test_session_carries_our_reference_everywhere(rig: StripeRig) -> None:
    rig.gateway().start(request(metadata={"order": "A-7"}, language="de-at"))
    fields = sent(rig)
    assert fields["client_reference_id"] == "1001"
    for place in ("metadata", "payment_intent_data[metadata]"):
        assert (fields[f"{place}[our_reference]"], fields[f"{place}[order]"]) == ("1001", "A-7")
    assert fields["customer_email"] == "buyer@example.com"
    assert (fields["locale"], fields["adaptive_pricing[enabled]"]) == ("de", "false")
    assert not any(name.startswith("payment_method_types") for name in fields)
    assert rig.stand_in.requests()[-1]["idempotency_key"] == "payment-1"


def test_lines_are_sent_as_final_amounts(rig: StripeRig) -> None:
    lines = [LineItem("Standard", Decimal("90.00")), LineItem("Setup", Decimal("6.00"))]
    rig.gateway().start(request(lines=lines))
    fields = sent(rig)
    assert [fields[f"line_items[{n}][price_data][unit_amount]"] for n in (0, 1)] == ["9000", "600"]
    assert [fields[f"line_items[{n}][quantity]"] for n in (0, 1)] == ["1", "1"]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [LineItem("License", Decimal("100.00")), LineItem("Discount", Decimal("-4.00"))],
        [LineItem(f"License {n}", Decimal("0.96")) for n in range(100)] + [LineItem("Nothing", Decimal(0))],
    ],
)
def test_lines_stripe_cannot_show_become_one_total(rig: StripeRig, lines: list[LineItem]) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request(lines=lines)).provider_reference
    assert sent(rig)["line_items[0][price_data][product_data][name]"] == "Order 1001"
    assert gateway.fetch(reference).amount == Decimal("96.00")


@pytest.mark.parametrize("asked", [timedelta(minutes=1), timedelta(hours=2), timedelta(days=3)])
def test_closing_time_is_moved_into_stripes_window(rig: StripeRig, asked: timedelta) -> None:
    now = datetime.now(UTC)
    started = rig.gateway().start(request(expires_at=now + asked))
    assert started.expires_at is not None
    assert timedelta(minutes=30) < started.expires_at - now < timedelta(hours=24)


def test_late_retry_finds_the_session_though_its_closing_time_moved(rig: StripeRig) -> None:
    gateway = rig.gateway()
    first = gateway.start(request(expires_at=datetime.now(UTC) + timedelta(hours=2)))
    assert gateway.start(request(expires_at=datetime.now(UTC) + timedelta(hours=3))) == first
    assert rig.opened() == 1


def test_lost_answer_is_healed_by_the_sdks_retry_with_the_same_key(rig: StripeRig) -> None:
    rig.fail("lost")
    gateway = Gateway(api_key=KEY, webhook_secrets=["whsec_now"], api_base=rig.stand_in.base_url)
    assert gateway.start(request()).redirect_url
    assert [each["idempotency_key"] for each in rig.stand_in.requests()] == ["payment-1"] * 2
    assert rig.opened() == 1


@pytest.mark.parametrize("kind", ["status", "broken"])
def test_a_key_that_brings_only_a_failure_is_said_to_be_spent(rig: StripeRig, kind: str) -> None:
    """Stripe answers it with the same 500 for a day: docs.stripe.com/api/idempotent_requests."""
    rig.stand_in.fail_next(kind=kind)
    gateway, same = rig.gateway(), request()  # one that ends a second later would be another request
    for _ in range(2):
        with pytest.raises(KeySpent):
            gateway.start(same)
    assert gateway.start(request(idempotency_key="payment-2")).redirect_url


@pytest.mark.parametrize("kind", ["status", "broken"])
def test_a_late_retry_of_a_failure_opens_the_page_or_learns_that_there_is_none(rig: StripeRig, kind: str) -> None:
    """It differs from the first request, so Stripe refuses to compare them; the list of sessions tells."""
    rig.stand_in.fail_next(kind=kind)
    gateway = rig.gateway()
    with pytest.raises(KeySpent):
        gateway.start(request(return_url="https://shop.example/return/1/"))
    late = request(return_url="https://shop.example/return/2/")
    if kind == "broken":
        assert gateway.start(late).redirect_url == rig.stand_in.sessions()[0]["url"]
    else:
        with pytest.raises(KeySpent):
            gateway.start(late)


def test_two_failures_are_as_good_as_one_that_is_remembered(rig: StripeRig) -> None:
    rig.stand_in.fail_next(kind="status", count=2)
    with pytest.raises(KeySpent):
        rig.gateway().start(request())


def test_key_in_use_elsewhere_is_waited_for(rig: StripeRig) -> None:
    """The first call is still at work when the second comes: 409, then the SDK's retry gets the stored answer."""
    from concurrent.futures import ThreadPoolExecutor

    rig.stand_in.fail_next(kind="slow", seconds=0.15)
    gateway = Gateway(api_key=KEY, webhook_secrets=["whsec_now"], api_base=rig.stand_in.base_url)
    asked = request()
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(gateway.start, [asked, asked])
    assert first == second
    assert rig.opened() == 1


def test_bank_debit_is_processing_until_the_bank_speaks(rig: StripeRig) -> None:
    gateway = rig.gateway()
    paid, failed = (gateway.start(request(idempotency_key=f"payment-{n}")).provider_reference for n in range(2))
    for reference in (paid, failed):
        rig.stand_in.pay_later(reference)
        assert gateway.fetch(reference).state is RemoteState.PROCESSING
    rig.stand_in.settle_later(paid, succeed=True)
    rig.stand_in.settle_later(failed, succeed=False)
    assert gateway.fetch(paid).state is RemoteState.SUCCEEDED
    assert gateway.fetch(failed).state is RemoteState.FAILED
    assert rig.parsed("checkout.session.async_payment_succeeded").provider_reference == paid
    assert rig.parsed("checkout.session.async_payment_failed").provider_reference == failed


def test_card_is_named_safely(rig: StripeRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.stand_in.pay(reference, card="5555555555554444")
    assert gateway.fetch(reference).method_label == "mastercard •••• 4444"


def test_the_country_of_card_or_bank_is_told(rig: StripeRig) -> None:
    gateway = rig.gateway()
    card, debit = (gateway.start(request(idempotency_key=f"payment-{n}")).provider_reference for n in range(2))
    assert gateway.fetch(card).method_country == ""
    rig.stand_in.pay(card, card="4000002760000016")
    assert gateway.fetch(card).method_country == "DE"
    rig.stand_in.pay_later(debit)
    assert gateway.fetch(debit).method_country == "DE"


def test_recent_charges_are_read_over_many_pages(rig: StripeRig) -> None:
    gateway = rig.gateway()
    started = [gateway.start(request(idempotency_key=f"payment-{n}")).provider_reference for n in range(103)]
    found = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
    assert [each.provider_reference for each in found] == started[::-1]


def test_refund_made_elsewhere_is_known_and_its_events_name_the_charge(rig: StripeRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.pay(reference)
    rig.stand_in.refund(reference, amount=1000)
    found = gateway.fetch(reference)
    assert found.amount_refunded == Decimal("10.00")
    for kind in ("charge.refunded", "refund.created"):
        event = rig.parsed(kind)
        assert (event.kind, event.provider_reference) == (EventKind.REFUND_CHANGED, "")
        assert event.charge_reference == found.charge_reference
    assert rig.parsed("charge.refunded").our_reference == "1001"


def test_our_refund_carries_our_reference_and_reason(rig: StripeRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.pay(reference)
    gateway.refund(RefundRequest("refund-1", reference, Decimal("5.00"), "EUR", "wrong license"))
    fields = sent(rig)
    assert "reason" not in fields and fields["metadata[reason]"] == "wrong license"
    assert rig.parsed("refund.created").our_reference == "1001"
    gateway.refund(RefundRequest("refund-2", reference, Decimal("5.00"), "EUR", "duplicate"))
    assert sent(rig)["reason"] == "duplicate"


def test_refund_that_fails_later_gives_the_money_back_to_us(rig: StripeRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.stand_in.pay(reference, card="4000000000007726")
    refund = gateway.refund(RefundRequest("refund-1", reference, Decimal("5.00"), "EUR"))
    assert refund.state == "pending"
    rig.stand_in.settle_refund(refund.refund_reference, succeed=False)
    assert gateway.fetch(reference).amount_refunded == 0
    assert rig.parsed("refund.failed").kind is EventKind.REFUND_CHANGED


@pytest.mark.parametrize(("won", "takes", "withdrawn"), [(True, False, "0"), (False, True, "96")])
def test_dispute_holds_until_it_is_won(rig: StripeRig, won: bool, takes: bool, withdrawn: str) -> None:
    gateway, reference = paid_charge(rig)
    rig.stand_in.dispute(reference)
    (found,) = gateway.fetch(reference).disputes or ()
    assert (found.stage, found.reason, found.takes_money) == (DisputeStage.OPEN, DisputeReason.FRAUDULENT, True)
    assert (found.amount, found.withdrawn, found.fee) == (Decimal("96.00"), Decimal("96.00"), Decimal("20.00"))
    event = rig.parsed("charge.dispute.created")
    charge_reference = gateway.fetch(reference).charge_reference
    assert (event.kind, event.charge_reference) == (EventKind.DISPUTE_CHANGED, charge_reference)
    assert found.page == f"https://dashboard.stripe.com/test/payments/{charge_reference}"
    assert timedelta(days=6) < found.evidence_due_at - datetime.now(UTC) <= timedelta(days=7)  # type: ignore[operator]
    with pytest.raises(Declined):
        gateway.refund(RefundRequest("refund-1", reference, Decimal("5.00"), "EUR"))
    rig.stand_in.close_dispute(reference, won=won)
    (found,) = gateway.fetch(reference).disputes or ()
    assert (found.takes_money, found.withdrawn, found.fee) == (takes, Decimal(withdrawn), Decimal("20.00"))
    assert gateway.find_disputed(since=datetime.now(UTC) - timedelta(minutes=5)) == [charge_reference]


def paid_charge(rig: StripeRig) -> tuple[Gateway, str]:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.pay(reference)
    return gateway, reference


def test_inquiry_is_no_dispute(rig: StripeRig) -> None:
    gateway, reference = paid_charge(rig)
    rig.stand_in.dispute(reference, status="warning_needs_response")
    assert gateway.fetch(reference).disputes is None  # the charge does not say so, and nobody looked
    (found,) = gateway.fetch(reference, look_for_disputes=True).disputes or ()
    assert (found.stage, found.takes_money, found.withdrawn) == (DisputeStage.INQUIRY, False, 0)


@pytest.mark.parametrize(("takes", "withdrawn"), [(True, "96.00"), (False, "0")])
def test_what_was_prevented_has_the_money_where_stripe_says(rig: StripeRig, takes: bool, withdrawn: str) -> None:
    gateway, reference = paid_charge(rig)
    rig.stand_in.dispute(reference, status="prevented", takes=takes)
    (found,) = gateway.fetch(reference, look_for_disputes=True).disputes or ()
    assert (found.stage, found.takes_money, found.withdrawn) == (DisputeStage.PREVENTED, takes, Decimal(withdrawn))
    assert found.fee == 0


def test_every_status_and_reason_of_the_api_version_is_known() -> None:
    """The installed package says what there is; an upgrade that adds one fails here."""
    annotated = stripe.Dispute.__annotations__["status"]
    assert {value for each in get_args(annotated) for value in get_args(each)} == set(STAGES)
    documented = re.findall(r"`(\w+)`", inspect.getsource(stripe.Dispute).split("Reason given by cardholder")[1][:600])
    assert set(documented) == set(REASONS) | {"general"}


def _booked(amount: int, fee: int = 0, currency: str = "usd") -> dict[str, Any]:
    return {"amount": amount, "fee": fee, "currency": currency}


@pytest.mark.parametrize(
    ("booked", "withdrawn", "fee"),
    [
        ([], "0", ("0", "")),
        ([_booked(-9600, 2000, "eur")], "96.00", ("20.00", "EUR")),
        ([_booked(-9600, 2000, "eur"), _booked(9600, -1500, "eur")], "0", ("5.00", "EUR")),
        ([_booked(-9600, 0, "eur"), _booked(1000, 0, "eur")], "86.00", ("0", "")),
        ([_booked(-10400, 1500)], "96.00", ("15.00", "USD")),
        ([_booked(-10400, 1500), _booked(10100)], "0", ("15.00", "USD")),
        ([_booked(-9900, 0, "eur")], "96.00", ("0", "")),
    ],
    ids=["nothing", "withdrawn", "reinstated", "in part", "other currency", "reinstated there", "more than was paid"],
)
def test_the_money_of_a_dispute_is_what_its_balance_transactions_say(
    booked: list[dict[str, Any]], withdrawn: str, fee: tuple[str, str]
) -> None:
    found = read_dispute(
        {
            "id": "du_1",
            "status": "lost",
            "reason": "general",
            "amount": 9600,
            "currency": "eur",
            "created": 1_790_000_000,
            "livemode": True,
            "payment_intent": "pi_1",
            "evidence_details": {"due_by": 0},
            "balance_transactions": booked,
        },
        kept=Decimal("96.00"),
    )
    assert (found.withdrawn, found.fee, found.fee_currency) == (Decimal(withdrawn), Decimal(fee[0]), fee[1])
    assert (found.evidence_due_at, found.page) == (None, "https://dashboard.stripe.com/payments/pi_1")


def test_tampered_session_is_told_as_it_is(rig: StripeRig) -> None:
    """The gateway hides nothing: comparing with what was asked for is the caller's duty."""
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.stand_in.tamper(reference, amount_total=100, currency="usd", livemode=True, client_reference_id="7")
    found = gateway.fetch(reference)
    assert (found.amount, found.currency, found.is_live, found.our_reference) == (Decimal("1.00"), "USD", True, "7")


@pytest.mark.parametrize("state", [{"status": "paused"}, {"amount_total": 1.5}, {"livemode": None}, {"currency": None}])
def test_session_stripe_does_not_document_is_unavailable(rig: StripeRig, state: dict[str, Any]) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request()).provider_reference
    rig.stand_in.tamper(reference, **state)
    with pytest.raises(Unavailable):
        gateway.fetch(reference)


@pytest.mark.parametrize("status", [401, 403])
def test_refused_rights_are_a_mistake_of_our_set_up(rig: StripeRig, status: int) -> None:
    rig.stand_in.fail_next(kind="status", status=status)
    with pytest.raises(ConfigurationError):
        rig.gateway().start(request())


def test_answer_that_trickles_in_is_given_up_in_time(rig: StripeRig) -> None:
    """Every byte comes well within the read timeout, but the whole would take seconds (and then be a success)."""
    rig.stand_in.fail_next(kind="trickle", seconds=0.005)
    gateway = Gateway(
        api_key=KEY,
        webhook_secrets=["whsec_now"],
        api_base=rig.stand_in.base_url,
        timeouts=(1.0, 1.0),
        max_network_retries=0,
    )
    with pytest.raises(Unavailable):
        gateway.start(request())
    assert rig.opened() == 1


def test_nothing_is_told_about_our_machine_and_timings(rig: StripeRig) -> None:
    gateway = rig.gateway()
    for n in range(2):
        gateway.start(request(idempotency_key=f"payment-{n}"))
    for each in rig.stand_in.requests():
        assert "x-stripe-client-telemetry" not in each["headers"]
        assert "platform" not in json.loads(each["headers"]["x-stripe-client-user-agent"])


def test_no_redirect_is_followed(rig: StripeRig) -> None:
    reference = rig.gateway().start(request()).provider_reference
    rig.stand_in.fail_next(kind="redirect")
    with pytest.raises(Unavailable):
        rig.gateway().fetch(reference)


def test_nobody_listening_is_unavailable() -> None:
    stand_in = StripeStandIn(api_key=KEY)
    with stand_in:
        gateway = StripeRig(stand_in).gateway()
        gateway.start(request())
    with pytest.raises(Unavailable):
        gateway.fetch("cs_test_1")


@pytest.mark.parametrize(
    ("key", "secrets", "base"),
    [
        ("", ["whsec_1"], "https://api.stripe.com"),
        ("pk_test_1", ["whsec_1"], "https://api.stripe.com"),
        ("sk_prod_1", ["whsec_1"], "https://api.stripe.com"),
        ("sk_test_1", [], "https://api.stripe.com"),
        ("sk_test_1", [" "], "https://api.stripe.com"),
        ("sk_test_1", "whsec_1", "https://api.stripe.com"),
        ("sk_live_1", ["whsec_1"], "http://127.0.0.1:1"),
    ],
)
def test_half_a_configuration_is_refused(key: str, secrets: Any, base: str) -> None:
    with pytest.raises(ConfigurationError):
        Gateway(api_key=key, webhook_secrets=secrets, api_base=base)


@pytest.mark.parametrize(("key", "is_live"), [("sk_live_1", True), ("rk_live_1", True), ("sk_test_1", False)])
def test_key_says_whether_money_is_real(key: str, is_live: bool) -> None:
    assert Gateway(api_key=key, webhook_secrets=["whsec_1"]).is_live is is_live


@pytest.mark.parametrize(
    "subject",
    [
        {"object": "payment_intent", "id": "pi_1", "metadata": {"our_reference": "1001"}},
        {"object": "checkout.session", "id": "cs_1", "mode": "subscription"},
        {"object": "customer", "id": "cus_1"},
    ],
)
def test_events_about_other_things_are_ignored(rig: StripeRig, subject: dict[str, Any]) -> None:
    kind = "checkout.session.completed" if "mode" in subject else f"{subject['object']}.updated"
    event = {"id": "evt_1", "object": "event", "type": kind, "livemode": True, "data": {"object": subject}}
    body = json.dumps(event).encode()
    parsed = rig.gateway().parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)
    assert (parsed.kind, parsed.is_live, parsed.raw_type) == (EventKind.IGNORED, True, kind)


def test_a_payload_of_the_other_style_is_refused_by_its_name(rig: StripeRig) -> None:
    """As https://docs.stripe.com/event-destinations shows it: proven, and without the object."""
    event = {
        "id": "evt_test_65R9Ijk8dKEYZcXeRWn16R9A7j1FSQ3w3TGDPLLGSM4CW0",
        "object": "v2.core.event",
        "type": "v1.checkout.session.completed",
        "livemode": False,
        "created": "2026-11-02T12:00:00.000Z",
        "context": None,
        "related_object": {"id": "cs_1", "type": "checkout.session", "url": "/v1/checkout/sessions/cs_1"},
    }
    body = json.dumps(event).encode()
    with pytest.raises(InvalidSignature) as refusal:
        rig.gateway().parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)
    assert refusal.value.code == "thin_payload"


@pytest.mark.parametrize(
    "header", ["", "t=1", "v1=00", "t=x,v1=00", "t=,v1=", "v0=00,t=1", ",,,", "t=1,v1=é", "t" * 9000]
)
def test_malformed_signatures_are_refused(rig: StripeRig, header: str) -> None:
    with pytest.raises(InvalidSignature):
        rig.gateway().parse_webhook(b"{}", {"Stripe-Signature": header}, now=NOW)


@given(st.text(max_size=60), st.binary(max_size=60))
def test_no_header_and_no_body_break_the_verification(header: str, body: bytes) -> None:
    gateway = Gateway(api_key=KEY, webhook_secrets=["whsec_1"])
    with pytest.raises(InvalidSignature):
        gateway.parse_webhook(body, {"Stripe-Signature": header}, now=NOW)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "en"),
        ("en-gb", "en-GB"),
        ("en_US", "en"),
        ("pt-br", "pt-BR"),
        ("zh-hant", "zh-TW"),
        ("uk", "auto"),
        ("", "auto"),
    ],
)
def test_languages_become_stripes_locales(tag: str, expected: str) -> None:
    assert locale(tag) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1", "EUR", 100),
        ("0.01", "eur", 1),
        ("5", "JPY", 5),
        ("1.230", "KWD", 1230),
        ("7", "ISK", 700),
        ("7.00", "UGX", 700),
        ("999999.99", "USD", 99_999_999),
        ("9999999999", "JPY", 9_999_999_999),
        ("9999999.99", "INR", 999_999_999),
        ("999999", "UGX", 99_999_900),
    ],
)
def test_minor_units(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("1.001", "EUR"),
        ("0.5", "JPY"),
        ("1.234", "KWD"),
        ("7.50", "ISK"),
        ("1000000", "USD"),
        ("10000000000", "JPY"),
        ("10000000", "INR"),
        ("Infinity", "EUR"),
        ("-1", "EUR"),
    ],
)
def test_amounts_are_never_rounded(amount: str, currency: str) -> None:
    with pytest.raises(Declined):
        to_minor(Decimal(amount), currency)


@pytest.mark.parametrize("amount", [1, 1.0, "1"])
def test_only_decimals_are_money(amount: Any) -> None:
    with pytest.raises(TypeError):
        to_minor(amount, "EUR")


@given(st.integers(0, 99_999_999), st.sampled_from([*sorted(EXCEPTIONS), "EUR", "USD", "HUF"]))
def test_minor_units_come_back_unchanged(minor: int, currency: str) -> None:
    minor -= minor % EXCEPTIONS.get(currency, (2, 1))[1]
    assert to_minor(from_minor(minor, currency), currency) == minor


@given(st.decimals(0, 999_999, places=4), st.sampled_from([*sorted(EXCEPTIONS), "EUR"]))
def test_an_amount_is_charged_exactly_or_not_at_all(amount: Decimal, currency: str) -> None:
    try:
        minor = to_minor(amount, currency)
    except Declined:
        return
    assert from_minor(minor, currency) == amount


# Limits


def test_the_limits_are_those_of_the_stand_in(rig: StripeRig) -> None:
    """Two tables, written down apart from each other: the smallest and the largest amount of each currency open a page,
    and one step less or more is what Stripe's own answer calls too small or too large."""
    gateway = rig.gateway()
    limits = gateway.limits
    for currency in sorted(limits.currencies):
        smallest, step = limits.smallest_in(currency), limits.step_in(currency)
        gateway.start(request(idempotency_key=f"least-{currency}", amount=smallest, currency=currency))
        below = to_minor(smallest, currency) - EXCEPTIONS.get(currency, (2, 1))[1]
        if below > 0:
            answer = rig.open_raw(currency.lower(), below)
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "amount_too_small"), currency
        with pytest.raises(Declined):
            gateway.start(request(idempotency_key=f"less-{currency}", amount=smallest - step, currency=currency))
        most = limits.largest[currency]
        gateway.start(request(idempotency_key=f"most-{currency}", amount=most, currency=currency))
        above = to_minor(most, currency) + EXCEPTIONS.get(currency, (2, 1))[1]
        answer = rig.open_raw(currency.lower(), above, key=f"above-{currency}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "amount_too_large"), currency
        with pytest.raises(Declined):
            gateway.start(request(idempotency_key=f"more-{currency}", amount=most + step, currency=currency))
    assert rig.stand_in.stats()["session_creates"] == 2 * len(limits.currencies)


def test_a_message_can_be_had_in_every_currency(rig: StripeRig) -> None:
    for currency in sorted(rig.gateway().limits.currencies):
        rig.gateway().provoke_message(currency=currency, return_url="https://shop.example/")
    assert {session["status"] for session in rig.stand_in.sessions()} == {"expired"}


@pytest.mark.parametrize("email", ["nobody", "a..b@example.com", "grüße@example.com", "user@localhost", ""])
def test_an_address_that_cannot_be_sent_is_left_out(rig: StripeRig, email: str) -> None:
    rig.gateway().start(request(customer_email=email))
    assert rig.stand_in.sessions()[0]["customer_email"] is None
    assert len(rig.stand_in.requests()) == 1


@pytest.mark.parametrize("is_remembered", [False, True])
def test_an_address_that_only_stripe_refuses_is_left_out_too(rig: StripeRig, is_remembered: bool) -> None:
    """Whether the refusal is remembered with its key or not: the second request has a key of its own, the same each
    time, so that trying again opens nothing more."""
    email = "buyer@shop.invalid"
    if is_remembered:
        email = "buyer@shop.example"
        rig.stand_in.refuse_email(email)
    expires_at = datetime.now(UTC) + timedelta(hours=2)
    started = rig.gateway().start(request(customer_email=email, expires_at=expires_at))
    assert started == rig.gateway().start(request(customer_email=email, expires_at=expires_at))
    late = expires_at + timedelta(hours=1)
    assert started == rig.gateway().start(request(customer_email=email, expires_at=late))
    assert [session["customer_email"] for session in rig.stand_in.sessions()] == [None]


def test_texts_and_lines_of_any_length_open_a_page(rig: StripeRig) -> None:
    lines = [LineItem("é" * 9000, Decimal("0.96"))] * 150
    rig.gateway().start(request(amount=Decimal("144.00"), lines=lines, description="x" * 5000))
    assert rig.stand_in.sessions()[0]["amount_total"] == 14400
