"""The WebMoney gateways, page and invoice: the common cases as far as WebMoney goes, and what only it does."""

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
    Unavailable,
    UnsupportedOperation,
)
from storefront.gateways.payments.base import EventKind, Feature, RemoteState
from storefront.gateways.payments.diagnosis import Verdict
from storefront.gateways.payments.refunds import RefundRequest
from storefront.gateways.payments.webmoney import Gateway, InvoiceGateway, signing
from storefront.sandbox.webmoney import WebMoneyStandIn
from tests.gateways.payment_gateway_cases import (
    HOOK,
    DiagnosisCases,
    FaultCases,
    LifeCases,
    Rig,
    StartCases,
    WebhookCases,
)
from tests.gateways.webmoney_rig import ACCOUNTS, KEY, NEXT_KEY, PURSE, WMID, InvoiceRig, WebMoneyRig, signed

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
#: The worked example of a result.
EXAMPLE = {
    "LMI_PAYEE_PURSE": "Z123456789012", "LMI_PAYMENT_AMOUNT": "99.90", "LMI_PAYMENT_NO": "123", "LMI_MODE": "1",
    "LMI_SYS_INVS_NO": "821", "LMI_SYS_TRANS_NO": "458", "LMI_SYS_TRANS_DATE": "20261129 10:15:00",
    "LMI_PAYER_PURSE": "Z210987654321", "LMI_PAYER_WM": "012345678901",
}  # fmt: skip


@pytest.fixture
def rig() -> Iterator[WebMoneyRig]:
    with WebMoneyStandIn(accounts=ACCOUNTS) as stand_in:
        yield WebMoneyRig(stand_in)


@pytest.fixture
def invoices(rig: WebMoneyRig) -> InvoiceRig:
    return InvoiceRig(rig.stand_in)


def test_the_worked_examples_are_signed_as_they_are_printed() -> None:
    assert signing.of_notice(EXAMPLE, "wm-secret", "").startswith("88E43FF126F29BA17AD7D43902F52FBD")
    assert signing.of_notice(EXAMPLE, "wm-secret", ";").startswith("D431AA3DC2E6B9E014C306A109A89B63")
    purse = (WMID, "Z123456789012")
    for values, key, begins in [
        ((*purse, 123), "wm-secret", "e108c3c903f5373a9552f4371e9f7944"),
        ((*purse, 123, 24), "wm-secret", "a806fbd90a47ae324b21d27a6fcbb04c"),
        ((*purse, 123, "109876543210", 1), "x20-secret", "414a4691361ebfa5be8f62449192db3c"),
        ((*purse, 555001, 0), "x20-secret", "c4588582aeb35da1c0d2e3f63c5646f1"),
    ]:
        assert signing.of_call(*values, key=key).startswith(begins)


class TestStart(StartCases):
    def test_open_charge_has_a_page_and_our_amount(self, rig: Rig) -> None:
        gateway = rig.gateway()
        started = gateway.start(rig.request())
        found = gateway.fetch(started.provider_reference)
        assert started.redirect_url.startswith(gateway.redirect_origins) and started.expires_at
        assert (found.state, found.redirect_url, found.is_live) == (RemoteState.OPEN, "", False)
        assert (found.amount, found.currency, found.our_reference) == (Decimal("96.00"), "EUR", "1001")

    def test_same_key_opens_one_charge(self, rig: Rig) -> None:
        """Each answer has a link of its own, all of one payment number."""
        gateway, asked = rig.gateway(), rig.request()
        assert gateway.start(asked).provider_reference == gateway.start(asked).provider_reference
        assert rig.opened() == 1

    def test_same_key_with_another_amount_is_refused(self, rig: Rig) -> None:
        """It is another charge, which never counts for the first one."""
        gateway = rig.gateway()
        first, second = gateway.start(rig.request()), gateway.start(rig.request(amount=Decimal("97.00")))
        assert first.provider_reference != second.provider_reference

    @pytest.mark.parametrize("key", ["payment", f"payment-{2**31}", "payment-0"])
    def test_a_key_without_a_number_that_fits_is_refused(self, rig: Rig, key: str) -> None:
        with pytest.raises(Declined):
            rig.gateway().start(rig.request(idempotency_key=key))


class TestLife(LifeCases):
    def test_declined_card_leaves_the_charge_open(self, rig: Rig) -> None:
        """The buyer refuses at WebMoney: this payment is over."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.decline(reference)
        found = gateway.fetch(reference)
        assert (found.state, found.failure_code) == (RemoteState.FAILED, "refused")
        assert gateway.decline_reasons["refused"] == "refused_there"

    def test_unused_page_expires(self, rig: Rig) -> None:
        gateway = rig.gateway()
        started = gateway.start(rig.request(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        assert gateway.fetch(started.provider_reference).state is RemoteState.EXPIRED

    def test_cancelled_charge_cannot_be_paid(self, rig: Rig) -> None:
        """It can, unless the shop is asked first: money that comes all the same is found."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        assert gateway.cancel(reference).state is RemoteState.EXPIRED
        rig.pay(reference)
        assert gateway.fetch(reference).state is gateway.cancel(reference).state is RemoteState.SUCCEEDED

    @pytest.mark.parametrize("name", ["fetch", "cancel"])
    def test_unknown_charge_is_not_found(self, rig: Rig, name: str) -> None:
        with pytest.raises(NotFound):
            getattr(rig.gateway(), name)("cs_test_unknown")

    @pytest.mark.parametrize("succeed", [True])
    def test_money_that_comes_later_is_certain_only_then(self, rig: Rig, succeed: bool) -> None:
        """WebMoney is paid at once or not at all."""

    def test_what_differs_at_the_provider_is_told_as_it_is(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        rig.tamper(reference, amount=Decimal("1.00"))
        assert gateway.fetch(reference).amount == Decimal("1.00")

    def test_money_goes_back_by_hand(self, rig: Rig) -> None:
        gateway = rig.gateway()
        assert not gateway.supports & {Feature.REFUND, Feature.SAVED_METHOD}
        with pytest.raises(UnsupportedOperation):
            gateway.refund(RefundRequest("refund-1", "1", Decimal(1), "EUR"))


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

    @pytest.mark.parametrize(
        "body",
        [b"", b"<a/>", b"<merchant.response/>", b'<!DOCTYPE a [<!ENTITY x "0">]><merchant.response>&x;</a>'],
    )
    def test_an_answer_that_is_none_is_unavailable(self, body: bytes) -> None:
        from storefront.gateways.payments.webmoney.api import read

        with pytest.raises(Unavailable):
            read(body)


class TestWebhooks(WebhookCases):
    def test_old_and_future_messages_are_refused(self, rig: Rig) -> None:
        """Nothing in one says when it was signed: it is a hint, whenever it comes."""

    def test_messages_about_refunds_and_disputes_name_the_charge(self, rig: Rig) -> None:
        """WebMoney sends none."""

    def test_header_names_are_read_in_any_case(self, rig: Rig) -> None:
        """There are none."""

    def test_unsigned_message_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        told = {name: value for name, value in parse_qsl(body.decode()) if not name.startswith("LMI_HASH")}
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(urlencode(told).encode(), {}, now=NOW)

    def test_altered_message_is_refused(self, rig: Rig) -> None:
        """Also where only our own reference is another one, which WebMoney does not sign."""
        _, body = self.paid_event(rig)
        for altered in (body.replace(b"1001", b"1002"), body.replace(b"96.00", b"97.00"), body + b"&LMI_MODE=0"):
            assert altered != body
            with pytest.raises(InvalidSignature):
                rig.gateway().parse_webhook(altered, {}, now=NOW)

    def test_message_signed_by_a_stranger_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(signed(body, "a-key-of-a-stranger"), {}, now=NOW)

    def test_both_secrets_are_good_while_one_is_rolled(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        both = rig.gateway(secrets=[NEXT_KEY, KEY])
        for key in (KEY, NEXT_KEY):
            assert both.parse_webhook(signed(body, key), {}, now=NOW).event_id
        with pytest.raises(InvalidSignature):
            rig.gateway(secrets=[NEXT_KEY]).parse_webhook(body, {}, now=NOW)

    def test_the_older_hash_proves_where_the_newer_one_did_not_come(self, rig: WebMoneyRig) -> None:
        rig.stand_in.result_mode(old=True)
        reference, body = self.paid_event(rig)
        assert b"LMI_HASH2" not in body
        assert rig.gateway().parse_webhook(body, {}, now=NOW).provider_reference == reference

    def test_real_money_is_told_from_simulated(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        assert rig.gateway().parse_webhook(signed(body, KEY, LMI_MODE="0"), {}, now=NOW).is_live

    def test_a_payment_that_is_none_of_the_shop_is_ignored(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        told = {name: value for name, value in parse_qsl(body.decode()) if not name.startswith("shop_")}
        event = rig.gateway().parse_webhook(urlencode(told).encode(), {}, now=NOW)
        assert (event.kind, event.provider_reference) == (EventKind.IGNORED, "")


class TestQuestions:
    """Before a payment WebMoney asks; anything but ``YES`` is shown to the buyer."""

    def asked(self, rig: WebMoneyRig, **changes: str) -> bytes:
        rig.gateway().start(rig.request(expires_at=NOW + timedelta(hours=1)))
        [payment] = rig.stand_in.payments()
        told = {
            "LMI_PREREQUEST": "1", "LMI_PAYEE_PURSE": PURSE, "LMI_PAYMENT_AMOUNT": "96.00", "LMI_PAYMENT_NO": "1",
            **payment["own"],
        }  # fmt: skip
        return urlencode(told | changes).encode()

    def test_what_was_asked_for_may_be_paid(self, rig: WebMoneyRig) -> None:
        body = self.asked(rig)
        assert rig.gateway().receipt(body, now=NOW).text == "YES"
        event = rig.gateway().parse_webhook(body, {}, now=NOW)
        assert event.event_id == "" and event.provider_reference.startswith("1.1001.")

    @pytest.mark.parametrize(
        "changes",
        [
            {"LMI_PAYMENT_AMOUNT": "95.99"}, {"LMI_PAYEE_PURSE": "Z123456789012"}, {"LMI_PAYMENT_NO": "2"},
            {"shop_mark": "0" * 32}, {"shop_reference": "1.1002.1795262400.EUR96.00"},
        ],
    )  # fmt: skip
    def test_anything_else_may_not(self, rig: WebMoneyRig, changes: dict[str, str]) -> None:
        assert rig.gateway().receipt(self.asked(rig, **changes), now=NOW).text != "YES"

    def test_nor_may_what_comes_too_late(self, rig: WebMoneyRig) -> None:
        assert "over" in rig.gateway().receipt(self.asked(rig), now=NOW + timedelta(hours=1)).text


class TestInvoices:
    def test_it_waits_in_the_keeper_until_it_is_paid(self, invoices: InvoiceRig) -> None:
        gateway = invoices.gateway()
        started = gateway.start(invoices.request())
        assert started.redirect_url == "" and Feature.INVOICE_BY_MAIL in gateway.supports
        found = gateway.fetch(started.provider_reference)
        assert found.state is RemoteState.WAITING and found.instructions
        assert found.instructions.details["number"] == "555001" and found.instructions.pay_until == started.expires_at
        invoices.pay(started.provider_reference)
        found = gateway.fetch(started.provider_reference)
        assert (found.state, found.amount, found.charge_reference) == (RemoteState.SUCCEEDED, Decimal("96.00"), "458")

    def test_it_can_be_given_up(self, invoices: InvoiceRig) -> None:
        gateway = invoices.gateway()
        reference = gateway.start(invoices.request()).provider_reference
        assert gateway.cancel(reference).state is gateway.cancel(reference).state is RemoteState.FAILED
        invoices.pay(reference)
        assert invoices.charged() == 0

    def test_a_buyer_without_a_keeper_pays_otherwise(self, invoices: InvoiceRig) -> None:
        invoices.stand_in.api.keepers = {"somebody@example.com"}
        for changes in ({}, {"customer_email": ""}):
            with pytest.raises(Declined):
                invoices.gateway().start(invoices.request(**changes))
        with pytest.raises(Declined) as caught:
            invoices.gateway().start(invoices.request())
        assert caught.value.is_curable

    def test_a_second_invoice_of_one_number_pays_as_well(self, invoices: InvoiceRig) -> None:
        """After an answer that was lost."""
        gateway = invoices.gateway()
        invoices.fail("lost")
        with pytest.raises(Unavailable):
            gateway.start(invoices.request())
        reference = gateway.start(invoices.request()).provider_reference
        first = invoices.stand_in.state.payments["1"]
        assert first["invoice"] == "555001" and reference.endswith(".555002")
        invoices.stand_in.cashier.pay(first)
        assert gateway.fetch(reference).state is RemoteState.SUCCEEDED

    def test_trouble_on_the_line_is_unavailable(self, invoices: InvoiceRig) -> None:
        gateway = invoices.gateway()
        reference = gateway.start(invoices.request()).provider_reference
        for fault in invoices.faults:
            invoices.fail(fault)
            with pytest.raises(Unavailable):
                gateway.fetch(reference)

    def test_purses_without_its_key_are_not_used(self) -> None:
        with pytest.raises(ConfigurationError):
            InvoiceGateway(wmid=WMID, purses=["E123456789012:secret-key"])


class TestDiagnosis(DiagnosisCases):
    def test_each_purse_is_looked_at(self, rig: WebMoneyRig) -> None:
        found = rig.gateway(key="a-wrong-key").diagnose(webhook_url=HOOK)
        assert [(each.code, each.verdict) for each in found] == [
            ("key", Verdict.FAULT), ("key", Verdict.OK), ("webhook", Verdict.WARNING),
        ]  # fmt: skip
        assert HOOK in found[-1].remedy


@pytest.mark.parametrize(
    "purses", [[], ["E123456789012"], ["R123456789012:long-key"], ["E123456789012:long-key", "E123456789013:long-key"]]
)
def test_purses_that_cannot_be_are_refused(purses: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        Gateway(wmid=WMID, purses=purses)


def test_real_money_travels_encrypted() -> None:
    made: dict[str, Any] = {"wmid": WMID, "purses": ["E123456789012:secret-key"]}
    assert Gateway(**made).is_live and Gateway(**made).limits.currencies == {"EUR"}
    with pytest.raises(ConfigurationError):
        Gateway(**made, api_base="http://127.0.0.1:1")
