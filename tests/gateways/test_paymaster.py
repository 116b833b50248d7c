"""The PayMaster gateway: every common case as far as PayMaster allows it, and what only it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from storefront.gateways.errors import ConfigurationError, Declined, InvalidSignature, NotFound, Unavailable
from storefront.gateways.payments.base import EventKind, RemoteState
from storefront.gateways.payments.diagnosis import Verdict
from storefront.gateways.payments.listing import UnreadableCharge
from storefront.gateways.payments.paymaster import Gateway
from storefront.gateways.payments.refunds import RefundRequest, RefundState
from storefront.sandbox.paymaster import PayMasterStandIn
from tests.gateways.paymaster_rig import MERCHANT, TOKEN, PayMasterRig
from tests.gateways.payment_gateway_cases import (
    HOOK,
    NOW,
    DiagnosisCases,
    FaultCases,
    LifeCases,
    RefundCases,
    Rig,
    StartCases,
)


@pytest.fixture
def rig() -> Iterator[PayMasterRig]:
    with PayMasterStandIn(merchant_id=MERCHANT, token=TOKEN) as stand_in:
        yield PayMasterRig(stand_in)


class TestStart(StartCases):
    def test_open_charge_has_a_page_and_our_amount(self, rig: Rig) -> None:
        """A payment does not tell the address of its page; asking for it once more does."""
        gateway = rig.gateway()
        started = gateway.start(rig.request())
        found = gateway.fetch(started.provider_reference)
        assert started.redirect_url.startswith(gateway.redirect_origins[0]) and found.redirect_url == ""
        assert (found.state, found.our_reference, found.is_live) == (RemoteState.OPEN, "1001", False)
        assert (found.amount, found.currency, found.account_reference) == (Decimal("96.00"), "RUB", MERCHANT)

    def test_what_paymaster_is_told(self, rig: PayMasterRig) -> None:
        asked = rig.request(amount=Decimal("0.30"), description="Счёт\n" + "x" * 300)
        reference = rig.gateway().start(asked).provider_reference
        told = rig.payment(reference)["_asked"]
        assert told["amount"] == {"value": 0.3, "currency": "RUB"} and told["testMode"] is True
        assert told["protocol"]["callbackUrl"] == "https://shop.example/hooks/paymaster/"
        assert len(told["invoice"]["description"]) == 255 and "tokenization" not in told


class TestLife(LifeCases):
    def test_declined_card_leaves_the_charge_open(self, rig: Rig) -> None:
        """A refusal ends it."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.decline(reference)
        found = gateway.fetch(reference)
        assert (found.state, found.failure_code) == (RemoteState.FAILED, "insufficient_funds")
        assert gateway.cancel(reference) == found

    def test_a_page_that_cannot_be_closed_counts_as_closed(self, rig: PayMasterRig) -> None:
        """Money that comes by it all the same is found."""
        gateway = rig.gateway()
        rig.stand_in.account(cancels_pending=False)
        reference = gateway.start(rig.request()).provider_reference
        assert gateway.cancel(reference).state is RemoteState.EXPIRED
        rig.pay(reference)
        assert gateway.cancel(reference).state is gateway.fetch(reference).state is RemoteState.SUCCEEDED

    def test_a_list_is_read_to_its_end(self, rig: PayMasterRig) -> None:
        gateway = rig.gateway()
        for number in range(53):
            gateway.start(rig.request(idempotency_key=f"payment-{number}"))
        assert len(gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))) == 53

    def test_payments_of_others_are_not_listed_and_unreadable_ones_are(self, rig: PayMasterRig) -> None:
        gateway = rig.gateway()
        made = [gateway.start(rig.request(idempotency_key=f"payment-{n}")).provider_reference for n in range(3)]
        rig.stand_in.state.payment(made[0])["invoice"]["params"] = {}
        rig.stand_in.tamper(made[1], status="Delivered")
        found = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
        assert UnreadableCharge(made[1]) in found and len(found) == 2
        with pytest.raises(Unavailable):
            gateway.fetch(made[1])

    def test_test_money_is_told_as_such(self, rig: PayMasterRig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        assert (gateway.is_live, gateway.fetch(reference).is_live) == (False, False)
        rig.stand_in.tamper(reference, testMode=False)
        assert gateway.fetch(reference).is_live is True  # the other mode: it pays nothing here

    @pytest.mark.parametrize("value", [True, "96.00", 96.001, None])
    def test_an_amount_that_is_none_is_not_read(self, rig: PayMasterRig, value: Any) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.stand_in.tamper(reference, amount={"value": value, "currency": "RUB"})
        with pytest.raises(Unavailable):
            gateway.fetch(reference)


class TestRefunds(RefundCases):
    def test_refunds_come_with_the_keys_of_those_we_began(self, rig: Rig) -> None:
        """PayMaster keeps no keys in its list: they are known by its own ids."""
        gateway, reference = self.paid(rig)
        ours = gateway.refund(RefundRequest("refund-1", reference, Decimal("5.00"), "RUB"))
        (refund,) = gateway.fetch(reference).refunds or ()
        assert (refund.refund_reference, refund.amount) == (ours.refund_reference, Decimal("5.00"))
        assert (ours.idempotency_key, refund.idempotency_key) == ("refund-1", "")

    @pytest.mark.parametrize("succeed", [True, False])
    def test_a_refund_may_wait_and_fail(self, rig: PayMasterRig, succeed: bool) -> None:
        gateway, reference = self.paid(rig)
        rig.stand_in.account(refunds_wait=True)
        ours = gateway.refund(RefundRequest("refund-1", reference, Decimal("5.00"), "RUB"))
        assert (ours.state, gateway.fetch(reference).amount_refunded) == (RefundState.PENDING, Decimal("5.00"))
        rig.stand_in.move_refund(ours.refund_reference, succeed=succeed)
        found = gateway.fetch(reference)
        (refund,) = found.refunds or ()
        assert refund.state is (RefundState.SUCCEEDED if succeed else RefundState.FAILED)
        assert bool(refund.failure_code) is not succeed
        assert found.amount_refunded == (Decimal("5.00") if succeed else 0)


class TestFaults(FaultCases):
    def test_a_key_is_good_for_one_request(self, rig: Rig) -> None:
        rig.gateway().start(rig.request())
        with pytest.raises(Declined) as caught:
            rig.gateway().start(rig.request(customer_email="other@example.com"))
        assert caught.value.code == "idempotency_key_violation"


class TestDiagnosis(DiagnosisCases):
    def test_what_it_tells(self, rig: PayMasterRig) -> None:
        for url, verdict in (("https://shop.example/hooks/paymaster/", Verdict.OK), (HOOK, Verdict.FAULT)):
            found = {each.code: each for each in rig.gateway().diagnose(webhook_url=url)}
            assert {code: each.verdict for code, each in found.items()} == {"key": Verdict.OK, "webhook": verdict}
        (found_key,) = rig.gateway(key="a token of nobody").diagnose(webhook_url=HOOK)
        assert (found_key.code, found_key.verdict) == ("key", Verdict.FAULT)


class TestMessages:
    """Unsigned: whatever they claim, the state is asked for."""

    def paid(self, rig: PayMasterRig) -> tuple[str, bytes]:
        reference = rig.gateway().start(rig.request()).provider_reference
        rig.pay(reference)
        return reference, rig.event(reference)

    def test_one_names_our_payment_with_a_byte_order_mark_and_without(self, rig: PayMasterRig) -> None:
        reference, body = self.paid(rig)
        gateway = rig.gateway()
        assert body.startswith(b"\xef\xbb\xbf") and gateway.proves_messages is False
        for each in (body, body.removeprefix(b"\xef\xbb\xbf")):
            event = gateway.parse_webhook(each, {}, now=NOW)
            assert (event.kind, event.provider_reference) == (EventKind.PAYMENT_CHANGED, reference)
            assert (event.our_reference, event.is_live, event.raw_type) == ("1001", False, "Settled")
            assert event.charge_reference == gateway.fetch(reference).charge_reference

    def test_copies_have_one_name_and_later_ones_another(self, rig: PayMasterRig) -> None:
        reference, _body = self.paid(rig)
        names = {rig.gateway().parse_webhook(body, {}, now=NOW).event_id for body in rig.events(reference) * 2}
        assert len(names) == len(rig.events(reference))

    def test_a_lie_changes_nothing(self, rig: PayMasterRig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        told = {"id": reference, "status": "Settled", "merchantId": MERCHANT, "testMode": True,
                "amount": {"value": 96.0, "currency": "RUB"}, "invoice": {"orderNo": "1001"}}  # fmt: skip
        event = gateway.parse_webhook(json.dumps(told).encode(), {}, now=NOW)
        assert gateway.fetch(event.provider_reference).state is RemoteState.OPEN
        other = json.dumps(told | {"id": "of-somebody-else"}).encode()
        with pytest.raises(NotFound):
            gateway.fetch(gateway.parse_webhook(other, {}, now=NOW).provider_reference)
        foreign = gateway.parse_webhook(json.dumps(told | {"merchantId": "another"}).encode(), {}, now=NOW)
        assert (foreign.kind, foreign.our_reference) == (EventKind.IGNORED, "")

    @pytest.mark.parametrize(
        "body",
        [b"", b"\xff\xfe\x00", b"[]", b"null", b"{}", b'{"id": "1"', b'{"id": 1, "status": "Settled"}', b"[" * 100_000,
         b'{"id":"1","status":"Settled","id":"2"}', b'{"id":"","status":"Settled","amount":{}}', b'{"a":NaN}'],
    )  # fmt: skip
    def test_nonsense_is_refused(self, rig: PayMasterRig, body: bytes) -> None:
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(body, {}, now=NOW)


@pytest.mark.parametrize(
    "wrong", [{"merchant_id": " "}, {"token": ""}, {"is_test": False, "api_base": "http://127.0.0.1:1/api/v2"}]
)
def test_what_is_missing_or_unsafe_is_named_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Gateway(**({"merchant_id": MERCHANT, "token": TOKEN, "site_url": "https://shop.example"} | wrong))
