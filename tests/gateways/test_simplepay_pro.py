"""The gateway of simplepay.pro: the common cases as far as it goes, and what only it does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from storefront.gateways.errors import (
    ConfigurationError,
    Declined,
    InvalidSignature,
    NotFound,
    UnsupportedOperation,
)
from storefront.gateways.payments.base import EventKind, Feature, RemoteState
from storefront.gateways.payments.diagnosis import Verdict
from storefront.gateways.payments.refunds import RefundRequest
from storefront.gateways.payments.simplepay_pro import Gateway, signing
from storefront.sandbox.simplepay_pro import SimplePayProStandIn
from tests.gateways.payment_gateway_cases import (
    HOOK,
    DiagnosisCases,
    FaultCases,
    LifeCases,
    Rig,
    StartCases,
    WebhookCases,
)
from tests.gateways.simplepay_pro_rig import KEY, NEXT_KEY, OUTLETS, RESULT_KEY, SimplePayProRig, signed

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def rig() -> Iterator[SimplePayProRig]:
    with SimplePayProStandIn(outlets=OUTLETS) as stand_in:
        yield SimplePayProRig(stand_in)


def test_the_worked_examples_are_signed_as_they_are_printed() -> None:
    asked = {
        "sp_amount": "99.90", "sp_description": "License A", "sp_order_id": "123", "sp_outlet_id": "1",
        "sp_salt": "12345", "other": "is not signed", "sp_sig": "neither is this",
    }  # fmt: skip
    first = "e70cc46de8754f9b1b55c54d0222892bfd87864c4c44b3dc9b48e1197b1a234d"
    assert signing.signature("payment", asked, "sp-secret") == first
    told = {"sp_amount": "99.90", "sp_order_id": "123", "sp_payment_id": "777", "sp_result": "1", "sp_salt": "555"}
    second = "34925d295857b0ac281e370b50dc4b4e66f5d9bc2cd6fec4161e402fd429681a"
    assert signing.signature("result", told, "sp-result-secret") == second
    assert signing.is_signed("result", told | {"sp_sig": second.upper()}, ["another", "sp-result-secret"])
    assert not signing.is_signed("", told | {"sp_sig": second}, ["sp-result-secret"])


class TestStart(StartCases):
    def test_open_charge_has_a_page_and_our_amount(self, rig: Rig) -> None:
        gateway = rig.gateway()
        started = gateway.start(rig.request())
        found = gateway.fetch(started.provider_reference)
        assert started.redirect_url.startswith(gateway.redirect_origins) and started.expires_at
        assert (found.state, found.redirect_url, found.is_live) == (RemoteState.OPEN, "", False)
        assert (found.amount, found.currency, found.our_reference) == (Decimal("96.00"), "RUB", "1001")

    @pytest.mark.parametrize("key", ["payment 1", "x" * 41])
    def test_a_key_that_makes_no_order_id_is_refused(self, rig: Rig, key: str) -> None:
        with pytest.raises(Declined):
            rig.gateway().start(rig.request(idempotency_key=key))

    def test_a_description_holds_no_separator(self, rig: SimplePayProRig) -> None:
        rig.gateway().start(rig.request(description="A; B\nC", customer_email="no address"))
        assert rig.stand_in.payments()[0]["description"] == "A B C"


class TestLife(LifeCases):
    def test_declined_card_leaves_the_charge_open(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.decline(reference)
        assert gateway.fetch(reference).state is RemoteState.OPEN
        rig.pay(reference)
        assert gateway.fetch(reference).state is RemoteState.SUCCEEDED

    def test_unused_page_expires(self, rig: Rig) -> None:
        gateway = rig.gateway()
        started = gateway.start(rig.request(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        assert gateway.fetch(started.provider_reference).state is RemoteState.EXPIRED

    def test_cancelled_charge_cannot_be_paid(self, rig: Rig) -> None:
        """It can: money that comes all the same is found."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        assert gateway.cancel(reference).state is RemoteState.EXPIRED
        rig.pay(reference)
        assert gateway.fetch(reference).state is gateway.cancel(reference).state is RemoteState.SUCCEEDED

    @pytest.mark.parametrize("name", ["fetch", "cancel"])
    @pytest.mark.parametrize("reference", ["cs_test_unknown", "payment-9.1001.1795262400"])
    def test_unknown_charge_is_not_found(self, rig: Rig, name: str, reference: str) -> None:  # type: ignore[override]
        with pytest.raises(NotFound):
            getattr(rig.gateway(), name)(reference)

    @pytest.mark.parametrize("succeed", [True])
    def test_money_that_comes_later_is_certain_only_then(self, rig: Rig, succeed: bool) -> None:
        """It is there at once or not at all, as far as the company tells."""

    def test_what_differs_at_the_provider_is_told_as_it_is(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        rig.tamper(reference, amount=Decimal("1.00"))
        assert gateway.fetch(reference).amount == Decimal("1.00")

    def test_money_goes_back_by_hand_and_nothing_is_saved(self, rig: Rig) -> None:
        gateway = rig.gateway()
        assert not gateway.supports & {Feature.REFUND, Feature.SAVED_METHOD}
        with pytest.raises(UnsupportedOperation):
            gateway.refund(RefundRequest("refund-1", "1", Decimal(1), "RUB"))


class TestFaults(FaultCases):
    @pytest.mark.parametrize("name", ["start", "fetch", "cancel"])
    def test_trouble_on_the_line_is_unavailable(self, rig: Rig, name: str) -> None:
        super().test_trouble_on_the_line_is_unavailable(rig, name)

    @pytest.mark.parametrize("name", ["start", "fetch", "cancel"])
    def test_rejected_key_is_our_own_mistake(self, rig: Rig, name: str) -> None:
        super().test_rejected_key_is_our_own_mistake(rig, name)

    def test_refund_after_the_timeout_is_found_by_repeating_the_key(self, rig: Rig) -> None:
        """There are none."""

    def test_errors_never_tell_the_key(self, rig: Rig) -> None:
        reference = rig.gateway().start(rig.request()).provider_reference
        with pytest.raises(ConfigurationError) as caught:
            rig.gateway(key="a-key-that-is-very_secret").fetch(reference)
        assert "very_secret" not in repr(caught.value)


class TestWebhooks(WebhookCases):
    def test_old_and_future_messages_are_refused(self, rig: Rig) -> None:
        """Nothing in one says when it was signed: it is a hint, whenever it comes."""

    def test_messages_about_refunds_and_disputes_name_the_charge(self, rig: Rig) -> None:
        """There are none."""

    def test_header_names_are_read_in_any_case(self, rig: Rig) -> None:
        """There are none."""

    def test_unsigned_message_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        told = {name: value for name, value in parse_qsl(body.decode()) if name != "sp_sig"}
        for fields in (told, told | {"sp_sig": ""}):
            with pytest.raises(InvalidSignature):
                rig.gateway().parse_webhook(urlencode(fields).encode(), {}, now=NOW)

    def test_altered_message_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        for altered in (body.replace(b"1001", b"1002"), body + b"&sp_amount=1.00", body + b"&more=1"):
            with pytest.raises(InvalidSignature):
                rig.gateway().parse_webhook(altered, {}, now=NOW)

    def test_message_signed_by_a_stranger_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        for key in ("a-key-of-a-stranger", KEY):
            with pytest.raises(InvalidSignature):
                rig.gateway().parse_webhook(signed(body, key), {}, now=NOW)

    def test_both_secrets_are_good_while_one_is_rolled(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        both = rig.gateway(secrets=[NEXT_KEY, RESULT_KEY])
        for key in (RESULT_KEY, NEXT_KEY):
            assert both.parse_webhook(signed(body, key), {}, now=NOW).event_id
        with pytest.raises(InvalidSignature):
            rig.gateway(secrets=[NEXT_KEY]).parse_webhook(body, {}, now=NOW)

    def test_an_order_that_is_none_of_the_shop_is_ignored(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        event = rig.gateway().parse_webhook(signed(body, RESULT_KEY, sp_order_id="123"), {}, now=NOW)
        assert (event.kind, event.provider_reference) == (EventKind.IGNORED, "")

    def test_the_answer_is_signed_and_says_that_it_was_read(self, rig: Rig) -> None:
        receipt = rig.gateway().receipt(b"", now=NOW)
        assert receipt.content_type.startswith("text/xml") and "<sp_status>ok</sp_status>" in receipt.text


class TestDiagnosis(DiagnosisCases):
    def test_every_fault_says_what_to_do_and_none_holds_a_secret(self, rig: Rig) -> None:
        found = rig.gateway(key="sk_very_secret").diagnose(webhook_url=HOOK)
        assert [each.code for each in found if each.verdict is Verdict.FAULT] == ["key"]
        assert all(each.to_do for each in found if each.verdict is not Verdict.OK)
        assert "very_secret" not in repr(found)
        assert "contract" in [each.code for each in rig.gateway().diagnose(webhook_url=HOOK)]


@pytest.mark.parametrize(
    "changes", [{"outlet_id": ""}, {"key": ""}, {"result_keys": []}, {"is_test": False, "api_base": "http://x.example"}]
)
def test_what_is_missing_or_unencrypted_is_refused(changes: dict[str, Any]) -> None:
    given: dict[str, Any] = {"outlet_id": "1", "key": KEY, "result_keys": [RESULT_KEY]}
    with pytest.raises(ConfigurationError):
        Gateway(**(given | changes))
