"""The classic PayPal gateway: every common case, and what only it does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from paypal.express.models import ExpressTransaction

from storefront.gateways.errors import ConfigurationError, Declined, InvalidSignature, NotFound, Unavailable
from storefront.gateways.payments.base import EventKind, PendingReason, RemoteState
from storefront.gateways.payments.diagnosis import Verdict
from storefront.gateways.payments.disputes import DisputeStage
from storefront.gateways.payments.paypal_nvp.models import NvpCharge
from storefront.gateways.payments.paypal_nvp.opening import locale
from storefront.gateways.payments.refunds import RefundRequest
from storefront.sandbox.paypal_nvp import PayPalNvpStandIn
from tests.gateways.payment_gateway_cases import HOOK, NOW, CaptureCases, PaymentGatewayCases, Rig, request
from tests.gateways.paypal_nvp_rig import NvpRig

pytestmark = pytest.mark.django_db
#: For threads, which see only what is committed.
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rig() -> Iterator[NvpRig]:
    with PayPalNvpStandIn() as stand_in:
        yield NvpRig(stand_in)


class TestPayPalNvp(PaymentGatewayCases, CaptureCases):
    """A message of PayPal's is not signed and has no stamp: whether it is genuine PayPal says itself."""

    def test_old_and_future_messages_are_refused(self, rig: Rig) -> None:
        """Only PayPal knows how old it is, and repeats it for days; what it tells is fetched anyway."""
        _, body = self.paid_event(rig)
        assert rig.gateway().parse_webhook(body, {}, now=NOW + timedelta(days=3)).event_id

    def test_unsigned_message_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(b"made=up&" + body, {}, now=NOW)

    def test_message_signed_by_a_stranger_is_refused(self, rig: Rig) -> None:
        """A genuine one, of another seller's account."""
        _, body = self.paid_event(rig)
        with PayPalNvpStandIn(account="ANOTHERSELLER") as other:
            foreign = NvpRig(other)
            with pytest.raises(InvalidSignature, match="another account"):
                foreign.gateway().parse_webhook(body, {}, now=NOW)

    def test_both_secrets_are_good_while_one_is_rolled(self, rig: Rig) -> None:
        """There is none."""

    @committed
    def test_parallel_starts_with_one_key_open_one_charge(self, rig: Rig) -> None:
        super().test_parallel_starts_with_one_key_open_one_charge(rig)

    @committed
    def test_takers_at_once_take_it_once(self, rig: Rig) -> None:
        super().test_takers_at_once_take_it_once(rig)


def start(rig: NvpRig, **changes: Any) -> str:
    return rig.gateway().start(request(**changes)).provider_reference


@committed
def test_parallel_starts_ask_for_one_token(rig: NvpRig) -> None:
    def begin(_: int) -> str:
        try:
            return start(rig)
        except Unavailable as busy:
            return busy.code

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(begin, range(8)))
    assert answers <= {start(rig), "idempotency_key_in_use"}
    assert rig.stand_in.stats()["set"] == 1


def test_a_process_that_died_while_it_asked_for_a_token_is_waited_for_a_minute(rig: NvpRig) -> None:
    asked = request()
    NvpCharge.objects.create(
        idempotency_key=asked.idempotency_key, our_reference=asked.our_reference, amount=asked.amount,
        currency=asked.currency, asked_at=datetime.now(UTC),
    )  # fmt: skip
    with pytest.raises(Unavailable, match="being asked for"):
        rig.gateway().start(asked)
    later = datetime.now(UTC) + timedelta(seconds=61)
    assert rig.gateway(clock=lambda: later).start(asked).provider_reference


def test_the_pay_page_says_pay_now_and_closes_before_the_token(rig: NvpRig) -> None:
    started = rig.gateway().start(request())
    assert started.redirect_url.startswith(f"{rig.stand_in.base_url}/webscr?cmd=_express-checkout&useraction=commit&")
    assert started.expires_at is not None and started.expires_at < datetime.now(UTC) + timedelta(hours=3)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"PAYMENTREQUEST_0_AMT": "1.00"}, ("1.00", "EUR", "1001")),
        ({"PAYMENTREQUEST_0_CURRENCYCODE": "USD"}, ("96.00", "USD", "1001")),
        ({"PAYMENTREQUEST_0_INVNUM": "1002-payment-1"}, ("96.00", "EUR", "1001")),
        ({"PAYMENTREQUEST_0_CUSTOM": "1002"}, ("96.00", "EUR", "1002")),
    ],
)
def test_what_differs_from_what_was_asked_for_is_not_taken(
    rig: NvpRig, changes: dict[str, str], says: tuple[str, str, str]
) -> None:
    reference = start(rig)
    rig.approve(reference)
    rig.stand_in.tamper_token(reference, **changes)
    found = rig.gateway().capture(reference, idempotency_key="capture-0")
    assert (f"{found.amount:.2f}", found.currency, found.our_reference) == says
    assert found.state is RemoteState.OPEN and rig.charged() == 0


def test_a_token_that_we_did_not_ask_for_is_never_taken(rig: NvpRig) -> None:
    reference = start(rig)
    NvpCharge.objects.all().delete()
    rig.approve(reference)
    gateway = rig.gateway()
    assert gateway.fetch(reference).state is RemoteState.OPEN
    gateway.capture(reference, idempotency_key="capture-0")
    assert rig.charged() == 0


@pytest.mark.parametrize(("funding", "reason"), [("echeck", PendingReason.BANK), ("review", PendingReason.REVIEW)])
def test_pending_money_says_what_it_waits_for(rig: NvpRig, funding: str, reason: PendingReason) -> None:
    reference = start(rig)
    rig.stand_in.approve(reference, funding=funding)
    found = rig.gateway().capture(reference, idempotency_key="capture-0")
    assert (found.state, found.pending_reason) == (RemoteState.PROCESSING, reason)


def test_a_refused_buyer_goes_back_with_the_same_token_until_it_is_tried_too_often(rig: NvpRig) -> None:
    reference = start(rig)
    gateway = rig.gateway()
    for number in range(7):
        rig.approve(reference, declines=True)
        refused = gateway.capture(reference, idempotency_key=f"capture-{number}")
        assert (refused.state, refused.failure_code) == (RemoteState.OPEN, "10486")
        assert f"token={reference}" in refused.redirect_url
        assert gateway.fetch(reference).state is RemoteState.OPEN  # not agreed anew: not tried anew
    rig.approve(reference, declines=True)
    assert gateway.capture(reference, idempotency_key="capture-7").state is RemoteState.FAILED


def test_a_refused_buyer_of_whom_paypal_tells_no_more_is_tried_again_after_a_while(rig: NvpRig) -> None:
    reference = start(rig)
    rig.approve(reference, declines=True)
    rig.gateway().capture(reference, idempotency_key="capture-0")
    NvpCharge.objects.update(is_refusal_seen=False)
    rig.approve(reference)
    assert rig.gateway().fetch(reference).state is RemoteState.OPEN
    later = datetime.now(UTC) + timedelta(seconds=21)
    assert rig.gateway(clock=lambda: later).fetch(reference).state is RemoteState.APPROVED


def test_an_expired_token_is_never_used_again(rig: NvpRig) -> None:
    reference = start(rig)
    rig.approve(reference)
    rig.stand_in.move_clock(seconds=3 * 3600 + 1)
    gateway = rig.gateway()
    assert gateway.fetch(reference).state is RemoteState.EXPIRED
    assert start(rig, idempotency_key="payment-2") != reference


def test_money_by_a_token_that_expired_before_its_answer_came_is_found(rig: NvpRig) -> None:
    reference = start(rig)
    rig.approve(reference)
    rig.fail("lost", writes_only=True)
    with pytest.raises(Unavailable):
        rig.gateway().capture(reference, idempotency_key="capture-0")
    rig.stand_in.expire(reference)
    found = rig.gateway().fetch(reference)
    assert (found.state, found.charge_reference) == (RemoteState.SUCCEEDED, rig.transaction(reference))


@pytest.mark.parametrize("amount", ["104.15", "104.12", "104.16", "104.17", "104.22", "104.86", "107.55"])
def test_each_refusal_of_paypal_leaves_nothing_taken(rig: NvpRig, amount: str) -> None:
    """PayPal's negative testing: the amount is the code."""
    rig.stand_in.test_failures(on=True)
    code = amount.replace(".", "")
    if code == "10755":
        with pytest.raises(Declined) as refusal:
            start(rig, amount=Decimal(amount))
        assert refusal.value.code == code
        return
    reference = start(rig, amount=Decimal(amount))
    rig.approve(reference)
    found = rig.gateway().capture(reference, idempotency_key="capture-0")
    again = code in ("10417", "10422", "10486")
    assert found.state is (RemoteState.FAILED if code == "10416" else RemoteState.OPEN)
    assert (found.failure_code == code) == (again or code == "10416")
    assert rig.charged() == 0


def test_a_whole_refund_is_full_and_the_rest_after_a_part_is_a_part(rig: NvpRig) -> None:
    gateway = rig.gateway()
    for key, parts in {"payment-1": ["96.00"], "payment-2": ["6.00", "90.00"]}.items():
        reference = start(rig, idempotency_key=key, our_reference=key)
        rig.pay(reference)
        for number, part in enumerate(parts):
            gateway.refund(RefundRequest(f"refund-{key}-{number}", reference, Decimal(part), "EUR", "asked for"))
    kinds = [call["REFUNDTYPE"] for call in rig.stand_in.requests() if call["METHOD"] == "RefundTransaction"]
    assert kinds == ["Full", "Partial", "Partial"]


def test_a_whole_refund_whose_answer_was_lost_is_made_once(rig: NvpRig) -> None:
    reference = start(rig)
    rig.pay(reference)
    asked = RefundRequest("refund-1", reference, Decimal("96.00"), "EUR")
    rig.fail("lost", writes_only=True)
    with pytest.raises(Unavailable):
        rig.gateway().refund(asked)
    assert rig.gateway().refund(asked).amount == Decimal("96.00")
    assert rig.stand_in.stats()["refunds"] == 1


def test_a_refund_after_180_days_is_refused(rig: NvpRig) -> None:
    reference = start(rig)
    rig.pay(reference)
    rig.stand_in.move_clock(seconds=181 * 86400)
    with pytest.raises(Declined) as refusal:
        rig.gateway().refund(RefundRequest("refund-1", reference, Decimal("1.00"), "EUR"))
    assert refusal.value.code == "10009"


def test_a_reversal_keeps_what_was_refunded_before(rig: NvpRig) -> None:
    reference = start(rig)
    rig.pay(reference)
    rig.gateway().refund(RefundRequest("refund-1", reference, Decimal("6.00"), "EUR"))
    rig.dispute(reference)
    found = rig.gateway().fetch(reference)
    assert found.disputes and found.amount_refunded == Decimal("6.00")
    assert (found.disputes[0].stage, found.disputes[0].withdrawn) == (DisputeStage.OPEN, Decimal("90.00"))


def test_refunds_made_at_paypal_are_found_without_a_message(rig: NvpRig) -> None:
    ours, theirs = start(rig), start(rig, idempotency_key="payment-2", our_reference="1002")
    for reference in (ours, theirs):
        rig.pay(reference)
    rig.gateway().refund(RefundRequest("refund-1", ours, Decimal("6.00"), "EUR"))
    rig.refund_elsewhere(theirs, Decimal("6.00"))
    since = datetime.now(UTC) - timedelta(hours=1)
    assert rig.gateway().find_disputed(since=since) == [rig.transaction(theirs)]


def test_messages_are_read_in_their_charset_and_named_by_transaction_and_status(rig: NvpRig) -> None:
    reference = start(rig)
    rig.pay_later(reference)
    rig.settle_later(reference, succeed=True)
    rig.refund_elsewhere(reference, Decimal("6.00"))
    parsed = [rig.gateway().parse_webhook(body, {}, now=NOW) for body in rig.events(reference)]
    ours = rig.transaction(reference)
    assert [each.event_id for each in parsed][:2] == [f"{ours}:Pending", f"{ours}:Completed"]
    assert [each.kind for each in parsed] == [EventKind.PAYMENT_CHANGED] * 2 + [EventKind.REFUND_CHANGED]
    assert {each.charge_reference for each in parsed} == {ours}
    assert not any(each.is_live for each in parsed)


@pytest.mark.parametrize("answer", ["status", "html"])
def test_a_message_that_cannot_be_verified_now_waits(rig: NvpRig, answer: str) -> None:
    reference = start(rig)
    rig.pay(reference)
    body = rig.event(reference)
    rig.stand_in.stop()
    with pytest.raises(Unavailable):
        rig.gateway(patience=1.0).parse_webhook(body, {}, now=NOW)


def test_diagnosis_names_another_account_and_a_missing_right(rig: NvpRig) -> None:
    found = {each.code: each.verdict for each in rig.gateway().diagnose(webhook_url=HOOK)}
    assert set(found.values()) == {Verdict.OK}
    rig.stand_in.account = "ANOTHERSELLER"
    rig.stand_in.fail_next(kind="code", code="10007", method="TransactionSearch")
    found = {each.code: each.verdict for each in rig.gateway().diagnose(webhook_url="http://127.0.0.1/hooks/")}
    assert found["right:search"] is Verdict.FAULT and found["messages"] is Verdict.WARNING
    refused = rig.gateway(key="WRONGPASSWORD").diagnose(webhook_url=HOOK)
    assert [(each.code, each.verdict) for each in refused] == [("key", Verdict.FAULT)]
    assert any(each.code == "phased_out" for each in rig.gateway().warnings())


def test_a_clock_that_is_wrong_is_named(rig: NvpRig) -> None:
    wrong = datetime.now(UTC) + timedelta(minutes=5)
    found = {each.code: each for each in rig.gateway(clock=lambda: wrong).diagnose(webhook_url=HOOK)}
    assert found["clock"].verdict is Verdict.FAULT and found["clock"].remedy


@pytest.mark.parametrize("missing", ["user", "password", "signature", "merchant_id"])
def test_half_set_credentials_are_refused(rig: NvpRig, missing: str) -> None:
    from storefront.gateways.payments.paypal_nvp.gateway import Gateway

    given = {"user": "u", "password": "p", "signature": "s", "merchant_id": "M"} | {missing: ""}
    with pytest.raises(ConfigurationError):
        Gateway(**given, api_base=rig.stand_in.base_url, site_url="https://shop.example")


def test_pages_a_look_at_an_unused_page_leaves_no_row(rig: NvpRig) -> None:
    reference = start(rig)
    for _ in range(3):
        rig.gateway().fetch(reference)
    assert list(ExpressTransaction.objects.values_list("method", flat=True)) == ["SetExpressCheckout"]


def test_languages_have_paypals_names() -> None:
    assert [locale(tag) for tag in ("ru", "de-at", "pt-br", "eo")] == ["ru_RU", "de_DE", "pt_BR", "en_US"]


def test_addresses_of_paypal_and_pages_of_transactions() -> None:
    from storefront.gateways.payments.paypal_nvp.addresses import LIVE, TEST, addresses

    live, test = addresses(LIVE), addresses(TEST)
    assert (live.api, live.verify) == ("https://api-3t.paypal.com/nvp", "https://ipnpb.paypal.com/cgi-bin/webscr")
    assert (live.is_live, test.is_live) == (True, False)
    assert test.pay_page("EC-1").startswith("https://www.sandbox.paypal.com/webscr?cmd=_express-checkout")
    assert live.transaction_page("9XY") == "https://www.paypal.com/activity/payment/9XY"


def test_unknown_tokens_of_other_shapes_are_not_found(rig: NvpRig) -> None:
    for reference in ("EC-" + "A" * 17, "x"):
        with pytest.raises(NotFound):
            rig.gateway().fetch(reference)
