"""One set of cases for every payment gateway. A provider's test module subclasses ``PaymentGatewayCases`` and gives it
a ``Rig``: its gateway, tied to its stand-in over real HTTP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any, ClassVar

import pytest

from storefront.gateways.errors import ConfigurationError, Declined, InvalidSignature, NotFound, Unavailable
from storefront.gateways.payments.base import (
    EventKind,
    Feature,
    LineItem,
    PaymentGateway,
    RemoteState,
    StartedPayment,
    StartRequest,
)
from storefront.gateways.payments.diagnosis import Verdict
from storefront.gateways.payments.refunds import RefundRequest

HOOK = "https://shop.example/hooks/provider/"
NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
CALLS = ("start", "fetch", "cancel", "refund", "find_recent")
WRITES = ("start", "cancel", "refund")


class Rig(ABC):
    """What the cases need to know about one provider. References are the provider's (``provider_reference``)."""

    #: faults of the line after which the outcome is unknown; names for ``fail``
    faults: ClassVar[tuple[str, ...]]
    secret: str
    next_secret: str

    @abstractmethod
    def gateway(
        self, *, key: str | None = None, secrets: list[str] | None = None, patience: float = 5.0
    ) -> PaymentGateway:
        """A gateway that tries each call once; ``patience`` is its read timeout in seconds."""

    @abstractmethod
    def pay(self, reference: str) -> None:
        """The buyer pays on the hosted page."""

    @abstractmethod
    def decline(self, reference: str) -> None:
        """The buyer's card is refused."""

    @abstractmethod
    def let_expire(self, reference: str) -> None:
        """The pay page closes unused."""

    @abstractmethod
    def fail(self, fault: str, *, writes_only: bool = False) -> None:
        """The next call (the next that changes something) fails by one of ``faults``, or "hang": done, but answered
        too late, or "lost": done, never answered."""

    @abstractmethod
    def opened(self) -> int:
        """How many charges were opened."""

    @abstractmethod
    def charged(self) -> int:
        """How many times money was taken."""

    @abstractmethod
    def event(self, reference: str) -> bytes:
        """The body of the message that says this charge was paid."""

    @abstractmethod
    def sign(self, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
        """Headers that prove a message."""


def request(**changes: Any) -> StartRequest:
    amount = changes.pop("amount", Decimal("96.00"))
    defaults: dict[str, Any] = {
        "idempotency_key": "payment-1",
        "our_reference": "1001",
        "amount": amount,
        "currency": "EUR",
        "description": "Order 1001",
        "lines": [LineItem("Standard license, 12 months", amount)],
        "customer_email": "buyer@example.com",
        "return_url": "https://shop.example/return/",
        "cancel_url": "https://shop.example/pay/",
        "expires_at": datetime.now(UTC) + timedelta(hours=2),
    }
    return StartRequest(**(defaults | changes))


def call(gateway: PaymentGateway, name: str, reference: str) -> Any:
    """One of ``CALLS`` with harmless arguments."""
    acts: Mapping[str, Callable[[], Any]] = {
        "start": lambda: gateway.start(request(idempotency_key="payment-2")),
        "fetch": lambda: gateway.fetch(reference),
        "cancel": lambda: gateway.cancel(reference),
        "refund": lambda: gateway.refund(RefundRequest("refund-1", reference, Decimal("1.00"), "EUR")),
        "find_recent": lambda: gateway.find_recent(since=datetime.now(UTC) - timedelta(hours=1)),
    }
    return acts[name]()


class StartCases:
    def test_open_charge_has_a_page_and_our_amount(self, rig: Rig) -> None:
        gateway = rig.gateway()
        started = gateway.start(request())
        found = gateway.fetch(started.provider_reference)
        assert found.state is RemoteState.OPEN
        assert (found.amount, found.currency, found.our_reference) == (Decimal("96.00"), "EUR", "1001")
        assert found.redirect_url == started.redirect_url != ""
        assert found.is_live is gateway.is_live is False

    def test_same_key_opens_one_charge(self, rig: Rig) -> None:
        gateway, asked = rig.gateway(), request()
        assert gateway.start(asked) == gateway.start(asked)
        assert rig.opened() == 1

    def test_same_key_with_another_amount_is_refused(self, rig: Rig) -> None:
        gateway = rig.gateway()
        gateway.start(request())
        with pytest.raises(Declined):
            gateway.start(request(amount=Decimal("97.00")))
        assert rig.opened() == 1

    def test_another_key_opens_another_charge(self, rig: Rig) -> None:
        gateway = rig.gateway()
        first, second = gateway.start(request()), gateway.start(request(idempotency_key="payment-2"))
        assert first.provider_reference != second.provider_reference

    def test_parallel_starts_with_one_key_open_one_charge(self, rig: Rig) -> None:
        gateway, asked, barrier = rig.gateway(), request(), Barrier(8)

        def start(_: int) -> StartedPayment | None:
            barrier.wait()
            try:
                return gateway.start(asked)
            except Unavailable:
                return None  # told to come back

        with ThreadPoolExecutor(8) as pool:
            references = {started.provider_reference for started in pool.map(start, range(8)) if started}
        assert references == {gateway.start(asked).provider_reference}
        assert rig.opened() == 1

    @pytest.mark.parametrize(
        ("amount", "currency"),
        [("1500", "JPY"), ("1500.00", "JPY"), ("96.00", "EUR"), ("0.99", "USD"), ("12.340", "KWD")],
    )
    def test_amounts_survive_the_provider_exactly(self, rig: Rig, amount: str, currency: str) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request(amount=Decimal(amount), currency=currency)).provider_reference
        rig.pay(reference)
        found = gateway.fetch(reference)
        assert (found.state, found.amount, found.currency) == (RemoteState.SUCCEEDED, Decimal(amount), currency)

    @pytest.mark.parametrize(
        ("amount", "currency"), [("1500.50", "JPY"), ("0.001", "EUR"), ("-1", "EUR"), ("0", "EUR"), ("NaN", "EUR")]
    )
    def test_amounts_that_cannot_be_charged_are_refused_before_any_call(
        self, rig: Rig, amount: str, currency: str
    ) -> None:
        with pytest.raises(Declined):
            rig.gateway().start(request(amount=Decimal(amount), currency=currency))
        assert rig.opened() == 0

    def test_lines_that_do_not_add_up_are_refused(self, rig: Rig) -> None:
        with pytest.raises(Declined):
            rig.gateway().start(request(lines=[LineItem("License", Decimal("95.99"))]))
        assert rig.opened() == 0


class LifeCases:
    def test_paid_charge_succeeds_once(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        rig.pay(reference)
        found = gateway.fetch(reference)
        assert (found.state, found.amount) == (RemoteState.SUCCEEDED, Decimal("96.00"))
        assert found.charge_reference and found.redirect_url == "" and not found.disputes
        assert rig.charged() == 1

    def test_declined_card_leaves_the_charge_open(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        rig.decline(reference)
        found = gateway.fetch(reference)
        assert found.state is RemoteState.OPEN and found.failure_code
        rig.pay(reference)
        assert gateway.fetch(reference).state is RemoteState.SUCCEEDED
        assert rig.charged() == 1

    def test_unused_page_expires(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        rig.let_expire(reference)
        assert gateway.fetch(reference).state is RemoteState.EXPIRED

    def test_cancelled_charge_cannot_be_paid(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        assert gateway.cancel(reference).state is RemoteState.EXPIRED
        rig.pay(reference)
        assert gateway.fetch(reference).state is RemoteState.EXPIRED
        assert rig.charged() == 0

    def test_cancelling_twice_says_the_same(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        assert gateway.cancel(reference) == gateway.cancel(reference)

    def test_cancelling_a_paid_charge_tells_that_it_is_paid(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        rig.pay(reference)
        found = gateway.cancel(reference)
        assert (found.state, found.amount) == (RemoteState.SUCCEEDED, Decimal("96.00"))

    def test_recent_charges_are_found_in_every_state(self, rig: Rig) -> None:
        gateway = rig.gateway()
        started = [gateway.start(request(idempotency_key=f"payment-{n}")).provider_reference for n in range(3)]
        rig.pay(started[1])
        rig.let_expire(started[2])
        found = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
        assert {each.provider_reference: each.state for each in found} == dict(
            zip(started, [RemoteState.OPEN, RemoteState.SUCCEEDED, RemoteState.EXPIRED], strict=True)
        )
        assert all(each == gateway.fetch(each.provider_reference) for each in found)
        assert gateway.find_recent(since=datetime.now(UTC) + timedelta(minutes=5)) == []

    @pytest.mark.parametrize("name", ["fetch", "cancel", "refund"])
    def test_unknown_charge_is_not_found(self, rig: Rig, name: str) -> None:
        with pytest.raises(NotFound):
            call(rig.gateway(), name, "cs_test_unknown")


class RefundCases:
    def paid(self, rig: Rig) -> tuple[PaymentGateway, str]:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        rig.pay(reference)
        return gateway, reference

    def test_parts_add_up_to_no_more_than_was_paid(self, rig: Rig) -> None:
        gateway, reference = self.paid(rig)
        first = gateway.refund(RefundRequest("refund-1", reference, Decimal("36.00"), "EUR", "asked for"))
        assert (first.state, first.amount, first.currency) == ("succeeded", Decimal("36.00"), "EUR")
        assert gateway.fetch(reference).amount_refunded == Decimal("36.00")
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-2", reference, Decimal("60.01"), "EUR"))
        gateway.refund(RefundRequest("refund-3", reference, Decimal("60.00"), "EUR"))
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-4", reference, Decimal("0.01"), "EUR"))
        assert gateway.fetch(reference).amount_refunded == Decimal("96.00")

    def test_same_key_refunds_once(self, rig: Rig) -> None:
        gateway, reference = self.paid(rig)
        asked = RefundRequest("refund-1", reference, Decimal("10.00"), "EUR")
        assert gateway.refund(asked) == gateway.refund(asked)
        assert gateway.fetch(reference).amount_refunded == Decimal("10.00")

    def test_refunds_come_with_the_keys_of_those_we_began(self, rig: Rig) -> None:
        gateway, reference = self.paid(rig)
        ours = gateway.refund(RefundRequest("refund-1", reference, Decimal("5.00"), "EUR"))
        (refund,) = gateway.fetch(reference).refunds or ()
        assert (refund.refund_reference, refund.idempotency_key) == (ours.refund_reference, "refund-1")
        assert refund.amount == gateway.fetch(reference).amount_refunded == Decimal("5.00")

    def test_refunds_are_looked_for_where_there_are_some_or_if_asked(self, rig: Rig) -> None:
        gateway, reference = self.paid(rig)
        assert gateway.fetch(reference).refunds is None
        assert gateway.fetch(reference, look_for_refunds=True).refunds == ()

    def test_it_describes_itself(self, rig: Rig) -> None:
        gateway = rig.gateway()
        assert gateway.name and gateway.verbose_name and gateway.limits.currencies
        assert timedelta(minutes=5) < gateway.page_lifetime and timedelta(0) < gateway.key_lifetime
        assert all(each == "https:" or "://" in each for each in gateway.redirect_origins)
        assert Feature.REFUND in gateway.supports

    def test_unpaid_charge_cannot_be_refunded(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-1", reference, Decimal("1.00"), "EUR"))

    @pytest.mark.parametrize(("amount", "currency"), [("0", "EUR"), ("-1", "EUR"), ("0.001", "EUR"), ("1", "USD")])
    def test_wrong_amount_or_currency_is_refused(self, rig: Rig, amount: str, currency: str) -> None:
        gateway, reference = self.paid(rig)
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-1", reference, Decimal(amount), currency))
        assert gateway.fetch(reference).amount_refunded == 0


class FaultCases:
    """Whatever breaks on the line, the outcome is unknown: neither paid nor failed."""

    @pytest.mark.parametrize("name", CALLS)
    def test_trouble_on_the_line_is_unavailable(self, rig: Rig, name: str) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        rig.pay(reference)
        for fault in rig.faults:
            rig.fail(fault, writes_only=name in WRITES)
            with pytest.raises(Unavailable):
                call(gateway, name, reference)
        assert gateway.fetch(reference).state is RemoteState.SUCCEEDED
        assert rig.charged() == 1

    def test_answer_after_the_timeout_is_found_by_repeating_the_key(self, rig: Rig) -> None:
        asked = request()
        rig.fail("hang")
        with pytest.raises(Unavailable):
            rig.gateway(patience=1.0).start(asked)
        gateway = rig.gateway()
        (found,) = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
        assert found.our_reference == asked.our_reference
        assert gateway.start(asked).provider_reference == found.provider_reference
        assert rig.opened() == 1

    def test_refund_after_the_timeout_is_found_by_repeating_the_key(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        rig.pay(reference)
        asked = RefundRequest("refund-1", reference, Decimal("10.00"), "EUR")
        rig.fail("lost", writes_only=True)
        with pytest.raises(Unavailable):
            gateway.refund(asked)
        assert gateway.refund(asked).amount == Decimal("10.00")
        assert gateway.fetch(reference).amount_refunded == Decimal("10.00")

    @pytest.mark.parametrize("name", CALLS)
    def test_rejected_key_is_our_own_mistake(self, rig: Rig, name: str) -> None:
        reference = rig.gateway().start(request()).provider_reference
        with pytest.raises(ConfigurationError):
            call(rig.gateway(key="sk_test_revoked"), name, reference)

    def test_errors_never_tell_the_key(self, rig: Rig) -> None:
        with pytest.raises(ConfigurationError) as caught:
            rig.gateway(key="sk_test_very_secret").fetch("cs_test_1")
        assert "very_secret" not in repr(caught.value)


class WebhookCases:
    def paid_event(self, rig: Rig) -> tuple[str, bytes]:
        reference = rig.gateway().start(request()).provider_reference
        rig.pay(reference)
        return reference, rig.event(reference)

    def test_proven_message_names_our_payment(self, rig: Rig) -> None:
        reference, body = self.paid_event(rig)
        event = rig.gateway().parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)
        assert (event.kind, event.provider_reference) == (EventKind.PAYMENT_CHANGED, reference)
        assert (event.our_reference, event.is_live) == ("1001", False)
        assert event.event_id and event.charge_reference == rig.gateway().fetch(reference).charge_reference

    def test_header_names_are_read_in_any_case(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        headers = {name.upper(): value for name, value in rig.sign(body, secret=rig.secret, at=NOW).items()}
        assert rig.gateway().parse_webhook(body, headers, now=NOW).event_id

    @pytest.mark.parametrize("seconds", [-300, 300])
    def test_message_within_tolerance_is_taken(self, rig: Rig, seconds: int) -> None:
        _, body = self.paid_event(rig)
        headers = rig.sign(body, secret=rig.secret, at=NOW + timedelta(seconds=seconds))
        assert rig.gateway().parse_webhook(body, headers, now=NOW).event_id

    @pytest.mark.parametrize("seconds", [-301, 301, -86400, 365 * 86400])
    def test_old_and_future_messages_are_refused(self, rig: Rig, seconds: int) -> None:
        _, body = self.paid_event(rig)
        headers = rig.sign(body, secret=rig.secret, at=NOW + timedelta(seconds=seconds))
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(body, headers, now=NOW)

    def test_altered_message_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        headers = rig.sign(body, secret=rig.secret, at=NOW)
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(body.replace(b"9600", b"9601"), headers, now=NOW)

    def test_unsigned_message_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(body, {}, now=NOW)

    def test_message_signed_by_a_stranger_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(body, rig.sign(body, secret="whsec_stranger", at=NOW), now=NOW)

    def test_both_secrets_are_good_while_one_is_rolled(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        both = rig.gateway(secrets=[rig.secret, rig.next_secret])
        only_next = rig.gateway(secrets=[rig.next_secret])
        for secret in (rig.secret, rig.next_secret):
            assert both.parse_webhook(body, rig.sign(body, secret=secret, at=NOW), now=NOW).event_id
        with pytest.raises(InvalidSignature):
            only_next.parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)

    @pytest.mark.parametrize(
        "body",
        [b"", b"\xff\xfe\x00", b"[]", b"null", b"{}", b'{"id": "evt_1"', b'"text"', b"[" * 100_000, b'{"a":NaN}'],
    )
    def test_signed_nonsense_is_refused(self, rig: Rig, body: bytes) -> None:
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)


class DiagnosisCases:
    """Whoever looks for what is wrong reads all of it: no answer ends the look with an exception."""

    def test_trouble_on_the_line_is_one_fault_among_others(self, rig: Rig) -> None:
        gateway = rig.gateway()
        for fault in rig.faults:
            rig.fail(fault)
            found = gateway.diagnose(webhook_url=HOOK)
            assert "connection" in [each.code for each in found if each.verdict is Verdict.FAULT], fault

    def test_a_diagnosis_opens_and_moves_nothing(self, rig: Rig) -> None:
        gateway = rig.gateway()
        for is_thorough in (False, True):
            assert gateway.diagnose(webhook_url=HOOK, is_thorough=is_thorough)
        assert (rig.opened(), rig.charged()) == (0, 0)

    def test_a_message_on_demand_is_about_nothing_that_can_be_paid(self, rig: Rig) -> None:
        gateway = rig.gateway()
        kind = gateway.provoke_message(currency="EUR", return_url="https://shop.example/")
        assert kind and (rig.opened(), rig.charged()) == (1, 0)
        (found,) = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
        assert found.state is RemoteState.EXPIRED
        with pytest.raises(Declined):
            gateway.provoke_message(currency="XXX", return_url="https://shop.example/")

    def test_every_fault_says_what_to_do_and_none_holds_a_secret(self, rig: Rig) -> None:
        found = [*rig.gateway().diagnose(webhook_url=HOOK), *rig.gateway().warnings()]
        assert all(each.remedy for each in found if each.verdict is Verdict.FAULT)
        assert rig.secret not in str(found)


class PaymentGatewayCases(StartCases, LifeCases, RefundCases, FaultCases, WebhookCases, DiagnosisCases):
    """Every case. A subclass provides the ``rig`` fixture."""
