"""The SimplePay gateway (OTP): every common case, and what only SimplePay does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest

from storefront.gateways.errors import ConfigurationError, Declined, InvalidSignature, KeySpent, Unavailable
from storefront.gateways.payments.base import EventKind, PendingReason, RemoteState
from storefront.gateways.payments.diagnosis import Verdict
from storefront.gateways.payments.listing import UnreadableCharge
from storefront.gateways.payments.refunds import RefundRequest
from storefront.gateways.payments.simplepay import Gateway
from storefront.gateways.payments.simplepay.signing import encoded, signature
from storefront.sandbox.simplepay import SimplePayStandIn
from tests.gateways.payment_gateway_cases import (
    HOOK,
    DiagnosisCases,
    FaultCases,
    LifeCases,
    RefundCases,
    Rig,
    StartCases,
    WebhookCases,
)
from tests.gateways.simplepay_rig import ACCOUNTS, KEY, SimplePayRig, signed

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def rig() -> Iterator[SimplePayRig]:
    with SimplePayStandIn(accounts=ACCOUNTS) as stand_in:
        yield SimplePayRig(stand_in)


class TestStart(StartCases):
    def test_open_charge_has_a_page_and_our_amount(self, rig: Rig) -> None:
        """Only the answer to ``start`` tells the page's address."""
        gateway = rig.gateway()
        started = gateway.start(rig.request())
        found = gateway.fetch(started.provider_reference)
        assert started.redirect_url.startswith(gateway.redirect_origins) and started.expires_at
        assert (found.state, found.redirect_url, found.is_live) == (RemoteState.OPEN, "", False)
        assert (found.amount, found.currency, found.our_reference) == (Decimal("96.00"), "EUR", "1001")

    def test_same_key_opens_one_charge(self, rig: Rig) -> None:
        gateway = rig.gateway()
        gateway.start(rig.request())
        with pytest.raises(KeySpent):
            gateway.start(rig.request())
        assert rig.opened() == 1

    def test_same_key_with_another_amount_is_refused(self, rig: Rig) -> None:
        gateway = rig.gateway()
        gateway.start(rig.request())
        with pytest.raises(KeySpent):
            gateway.start(rig.request(amount=Decimal("97.00")))
        assert rig.opened() == 1

    def test_parallel_starts_with_one_key_open_one_charge(self, rig: Rig) -> None:
        """Whoever comes second is refused, as above."""
        barrier = Barrier(4)

        def start(_: int) -> str:
            barrier.wait()
            try:
                return rig.gateway().start(rig.request()).redirect_url
            except KeySpent:
                return ""

        with ThreadPoolExecutor(4) as pool:
            assert len([page for page in pool.map(start, range(4)) if page]) == 1
        assert rig.opened() == 1

    def test_without_an_address_nothing_is_opened(self, rig: Rig) -> None:
        with pytest.raises(Declined):
            rig.gateway().start(rig.request(customer_email=""))
        assert rig.opened() == 0

    @pytest.mark.parametrize(("amount", "total"), [("9990", "9990"), ("9990.00", "9990")])
    def test_forints_are_whole_and_go_to_their_own_account(self, rig: SimplePayRig, amount: str, total: str) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request(amount=Decimal(amount), currency="HUF", language="hu")).provider_reference
        asked = rig.stand_in.requests()[-1]
        assert (asked["total"], asked["merchant"], asked["language"]) == (total, "PUBLICTESTHUF", "HU")
        assert gateway.fetch(reference).amount == Decimal(9990)

    def test_the_worked_example_is_signed_as_it_is_printed(self) -> None:
        body = encoded(
            {
                "salt": "d471d2fb24c5a395563ff60f8ba769d1", "merchant": "PUBLICTESTHUF", "orderRef": "INV-2026-000123",
                "currency": "HUF", "customerEmail": "b@example.org", "language": "EN", "sdkVersion": "shop:1",
                "methods": ["CARD"], "total": "9990", "timeout": "2026-11-29T11:15:00+00:00",
                "url": "https://shop.example/pay/return",
            }
        )  # fmt: skip
        assert signature(body, "hu-secret") == "8YHldqVVcuS5/SjX/RjyNpMD1AYUjPuD43B9yAh1UxejbMXcx4KFvJmAVjFUns4w"


class TestLife(LifeCases):
    def test_declined_card_leaves_the_charge_open(self, rig: Rig) -> None:
        """It does not: a transaction has one try, and the buyer opens another one here."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.decline(reference)
        found = gateway.fetch(reference)
        assert (found.state, found.failure_code) == (RemoteState.FAILED, "2013")
        assert gateway.decline_reasons["2013"] == "funds" and rig.charged() == 0

    def test_what_differs_at_the_provider_is_told_as_it_is(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        rig.tamper(reference, amount=Decimal("1.00"))
        assert gateway.fetch(reference).amount == Decimal("1.00")
        rig.tamper(reference, currency="USD")
        assert gateway.fetch(reference).currency == "USD"
        rig.tamper(reference, ours="1002")  # found by nobody who asks for ours
        with pytest.raises(Exception, match="does not know"):
            gateway.fetch(reference)

    def test_a_page_that_cannot_be_closed_counts_as_closed(self, rig: SimplePayRig) -> None:
        """Money that comes by it all the same is found."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.stand_in.let_cancel(yes=False)
        assert gateway.cancel(reference).state is RemoteState.EXPIRED
        rig.pay(reference)
        assert gateway.cancel(reference).state is gateway.fetch(reference).state is RemoteState.SUCCEEDED

    @pytest.mark.parametrize(
        ("status", "state"),
        [("CANCELLED", "expired"), ("TIMEOUT", "expired"), ("FRAUD", "failed"), ("REVERSED", "failed"),
         ("AUTHORIZED", "processing"), ("INFRAUD", "processing"), ("REFUND", "succeeded")],
    )  # fmt: skip
    def test_every_state_of_theirs_is_one_of_ours(self, rig: SimplePayRig, status: str, state: str) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.stand_in.move(reference, status=status)
        found = gateway.fetch(reference)
        assert found.state == state and (found.pending_reason is PendingReason.REVIEW) is (status == "INFRAUD")
        assert found.failure_code == (status if state == "failed" else "")

    def test_one_that_cannot_be_read_is_listed_as_such(self, rig: SimplePayRig) -> None:
        gateway = rig.gateway()
        made = [gateway.start(rig.request(our_reference=f"100{n}")).provider_reference for n in range(3)]
        rig.stand_in.tamper(made[0], status="DELIVERED")
        rig.stand_in.tamper(made[2], orderRef="of-another-shop")
        strange, read = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
        assert isinstance(strange, UnreadableCharge) and strange.provider_reference == made[0]
        assert read.provider_reference == made[1]
        with pytest.raises(Unavailable):
            gateway.fetch(made[0])


class TestRefunds(RefundCases):
    def test_same_key_refunds_once(self, rig: Rig) -> None:
        """It does not, as SimplePay knows no key: whoever asks sees to it that each is asked for once."""
        gateway, _reference = self.paid(rig)
        assert (gateway.repeats_refunds, gateway.keeps_refund_keys) == (False, False)

    def test_refunds_come_with_the_keys_of_those_we_began(self, rig: SimplePayRig) -> None:  # type: ignore[override]
        """With their numbers, by which ours are known again; also where the answer did not tell it."""
        gateway, reference = self.paid(rig)
        rig.stand_in.refund(reference, amount="5.00")
        for key, named in (("refund-1", True), ("refund-2", False)):
            rig.stand_in.name_refunds(yes=named)
            ours = gateway.refund(RefundRequest(key, reference, Decimal("5.00"), "EUR"))
            refunds = gateway.fetch(reference).refunds or ()
            assert ours.idempotency_key == key and ours.refund_reference == refunds[-1].refund_reference
        assert len({each.refund_reference for each in refunds}) == 3


class TestFaults(FaultCases):
    def test_answer_after_the_timeout_is_found_by_repeating_the_key(self, rig: Rig) -> None:
        """It is found by its reference, which is ours; its page is known to nobody."""
        rig.fail("hang", writes_only=True)
        with pytest.raises(Unavailable):
            rig.gateway(patience=1.0).start(rig.request())
        gateway = rig.gateway()
        with pytest.raises(KeySpent):
            gateway.start(rig.request())
        assert gateway.fetch("1001-EUR").state is RemoteState.OPEN and rig.opened() == 1

    def test_refund_after_the_timeout_is_found_by_repeating_the_key(self, rig: Rig) -> None:
        """It is found among the refunds, without our key."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        rig.fail("lost", writes_only=True)
        with pytest.raises(Unavailable):
            gateway.refund(RefundRequest("refund-1", reference, Decimal("10.00"), "EUR"))
        (found,) = gateway.fetch(reference).refunds or ()
        assert (found.amount, found.idempotency_key) == (Decimal("10.00"), "")

    def test_errors_never_tell_the_key(self, rig: Rig) -> None:
        with pytest.raises(ConfigurationError) as caught:
            rig.gateway(key="a-key-that-is-very_secret").fetch("1001-EUR")
        assert "very_secret" not in repr(caught.value)

    def test_an_answer_that_is_not_signed_by_them_is_no_answer(self, rig: SimplePayRig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.stand_in.api.signs_with = "a-key-of-somebody-else"
        with pytest.raises(Unavailable) as caught:
            gateway.fetch(reference)
        assert caught.value.code == "unsigned_answer"


class TestWebhooks(WebhookCases):
    def test_old_and_future_messages_are_refused(self, rig: Rig) -> None:
        """Nothing in one says when it was signed: it is a hint, whenever it comes."""

    def test_messages_about_refunds_and_disputes_name_the_charge(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        rig.refund_elsewhere(reference, Decimal("6.00"))
        told = [gateway.parse_webhook(each, {"signature": signed(each)}, now=NOW) for each in rig.events(reference)]
        assert [each.kind for each in told] == [EventKind.PAYMENT_CHANGED, EventKind.REFUND_CHANGED]
        assert {each.provider_reference for each in told} == {reference}

    def test_the_answer_is_the_message_with_its_date_signed(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        receipt = rig.gateway().receipt(body + b"\n", now=NOW)
        assert receipt.text == body.decode()[:-1] + ',"receiveDate":"2026-11-02T12:00:00+00:00"}'
        assert receipt.headers["Signature"] == signed(receipt.text.encode(), KEY)
        assert receipt.content_type == "application/json"

    def test_a_message_of_another_shop_of_the_account_is_ignored(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        other = json.dumps(json.loads(body) | {"orderRef": "SHOP2-1"}).encode()
        event = rig.gateway().parse_webhook(other, {"Signature": signed(other)}, now=NOW)
        assert (event.kind, event.our_reference) == (EventKind.IGNORED, "")

    def test_one_accounts_key_proves_nothing_of_another(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(body, {"Signature": signed(body, ACCOUNTS["PUBLICTESTHUF"][1])}, now=NOW)


class TestDiagnosis(DiagnosisCases):
    def test_each_account_is_looked_at(self, rig: SimplePayRig) -> None:
        found = rig.gateway(key="a-wrong-key-for-euros").diagnose(webhook_url=HOOK)
        assert [(each.code, each.verdict) for each in found] == [
            ("key", Verdict.FAULT), ("key", Verdict.OK), ("webhook", Verdict.WARNING),
        ]  # fmt: skip
        assert HOOK in found[-1].remedy


@pytest.mark.parametrize(
    "accounts",
    [[], ["EUR:M"], ["GBP:PUBLICTEST:long-enough-key"], ["EUR:ONE:long-enough-key", "EUR:TWO:long-enough-key"]],
)
def test_accounts_that_cannot_be_are_refused(accounts: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        Gateway(accounts=accounts)


def test_only_their_own_address_is_live() -> None:
    made: dict[str, Any] = {"accounts": ["EUR:PUBLICTESTEUR:long-enough-key"]}
    assert Gateway(**made).is_live and Gateway(**made).limits.currencies == {"EUR"}
    assert not Gateway(**made, api_base="https://sandbox.simplepay.hu").is_live
