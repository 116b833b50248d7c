"""The YooKassa gateway: every common case as far as YooKassa allows it, and what only it does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from storefront.gateways.errors import ConfigurationError, Declined, InvalidSignature, Unavailable
from storefront.gateways.payments.base import DeclineReason, EventKind, Feature, LineItem, RemoteState
from storefront.gateways.payments.diagnosis import Verdict
from storefront.gateways.payments.listing import UnreadableCharge
from storefront.gateways.payments.refunds import RefundRequest, RefundState
from storefront.gateways.payments.words import PendingReason
from storefront.gateways.payments.yookassa import Gateway
from storefront.sandbox.yookassa import YooKassaStandIn
from tests.gateways.payment_gateway_cases import (
    HOOK,
    NOW,
    DiagnosisCases,
    FaultCases,
    LifeCases,
    RefundCases,
    Rig,
    StartCases,
    WebhookCases,
)
from tests.gateways.yookassa_rig import KEY, SHOP, YooKassaRig, begun, sent


@pytest.fixture
def rig() -> Iterator[YooKassaRig]:
    with begun() as rig:
        yield rig


class TestStart(StartCases):
    pass


class TestLife(LifeCases):
    def test_declined_card_leaves_the_charge_open(self, rig: Rig) -> None:
        """Each payment is one try: another one is opened for the next."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.decline(reference)
        found = gateway.fetch(reference)
        assert (found.state, found.failure_code, found.redirect_url) == (RemoteState.FAILED, "insufficient_funds", "")
        assert gateway.decline_reasons[found.failure_code] is DeclineReason.FUNDS
        assert rig.charged() == 0

    def test_cancelled_charge_cannot_be_paid(self, rig: Rig) -> None:
        """It can: a page cannot be withdrawn. It counts as closed, and money that comes by it is found."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        assert gateway.cancel(reference).state is RemoteState.EXPIRED
        rig.pay(reference)
        assert gateway.fetch(reference).state is gateway.cancel(reference).state is RemoteState.SUCCEEDED


class TestRefunds(RefundCases):
    pass


class TestFaults(FaultCases):
    pass


class TestDiagnosis(DiagnosisCases):
    pass


class TestMessages(WebhookCases):
    """Nothing in a message proves it: what it is about is asked for, and only that counts."""

    def test_old_and_future_messages_are_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        assert rig.gateway().parse_webhook(body, {}, now=NOW + timedelta(days=1)).event_id

    def test_altered_message_is_refused(self, rig: Rig) -> None:
        """It says nothing that is believed but whom it is about."""
        reference, body = self.paid_event(rig)
        altered = body.replace(b"1001", b"1002").replace(b"payment.succeeded", b"payment.canceled")
        event = rig.gateway().parse_webhook(altered, {}, now=NOW)
        assert (event.provider_reference, event.our_reference, event.is_live) == (reference, "1001", False)
        with pytest.raises(InvalidSignature):
            made_up = body.replace(reference.encode(), b"22e12f66-000f-5000-8000-18db351245c7")
            rig.gateway().parse_webhook(made_up, {}, now=NOW)

    def test_unsigned_message_is_refused(self, rig: Rig) -> None:
        """None is signed."""

    def test_message_signed_by_a_stranger_is_refused(self, rig: Rig) -> None:
        """One about another shop's payment: our keys do not see it."""
        _, body = self.paid_event(rig)
        with YooKassaStandIn(shop_id=SHOP, secret_key=KEY) as other, pytest.raises(InvalidSignature):
            YooKassaRig(other).gateway().parse_webhook(body, {}, now=NOW)

    def test_both_secrets_are_good_while_one_is_rolled(self, rig: Rig) -> None:
        """There is none."""

    def test_messages_about_refunds_and_disputes_name_the_charge(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        rig.refund_elsewhere(reference, Decimal("6.00"))
        event = gateway.parse_webhook(rig.event(reference), {}, now=NOW)
        assert (event.kind, event.provider_reference) == (EventKind.REFUND_CHANGED, reference)
        assert event.our_reference == "1001"

    def test_a_payment_that_cannot_be_asked_about_is_unknown(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        rig.fail("503")
        with pytest.raises(Unavailable):
            rig.gateway().parse_webhook(body, {}, now=NOW)


def test_money_is_asked_for_at_once_and_nothing_is_kept(rig: YooKassaRig) -> None:
    rig.gateway().start(rig.request(language="ru", metadata={"invoice": "INV-1"}))
    assert sent(rig) == [
        {
            "amount": {"value": "96.00", "currency": "RUB"},
            "capture": True,
            "description": "Order 1001",
            "metadata": {"invoice": "INV-1", "reference": "1001"},
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/return/", "locale": "ru_RU"},
            "save_payment_method": False,
        }
    ]
    assert [each["key"] for each in rig.stand_in.requests()] == ["payment-1"]


def test_a_page_closes_after_an_hour(rig: YooKassaRig) -> None:
    closes = rig.gateway().start(rig.request()).expires_at
    assert closes is not None and abs(closes - datetime.now(UTC) - timedelta(hours=1)) < timedelta(seconds=30)


@pytest.mark.parametrize("amount", ["0.99", "350000.01"])
def test_a_card_takes_one_rouble_to_350_000(rig: YooKassaRig, amount: str) -> None:
    with pytest.raises(Declined):
        rig.gateway().start(rig.request(amount=Decimal(amount)))
    assert rig.opened() == 0


@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        ("5555555555554543", "card_expired", DeclineReason.EXPIRED),
        ("5555555555554592", "3d_secure_failed", DeclineReason.AUTHENTICATION),
        ("2201382000000021", "issuer_unavailable", DeclineReason.TRY_AGAIN),
        ("2201382000000054", "country_forbidden", DeclineReason.NOT_SUPPORTED),
        ("5555555555554568", "fraud_suspected", None),
        ("5555555555554527", "general_decline", None),
    ],
)
def test_a_refusal_is_told_as_far_as_a_buyer_may_know(
    rig: YooKassaRig, number: str, code: str, reason: DeclineReason | None
) -> None:
    gateway = rig.gateway()
    reference = gateway.start(rig.request()).provider_reference
    rig.stand_in.pay(reference, number=number)
    found = gateway.fetch(reference)
    assert (found.state, found.failure_code, gateway.decline_reasons.get(code)) == (RemoteState.FAILED, code, reason)


@pytest.mark.parametrize(
    ("how", "label", "country"),
    [
        ({"number": "2202474301322987"}, "mir •••• 2987", "RU"),
        ({"number": "5555555555554444"}, "mastercard •••• 4444", "RU"),
        ({"way": "sbp"}, "SBP", ""), ({"way": "sberbank"}, "SberPay", ""), ({"way": "yoo_money"}, "YooMoney", ""),
    ],
)  # fmt: skip
def test_what_was_paid_with_is_safe_to_print(rig: YooKassaRig, how: dict[str, str], label: str, country: str) -> None:
    gateway = rig.gateway()
    reference = gateway.start(rig.request()).provider_reference
    rig.stand_in.pay(reference, **how)  # type: ignore[arg-type]
    found = gateway.fetch(reference)
    assert (found.state, found.method_label, found.method_country) == (RemoteState.SUCCEEDED, label, country)
    assert found.account_reference == SHOP and found.saved_method is None


def test_money_that_is_only_held_waits_for_the_seller(rig: YooKassaRig) -> None:
    """It does not happen while the shop asks for it at once."""
    gateway = rig.gateway()
    reference = gateway.start(rig.request()).provider_reference
    with rig.stand_in.state.changing():
        rig.stand_in.state.payment(reference)["_private"]["capture"] = False
    rig.pay(reference)
    found = gateway.fetch(reference)
    assert (found.state, found.pending_reason) == (RemoteState.PROCESSING, PendingReason.SELLER)


def test_what_nobody_understands_is_unknown_and_keeps_no_other_from_being_found(rig: YooKassaRig) -> None:
    gateway = rig.gateway()
    strange = gateway.start(rig.request()).provider_reference
    other = gateway.start(rig.request(idempotency_key="payment-2", our_reference="1002")).provider_reference
    rig.stand_in.tamper(strange, status="on_the_way")
    with pytest.raises(Unavailable):
        gateway.fetch(strange)
    found = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
    assert {each.provider_reference for each in found} == {strange, other}
    assert UnreadableCharge(strange, strange) in found


def test_payments_of_other_software_are_none_of_ours_and_lists_are_read_to_their_end(rig: YooKassaRig) -> None:
    gateway = rig.gateway()
    references = {gateway.start(rig.request(idempotency_key=f"payment-{n}")).provider_reference for n in range(103)}
    foreign = references.pop()
    with rig.stand_in.state.changing():
        rig.stand_in.state.payment(foreign)["metadata"] = {"order_id": "7"}
    found = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
    assert {each.provider_reference for each in found} == references


def test_a_payment_that_was_begun_long_ago_is_found_when_it_is_paid(rig: YooKassaRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(rig.request()).provider_reference
    rig.pay(reference)
    with rig.stand_in.state.changing():
        rig.stand_in.state.payment(reference)["created_at"] = "2026-01-01T00:00:00.000Z"
    [found] = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
    assert found.provider_reference == reference


def test_pending_refunds_are_followed_to_their_end(rig: YooKassaRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(rig.request()).provider_reference
    rig.pay(reference)
    rig.stand_in.refunds_pend(reference)
    pending = gateway.refund(RefundRequest("refund-1", reference, Decimal("10.00"), "RUB", "asked for"))
    assert pending.state is RefundState.PENDING
    assert gateway.fetch(reference, look_for_refunds=True).amount_refunded == Decimal(10)
    rig.stand_in.settle_refund(pending.refund_reference, succeed=False)
    found = gateway.fetch(reference, look_for_refunds=True)
    assert [(each.state, each.failure_code) for each in found.refunds or ()] == [
        (RefundState.FAILED, "insufficient_funds")
    ]
    assert found.amount_refunded == 0


def test_the_diagnosis_names_what_does_not_fit(rig: YooKassaRig) -> None:
    def verdicts(**options: Any) -> dict[str, Verdict]:
        return {each.code: each.verdict for each in rig.gateway(**options).diagnose(webhook_url=HOOK)}

    assert verdicts() == {
        "key": Verdict.OK, "receipts": Verdict.OK, "webhook": Verdict.WARNING, "saving": Verdict.OK,
    }  # fmt: skip
    assert verdicts(receipts=True)["receipts"] is Verdict.WARNING
    rig.stand_in.change_shop(receipts=True)
    assert verdicts()["receipts"] is Verdict.FAULT and verdicts(receipts=True)["receipts"] is Verdict.OK
    assert verdicts(key="of_somebody_else") == {"key": Verdict.FAULT}


def test_missing_keys_and_wrong_addresses_are_refused() -> None:
    good: dict[str, Any] = {"shop_id": "1", "secret_key": "live_x"}
    assert Gateway(**good).is_live and Gateway(**good).redirect_origins == ("https:",)
    assert Gateway(**good).dashboard_url("22e1") == "https://yookassa.ru/my/payments?search=22e1"
    assert not Gateway(shop_id="1", secret_key="test_x").is_live
    for wrong in (
        {"shop_id": " "},
        {"secret_key": ""},
        {"secret_key": "sk_live_x"},
        {"api_base": "http://127.0.0.1:1"},
    ):
        with pytest.raises(ConfigurationError):
            Gateway(**(good | wrong))


def test_it_says_what_it_can_do(rig: YooKassaRig) -> None:
    assert rig.gateway().supports == {Feature.REFUND, Feature.SAVED_METHOD, Feature.METHOD_SETUP}
    assert LineItem("x", Decimal(1)).tax_rate is None
