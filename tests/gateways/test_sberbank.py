"""The Sberbank gateway: every common case as far as the bank allows it, and what only it does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import pytest

from storefront.gateways.errors import ConfigurationError, Declined, InvalidSignature, KeySpent, NotFound, Unavailable
from storefront.gateways.payments.base import EventKind, RemoteState
from storefront.gateways.payments.diagnosis import Verdict
from storefront.gateways.payments.disputes import DisputeStage
from storefront.gateways.payments.listing import UnreadableCharge
from storefront.gateways.payments.refunds import RefundRequest
from storefront.gateways.payments.sberbank import Gateway
from storefront.sandbox.sberbank import SberbankStandIn
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
from tests.gateways.sberbank_rig import KEY, PASSWORD, USER, SberbankRig, fields_of, signed


@pytest.fixture
def rig() -> Iterator[SberbankRig]:
    with SberbankStandIn(user=USER, password=PASSWORD, key=KEY) as stand_in:
        yield SberbankRig(stand_in)


class TestStart(StartCases):
    def test_open_charge_has_a_page_and_our_amount(self, rig: Rig) -> None:
        """The bank tells the address of a page once."""
        gateway = rig.gateway()
        started = gateway.start(rig.request())
        found = gateway.fetch(started.provider_reference)
        assert started.redirect_url.startswith(gateway.redirect_origins[0]) and found.redirect_url == ""
        assert (found.state, found.our_reference, found.is_live) == (RemoteState.OPEN, "1001", False)
        assert (found.amount, found.currency, found.failure_code) == (Decimal("96.00"), "RUB", "")

    def test_same_key_opens_one_charge(self, rig: SberbankRig) -> None:  # type: ignore[override]
        """Whoever comes second is told to wait for the answer of the first, which alone has the page's address; once
        it is lost for sure, the page is closed, and the key is spent."""
        gateway, asked = rig.gateway(), rig.request()
        reference = gateway.start(asked).provider_reference
        with pytest.raises(Unavailable) as caught:
            gateway.start(asked)
        assert not isinstance(caught.value, KeySpent) and gateway.fetch(reference).state is RemoteState.OPEN
        rig.later(seconds=30)
        with pytest.raises(KeySpent):
            gateway.start(asked)
        assert gateway.fetch(reference).state is RemoteState.EXPIRED and rig.opened() == 1

    def test_same_key_finds_what_was_paid_meanwhile(self, rig: Rig) -> None:
        gateway, asked = rig.gateway(), rig.request()
        reference = gateway.start(asked).provider_reference
        rig.pay(reference)
        again = gateway.start(asked)
        assert (again.provider_reference, again.redirect_url) == (reference, "")

    def test_parallel_starts_with_one_key_open_one_charge(self, rig: Rig) -> None:
        gateway, asked, barrier = rig.gateway(), rig.request(), Barrier(8)

        def start(_: int) -> str:
            barrier.wait()
            try:
                return gateway.start(asked).redirect_url
            except Unavailable:
                return ""

        with ThreadPoolExecutor(8) as pool:
            pages = [page for page in pool.map(start, range(8)) if page]
        assert len(pages) == rig.opened() == 1

    def test_what_the_bank_is_told(self, rig: SberbankRig) -> None:
        reference = rig.gateway().start(rig.request(description="Заказ\n" + "x" * 200, language="ru-ru"))
        asked = rig.order(reference.provider_reference)["_asked"]
        assert (asked["amount"], asked["currency"], asked["language"]) == ("9600", "643", "ru")
        assert len(asked["description"]) == 99 and "\n" not in asked["description"]
        assert asked["returnUrl"] == asked["failUrl"] == "https://shop.example/return/"
        assert "clientId" not in asked and len(asked["orderNumber"]) <= 32

    def test_our_longest_reference_fits_and_a_longer_one_is_refused(self, rig: Rig) -> None:
        gateway, ours = rig.gateway(), "AbC_-0123456789abcdefg"
        reference = gateway.start(rig.request(our_reference=ours)).provider_reference
        assert gateway.fetch(reference).our_reference == ours and len(ours) == 22
        with pytest.raises(Declined):
            gateway.start(rig.request(our_reference="x" * 24))


class TestLife(LifeCases):
    def test_declined_card_leaves_the_charge_open(self, rig: Rig) -> None:
        """Where another card may be tried. The address of its page is known to its buyer and us."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.decline(reference)
        found = gateway.fetch(reference)
        assert (found.state, found.failure_code) == (RemoteState.OPEN, "116")
        rig.pay(reference)
        assert gateway.fetch(reference).state is RemoteState.SUCCEEDED and rig.charged() == 1

    def test_a_final_refusal_ends_it(self, rig: SberbankRig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.stand_in.pay(reference, outcome="refused")
        found = gateway.fetch(reference)
        assert (found.state, found.failure_code) == (RemoteState.FAILED, "71015")
        assert gateway.cancel(reference) == found

    def test_what_is_shown_of_the_card(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        found = gateway.fetch(reference)
        assert (found.method_label, found.method_country, found.saved_method) == ("mir •••• 2424", "RU", None)

    @pytest.mark.parametrize("changes", [{"depositedAmount": None}, {"orderStatus": 9}, {"currency": "999"}])
    def test_what_cannot_be_read_is_unknown_and_listed_as_such(self, rig: SberbankRig, changes: dict[str, Any]) -> None:
        gateway = rig.gateway()
        made = [gateway.start(rig.request(idempotency_key=f"payment-{n}")).provider_reference for n in range(2)]
        for each in made:
            rig.pay(each)
        rig.stand_in.tamper(made[0], **changes)
        with pytest.raises(Unavailable):
            gateway.fetch(made[0])
        found = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
        assert UnreadableCharge(made[0]) in found and len(found) == 2

    def test_orders_of_others_in_the_account_are_not_ours(self, rig: SberbankRig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.stand_in.tamper(reference, orderNumber="A-77")
        with pytest.raises(NotFound):
            gateway.fetch(reference)
        assert gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5)) == []


class TestRefunds(RefundCases):
    def test_an_order_reversed_in_the_cabinet_is_refunded_whole(self, rig: SberbankRig) -> None:
        gateway, reference = self.paid(rig)
        rig.stand_in.reverse(reference)
        found = gateway.fetch(reference)
        assert (found.state, found.amount, found.amount_refunded) == (RemoteState.SUCCEEDED, Decimal(96), Decimal(96))
        assert [each.amount for each in found.refunds or ()] == [Decimal("96.00")]

    def test_an_account_that_is_not_told_of_operations_lacks_a_right(self, rig: SberbankRig) -> None:
        gateway, reference = self.paid(rig)
        rig.stand_in.account(operations=False)
        ours = gateway.refund(RefundRequest("refund-1", reference, Decimal("6.00"), "RUB"))
        found = gateway.fetch(reference)
        assert (ours.amount, found.amount_refunded, found.refunds) == (Decimal("6.00"), Decimal("6.00"), None)
        assert "operations" in found.missing_right
        rig.stand_in.account(operations=True)
        assert [each.refund_reference for each in gateway.fetch(reference).refunds or ()] == [ours.refund_reference]

    def test_one_key_is_one_refund_for_the_bank(self, rig: SberbankRig) -> None:
        gateway, reference = self.paid(rig)
        gateway.refund(RefundRequest("refund-1", reference, Decimal("6.00"), "RUB"))
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-1", reference, Decimal("7.00"), "RUB"))
        assert gateway.fetch(reference).amount_refunded == Decimal("6.00")

    def test_a_chargeback_is_seen_at_the_order(self, rig: SberbankRig) -> None:
        """All that the bank tells of disputes: that the money is gone."""
        gateway, reference = self.paid(rig)
        assert gateway.fetch(reference, look_for_disputes=True).disputes == ()
        rig.dispute(reference)
        (dispute,) = gateway.fetch(reference).disputes or ()
        assert (dispute.stage, dispute.withdrawn, dispute.takes_money) == (DisputeStage.LOST, Decimal("96.00"), True)
        assert gateway.find_disputed(since=datetime.now(UTC)) == [reference]


class TestFaults(FaultCases):
    def test_answer_after_the_timeout_is_found_by_repeating_the_key(self, rig: SberbankRig) -> None:  # type: ignore[override]
        """Found, and closed: the address of its page is lost with the answer. Another key opens another one."""
        asked = rig.request()
        rig.fail("lost", writes_only=True)
        with pytest.raises(Unavailable):
            rig.gateway().start(asked)
        rig.later(seconds=30)
        with pytest.raises(KeySpent):
            rig.gateway().start(asked)
        (found,) = rig.gateway().find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
        assert not isinstance(found, UnreadableCharge) and found.state is RemoteState.EXPIRED
        assert rig.gateway().start(rig.request(idempotency_key="payment-2")).redirect_url

    def test_a_path_without_the_interface_is_our_own_mistake(self, rig: SberbankRig) -> None:
        with pytest.raises(ConfigurationError):
            rig.gateway(api_base=f"{rig.stand_in.base_url}/nowhere").fetch("x")


class TestDiagnosis(DiagnosisCases):
    def test_what_it_tells(self, rig: SberbankRig) -> None:
        found = {each.code: each for each in rig.gateway().diagnose(webhook_url=HOOK)}
        assert {code: each.verdict for code, each in found.items()} == {
            "key": Verdict.OK, "webhook": Verdict.WARNING, "bindings": Verdict.OK,
        }  # fmt: skip
        assert HOOK in found["webhook"].remedy
        rig.stand_in.account(bindings=False)
        found = {each.code: each for each in rig.gateway(secrets=[]).diagnose(webhook_url=HOOK)}
        assert found["bindings"].verdict is Verdict.WARNING and "no checksum" in found["webhook"].finding

    def test_refused_keys_are_the_only_fault(self, rig: SberbankRig) -> None:
        (found,) = rig.gateway(key="wrong").diagnose(webhook_url=HOOK)
        assert (found.code, found.verdict) == ("key", Verdict.FAULT) and "SBERBANK_PASSWORD" in found.remedy


class TestCallbacks(WebhookCases):
    """The checksum is in the body, and no stamp: a true message may come again for ever, and is a mere hint."""

    def test_old_and_future_messages_are_refused(self, rig: Rig) -> None:
        """They are taken: the state is asked for."""
        _, body = self.paid_event(rig)
        for apart in (timedelta(days=-365), timedelta(days=365)):
            assert rig.gateway().parse_webhook(body, {}, now=NOW + apart).event_id

    def test_unsigned_message_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        for wrong in (urlencode(fields_of(body)).encode(), body + b"&amount=9600", b"x=1&" + body):
            with pytest.raises(InvalidSignature):
                rig.gateway().parse_webhook(wrong, {}, now=NOW)

    def test_message_signed_by_a_stranger_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(signed(fields_of(body), "key of a stranger"), {}, now=NOW)

    def test_both_secrets_are_good_while_one_is_rolled(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        both, only_next = rig.gateway(secrets=[rig.secret, rig.next_secret]), rig.gateway(secrets=[rig.next_secret])
        for key in (rig.secret, rig.next_secret):
            assert both.parse_webhook(signed(fields_of(body), key), {}, now=NOW).event_id
        with pytest.raises(InvalidSignature):
            only_next.parse_webhook(body, {}, now=NOW)

    @pytest.mark.parametrize(
        "fields",
        [
            {}, {"mdOrder": "1"}, {"operation": "deposited", "status": "1"}, {"operation": "bindingCreated"},
            {"mdOrder": "", "operation": "x", "status": "1"}, {"mdOrder": "é", "operation": "deposited", "status": "1"},
        ],
    )  # fmt: skip
    def test_signed_nonsense_is_refused(self, rig: Rig, fields: dict[str, str]) -> None:  # type: ignore[override]
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(signed(fields), {}, now=NOW)

    @pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"[]", b'{"mdOrder": "1"}', b"a=1&" * 100 + b"b=2"])
    def test_what_is_no_form_is_refused_with_a_key_and_without(self, rig: Rig, body: bytes) -> None:
        for keys in ([KEY], []):
            with pytest.raises(InvalidSignature):
                rig.gateway(secrets=keys).parse_webhook(body, {}, now=NOW)

    def test_messages_about_refunds_and_disputes_name_the_charge(self, rig: SberbankRig) -> None:  # type: ignore[override]
        """Of disputes there are none."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        rig.refund_elsewhere(reference, Decimal("6.00"))
        events = [gateway.parse_webhook(body, {}, now=NOW) for body in rig.events(reference)]
        assert {each.kind for each in events} == {EventKind.PAYMENT_CHANGED, EventKind.REFUND_CHANGED}
        assert {(each.provider_reference, each.our_reference) for each in events} == {(reference, "1001")}

    def test_without_a_key_of_ours_everything_is_a_hint(self, rig: SberbankRig) -> None:
        _, body = self.paid_event(rig)
        gateway = rig.gateway(secrets=[])
        assert gateway.proves_messages is False and rig.gateway().proves_messages is True
        plain = urlencode(fields_of(body)).encode()
        assert gateway.parse_webhook(plain, {}, now=NOW).kind is EventKind.PAYMENT_CHANGED

    def test_orders_that_began_elsewhere_are_not_followed(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        event = rig.gateway().parse_webhook(signed(fields_of(body) | {"orderNumber": "A-77"}), {}, now=NOW)
        assert (event.kind, event.our_reference) == (EventKind.IGNORED, "")


def test_whether_money_is_real_is_told_by_the_host() -> None:
    def live(base: str) -> bool:
        return Gateway(user_name=USER, password=PASSWORD, api_base=base).is_live

    assert live("https://ecommerce.sberbank.ru/ecomm/gw/partner/api/v1")
    assert live("https://securepayments.sberbank.ru/payment/rest")
    assert not live("https://ecomtest.sberbank.ru/ecomm/gw/partner/api/v1")
    assert not live("https://3dsec.sberbank.ru/payment/rest")
    assert not live("http://127.0.0.1:1/payment/rest")


@pytest.mark.parametrize("wrong", [{"user_name": " "}, {"password": ""}, {"callback_keys": "one"}])
def test_what_is_missing_is_named_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Gateway(**({"user_name": USER, "password": PASSWORD} | wrong))
