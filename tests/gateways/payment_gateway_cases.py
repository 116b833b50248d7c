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

from storefront.gateways.errors import (
    ConfigurationError,
    Declined,
    InvalidSignature,
    NotFound,
    Unavailable,
    UnsupportedOperation,
)
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


class Rig(ABC):
    """What the cases need to know about one provider. References are the provider's (``provider_reference``)."""

    #: faults of the line after which the outcome is unknown; names for ``fail``
    faults: ClassVar[tuple[str, ...]]
    secret: str
    next_secret: str
    #: whether the gateway lists its charges (``find_recent``) and can be made to send a message
    lists: ClassVar[bool] = True
    provokes: ClassVar[bool] = True
    #: calls of ``CALLS`` and ``capture`` that change something at the provider
    writes: ClassVar[tuple[str, ...]] = ("start", "cancel", "refund", "capture")
    #: what the cases pay in
    currency: ClassVar[str] = "EUR"
    #: how old a message may be: as long as the provider repeats one with the stamp of its first sending
    oldest: ClassVar[timedelta] = timedelta(seconds=300)

    def request(self, **changes: Any) -> StartRequest:
        """A request in a currency that this provider takes."""
        return request(**({"currency": self.currency} | changes))

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
    def pay_later(self, reference: str) -> None:
        """The buyer pays by something whose money is certain only days later."""

    @abstractmethod
    def settle_later(self, reference: str, *, succeed: bool) -> None:
        """The end of what ``pay_later`` began."""

    @abstractmethod
    def refund_elsewhere(self, reference: str, amount: Decimal) -> None:
        """Somebody gives money back in the provider's dashboard."""

    @abstractmethod
    def dispute(self, reference: str) -> None:
        """The buyer takes all their money back through their bank or the provider; nothing is decided yet."""

    @abstractmethod
    def close_dispute(self, reference: str, *, won: bool) -> None:
        """It is decided; ``won``: for us."""

    @abstractmethod
    def tamper(self, reference: str, *, amount: Decimal | None = None, currency: str = "", ours: str = "") -> None:
        """The provider's object says something else than was asked for."""

    @abstractmethod
    def other_account(self) -> PaymentGateway:
        """A gateway with the keys of another account at the same provider."""

    @abstractmethod
    def events(self, reference: str) -> list[bytes]:
        """The bodies of all messages about this charge, oldest first."""

    def approve(self, reference: str, *, declines: bool = False) -> None:
        """The buyer agrees on the hosted page; ``declines``: with what turns out to be refused. Only for a gateway
        that captures."""
        raise NotImplementedError

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


def call(gateway: PaymentGateway, name: str, reference: str, currency: str = "EUR") -> Any:
    """One of ``CALLS`` with harmless arguments."""
    acts: Mapping[str, Callable[[], Any]] = {
        "start": lambda: gateway.start(request(idempotency_key="payment-2", currency=currency)),
        "fetch": lambda: gateway.fetch(reference),
        "cancel": lambda: gateway.cancel(reference),
        "refund": lambda: gateway.refund(RefundRequest("refund-1", reference, Decimal("1.00"), currency)),
        "find_recent": lambda: gateway.find_recent(since=datetime.now(UTC) - timedelta(hours=1)),
    }
    return acts[name]()


class StartCases:
    def test_open_charge_has_a_page_and_our_amount(self, rig: Rig) -> None:
        gateway = rig.gateway()
        started = gateway.start(rig.request())
        found = gateway.fetch(started.provider_reference)
        assert started.redirect_url.startswith(("https:", *gateway.redirect_origins))
        assert found.state is RemoteState.OPEN
        assert (found.amount, found.currency, found.our_reference) == (Decimal("96.00"), rig.currency, "1001")
        assert found.redirect_url == started.redirect_url != ""
        assert found.is_live is gateway.is_live is False

    def test_same_key_opens_one_charge(self, rig: Rig) -> None:
        gateway, asked = rig.gateway(), rig.request()
        assert gateway.start(asked) == gateway.start(asked)
        assert rig.opened() == 1

    def test_same_key_with_another_amount_is_refused(self, rig: Rig) -> None:
        gateway = rig.gateway()
        gateway.start(rig.request())
        with pytest.raises(Declined):
            gateway.start(rig.request(amount=Decimal("97.00")))
        assert rig.opened() == 1

    def test_another_key_opens_another_charge(self, rig: Rig) -> None:
        gateway = rig.gateway()
        first, second = gateway.start(rig.request()), gateway.start(rig.request(idempotency_key="payment-2"))
        assert first.provider_reference != second.provider_reference

    def test_parallel_starts_with_one_key_open_one_charge(self, rig: Rig) -> None:
        gateway, asked, barrier = rig.gateway(), rig.request(), Barrier(8)

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
        [("1500", "JPY"), ("1500.00", "JPY"), ("96.00", "EUR"), ("0.99", "USD"), ("12.340", "KWD"), ("1234.56", "RUB")],
    )
    def test_amounts_survive_the_provider_exactly(self, rig: Rig, amount: str, currency: str) -> None:
        gateway, asked = rig.gateway(), rig.request(amount=Decimal(amount), currency=currency)
        if currency not in gateway.limits.currencies:
            with pytest.raises(Declined):
                gateway.start(asked)
            return
        reference = gateway.start(asked).provider_reference
        rig.pay(reference)
        found = gateway.fetch(reference)
        assert (found.state, found.amount, found.currency) == (RemoteState.SUCCEEDED, Decimal(amount), currency)

    @pytest.mark.parametrize(
        ("amount", "currency"), [("1500.50", "JPY"), ("0.001", ""), ("-1", ""), ("0", ""), ("NaN", "")]
    )
    def test_amounts_that_cannot_be_charged_are_refused_before_any_call(
        self, rig: Rig, amount: str, currency: str
    ) -> None:
        with pytest.raises(Declined):
            rig.gateway().start(rig.request(amount=Decimal(amount), currency=currency or rig.currency))
        assert rig.opened() == 0

    def test_lines_that_do_not_add_up_are_refused(self, rig: Rig) -> None:
        with pytest.raises(Declined):
            rig.gateway().start(rig.request(lines=[LineItem("License", Decimal("95.99"))]))
        assert rig.opened() == 0


class LifeCases:
    def test_paid_charge_succeeds_once(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        found = gateway.fetch(reference)
        assert (found.state, found.amount) == (RemoteState.SUCCEEDED, Decimal("96.00"))
        assert found.charge_reference and found.redirect_url == "" and not found.disputes
        assert rig.charged() == 1

    def test_declined_card_leaves_the_charge_open(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.decline(reference)
        found = gateway.fetch(reference)
        assert found.state is RemoteState.OPEN and found.redirect_url
        assert found.failure_code or Feature.CAPTURE in gateway.supports  # there the refused capture says it
        rig.pay(reference)
        assert gateway.fetch(reference).state is RemoteState.SUCCEEDED
        assert rig.charged() == 1

    def test_unused_page_expires(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.let_expire(reference)
        assert gateway.fetch(reference).state is RemoteState.EXPIRED

    def test_cancelled_charge_cannot_be_paid(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        assert gateway.cancel(reference).state is RemoteState.EXPIRED
        if Feature.CAPTURE in gateway.supports:
            rig.approve(reference)  # whoever has cancelled does not capture
        else:
            rig.pay(reference)
        assert gateway.fetch(reference).state is not RemoteState.SUCCEEDED
        assert gateway.cancel(reference).state is RemoteState.EXPIRED
        assert rig.charged() == 0

    def test_cancelling_twice_says_the_same(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        assert gateway.cancel(reference) == gateway.cancel(reference)

    def test_cancelling_a_paid_charge_tells_that_it_is_paid(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        found = gateway.cancel(reference)
        assert (found.state, found.amount) == (RemoteState.SUCCEEDED, Decimal("96.00"))

    def test_recent_charges_are_found_in_every_state(self, rig: Rig) -> None:
        gateway = rig.gateway()
        if not rig.lists:
            with pytest.raises(UnsupportedOperation):
                gateway.find_recent(since=datetime.now(UTC))
            return
        started = [gateway.start(rig.request(idempotency_key=f"payment-{n}")).provider_reference for n in range(3)]
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
            call(rig.gateway(), name, "cs_test_unknown", rig.currency)

    @pytest.mark.parametrize("succeed", [True, False])
    def test_money_that_comes_later_is_certain_only_then(self, rig: Rig, succeed: bool) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay_later(reference)
        for found in (gateway.fetch(reference), gateway.cancel(reference)):
            assert (found.state, found.redirect_url) == (RemoteState.PROCESSING, "")
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-1", reference, Decimal("1.00"), rig.currency))
        rig.settle_later(reference, succeed=succeed)
        found = gateway.fetch(reference)
        assert found.state is (RemoteState.SUCCEEDED if succeed else RemoteState.FAILED)
        assert bool(found.failure_code) is not succeed
        assert rig.charged() == int(succeed)

    def test_what_differs_at_the_provider_is_told_as_it_is(self, rig: Rig) -> None:
        """So that whoever compares it with what was asked for sees a wrong amount, currency and order."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        rig.tamper(reference, amount=Decimal("1.00"))
        assert gateway.fetch(reference).amount == Decimal("1.00")
        rig.tamper(reference, currency="USD")
        assert gateway.fetch(reference).currency == "USD"
        rig.tamper(reference, ours="1002")
        assert gateway.fetch(reference).our_reference == "1002"

    def test_a_charge_of_another_order_says_whose_it_is(self, rig: Rig) -> None:
        gateway = rig.gateway()
        mine = gateway.start(rig.request()).provider_reference
        other = gateway.start(rig.request(idempotency_key="payment-2", our_reference="1002")).provider_reference
        rig.pay(other)
        assert (gateway.fetch(other).our_reference, gateway.fetch(mine).our_reference) == ("1002", "1001")
        assert gateway.fetch(mine).state is RemoteState.OPEN

    def test_another_account_does_not_take_a_charge_for_its_own(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        try:
            found = rig.other_account().fetch(reference)
        except (NotFound, ConfigurationError):
            return
        assert found.account_reference not in ("", gateway.fetch(reference).account_reference)


class RefundCases:
    def paid(self, rig: Rig) -> tuple[PaymentGateway, str]:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        return gateway, reference

    def test_parts_add_up_to_no_more_than_was_paid(self, rig: Rig) -> None:
        gateway, reference = self.paid(rig)
        first = gateway.refund(RefundRequest("refund-1", reference, Decimal("36.00"), rig.currency, "asked for"))
        assert (first.state, first.amount, first.currency) == ("succeeded", Decimal("36.00"), rig.currency)
        assert gateway.fetch(reference).amount_refunded == Decimal("36.00")
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-2", reference, Decimal("60.01"), rig.currency))
        gateway.refund(RefundRequest("refund-3", reference, Decimal("60.00"), rig.currency))
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-4", reference, Decimal("0.01"), rig.currency))
        assert gateway.fetch(reference).amount_refunded == Decimal("96.00")

    def test_the_whole_is_refunded(self, rig: Rig) -> None:
        gateway, reference = self.paid(rig)
        whole = gateway.refund(RefundRequest("refund-1", reference, Decimal("96.00"), rig.currency))
        assert (whole.state, whole.amount) == ("succeeded", Decimal("96.00"))
        found = gateway.fetch(reference)
        assert (found.state, found.amount, found.amount_refunded) == (RemoteState.SUCCEEDED, Decimal(96), Decimal(96))

    def test_more_than_was_paid_is_refused(self, rig: Rig) -> None:
        gateway, reference = self.paid(rig)
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-1", reference, Decimal("96.01"), rig.currency))
        assert gateway.fetch(reference).amount_refunded == 0

    def test_what_was_refunded_at_the_provider_is_seen_as_not_ours(self, rig: Rig) -> None:
        gateway, reference = self.paid(rig)
        rig.refund_elsewhere(reference, Decimal("6.00"))
        found = gateway.fetch(reference, look_for_refunds=True)
        assert found.amount_refunded == Decimal("6.00")
        assert [(each.amount, each.idempotency_key) for each in found.refunds or ()] == [(Decimal("6.00"), "")]
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-1", reference, Decimal("90.01"), rig.currency))

    def test_same_key_refunds_once(self, rig: Rig) -> None:
        gateway, reference = self.paid(rig)
        asked = RefundRequest("refund-1", reference, Decimal("10.00"), rig.currency)
        assert gateway.refund(asked) == gateway.refund(asked)
        assert gateway.fetch(reference).amount_refunded == Decimal("10.00")

    def test_refunds_come_with_the_keys_of_those_we_began(self, rig: Rig) -> None:
        gateway, reference = self.paid(rig)
        ours = gateway.refund(RefundRequest("refund-1", reference, Decimal("5.00"), rig.currency))
        (refund,) = gateway.fetch(reference).refunds or ()
        assert (refund.refund_reference, refund.idempotency_key) == (ours.refund_reference, "refund-1")
        assert refund.amount == gateway.fetch(reference).amount_refunded == Decimal("5.00")

    def test_refunds_are_looked_for_where_there_are_some_or_if_asked(self, rig: Rig) -> None:
        gateway, reference = self.paid(rig)
        assert not gateway.fetch(reference).refunds
        assert gateway.fetch(reference, look_for_refunds=True).refunds == ()

    def test_it_describes_itself(self, rig: Rig) -> None:
        gateway = rig.gateway()
        assert gateway.name and gateway.verbose_name and gateway.limits.currencies
        assert timedelta(minutes=5) < gateway.page_lifetime and timedelta(0) < gateway.key_lifetime
        assert all(each == "https:" or "://" in each for each in gateway.redirect_origins)
        assert Feature.REFUND in gateway.supports

    def test_unpaid_charge_cannot_be_refunded(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-1", reference, Decimal("1.00"), rig.currency))

    @pytest.mark.parametrize(("amount", "currency"), [("0", ""), ("-1", ""), ("0.001", ""), ("1", "USD")])
    def test_wrong_amount_or_currency_is_refused(self, rig: Rig, amount: str, currency: str) -> None:
        gateway, reference = self.paid(rig)
        with pytest.raises(Declined):
            gateway.refund(RefundRequest("refund-1", reference, Decimal(amount), currency or rig.currency))
        assert gateway.fetch(reference).amount_refunded == 0


class FaultCases:
    """Whatever breaks on the line, the outcome is unknown: neither paid nor failed."""

    @pytest.mark.parametrize("name", CALLS)
    def test_trouble_on_the_line_is_unavailable(self, rig: Rig, name: str) -> None:
        gateway = rig.gateway()
        if name == "find_recent" and not rig.lists:
            return
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        for fault in rig.faults:
            rig.fail(fault, writes_only=name in rig.writes)
            with pytest.raises(Unavailable):
                call(gateway, name, reference, rig.currency)
        assert gateway.fetch(reference).state is RemoteState.SUCCEEDED
        assert rig.charged() == 1

    def test_answer_after_the_timeout_is_found_by_repeating_the_key(self, rig: Rig) -> None:
        asked = rig.request()
        rig.fail("hang", writes_only=True)
        with pytest.raises(Unavailable):
            rig.gateway(patience=1.0).start(asked)
        gateway = rig.gateway()
        reference = gateway.start(asked).provider_reference
        assert gateway.fetch(reference).our_reference == asked.our_reference
        assert rig.opened() == 1
        if rig.lists:
            (found,) = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
            assert found.provider_reference == reference

    def test_refund_after_the_timeout_is_found_by_repeating_the_key(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        asked = RefundRequest("refund-1", reference, Decimal("10.00"), rig.currency)
        rig.fail("lost", writes_only=True)
        with pytest.raises(Unavailable):
            gateway.refund(asked)
        assert gateway.refund(asked).amount == Decimal("10.00")
        assert gateway.fetch(reference).amount_refunded == Decimal("10.00")

    @pytest.mark.parametrize("name", CALLS)
    def test_rejected_key_is_our_own_mistake(self, rig: Rig, name: str) -> None:
        reference = rig.gateway().start(rig.request()).provider_reference
        with pytest.raises(ConfigurationError if rig.lists or name != "find_recent" else UnsupportedOperation):
            call(rig.gateway(key="sk_test_revoked"), name, reference, rig.currency)

    def test_errors_never_tell_the_key(self, rig: Rig) -> None:
        with pytest.raises(ConfigurationError) as caught:
            rig.gateway(key="sk_test_very_secret").fetch("cs_test_1")
        assert "very_secret" not in repr(caught.value)


class WebhookCases:
    def paid_event(self, rig: Rig) -> tuple[str, bytes]:
        reference = rig.gateway().start(rig.request()).provider_reference
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

    def test_message_within_tolerance_is_taken(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        for apart in (-rig.oldest, timedelta(seconds=300)):
            headers = rig.sign(body, secret=rig.secret, at=NOW + apart)
            assert rig.gateway().parse_webhook(body, headers, now=NOW).event_id

    def test_old_and_future_messages_are_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        second = timedelta(seconds=1)
        for apart in (-rig.oldest - second, timedelta(seconds=301), -10 * rig.oldest, timedelta(days=365)):
            headers = rig.sign(body, secret=rig.secret, at=NOW + apart)
            with pytest.raises(InvalidSignature):
                rig.gateway().parse_webhook(body, headers, now=NOW)

    def test_copies_and_any_order_of_messages_tell_the_same(self, rig: Rig) -> None:
        """Each has one name however often it comes, and what is true is fetched."""
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        bodies = rig.events(reference)
        names = []
        for body in [*reversed(bodies), *bodies]:
            event = gateway.parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)
            names.append(event.event_id)
            assert gateway.fetch(reference).state is RemoteState.SUCCEEDED
        assert len(set(names)) == len(bodies) == len(names) / 2
        assert rig.charged() == 1

    def test_messages_about_refunds_and_disputes_name_the_charge(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        rig.refund_elsewhere(reference, Decimal("6.00"))
        rig.dispute(reference)
        charge = gateway.fetch(reference)
        told = set()
        for body in rig.events(reference):
            event = gateway.parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)
            if event.kind is not EventKind.IGNORED:
                known = (charge.provider_reference, charge.charge_reference, charge.our_reference)
                assert {event.provider_reference, event.charge_reference, event.our_reference} & set(known)
                told.add(event.kind)
        assert told == {EventKind.PAYMENT_CHANGED, EventKind.REFUND_CHANGED, EventKind.DISPUTE_CHANGED}

    def test_altered_message_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        headers = rig.sign(body, secret=rig.secret, at=NOW)
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(body.replace(b"1001", b"1002"), headers, now=NOW)
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(body + b" ", headers, now=NOW)

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
        if not rig.provokes:
            with pytest.raises(UnsupportedOperation):
                gateway.provoke_message(currency=rig.currency, return_url="https://shop.example/")
            return
        kind = gateway.provoke_message(currency=rig.currency, return_url="https://shop.example/")
        assert kind and (rig.opened(), rig.charged()) == (1, 0)
        (found,) = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
        assert found.state is RemoteState.EXPIRED
        with pytest.raises(Declined):
            gateway.provoke_message(currency="XXX", return_url="https://shop.example/")

    def test_every_fault_says_what_to_do_and_none_holds_a_secret(self, rig: Rig) -> None:
        found = [*rig.gateway().diagnose(webhook_url=HOOK), *rig.gateway().warnings()]
        assert all(each.remedy for each in found if each.verdict is Verdict.FAULT)
        assert rig.secret not in str(found)


class DisputeCases:
    def disputed(self, rig: Rig) -> tuple[PaymentGateway, str]:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        rig.dispute(reference)
        return gateway, reference

    def test_a_dispute_takes_the_money_while_it_is_open(self, rig: Rig) -> None:
        gateway, reference = self.disputed(rig)
        (dispute,) = gateway.fetch(reference, look_for_disputes=True).disputes or ()
        assert (dispute.amount, dispute.currency, dispute.takes_money) == (Decimal("96.00"), rig.currency, True)
        assert dispute.dispute_reference and dispute.opened_at.tzinfo is not None
        assert gateway.fetch(reference).charge_reference in gateway.find_disputed(
            since=datetime.now(UTC) - timedelta(hours=1)
        )

    @pytest.mark.parametrize("won", [True, False])
    def test_a_dispute_ends_with_the_money_or_without(self, rig: Rig, won: bool) -> None:
        gateway, reference = self.disputed(rig)
        rig.close_dispute(reference, won=won)
        (dispute,) = gateway.fetch(reference, look_for_disputes=True).disputes or ()
        assert dispute.stage == ("won" if won else "lost")
        assert (dispute.takes_money, dispute.withdrawn) == (not won, Decimal(0) if won else Decimal("96.00"))

    def test_a_charge_without_one_has_none(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        assert gateway.fetch(reference, look_for_disputes=True).disputes == ()


class CaptureCases:
    """For gateways with ``Feature.CAPTURE``, beside all others."""

    def approved(self, rig: Rig, **how: Any) -> tuple[PaymentGateway, str]:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.approve(reference, **how)
        return gateway, reference

    def test_what_is_agreed_to_is_paid_once_it_is_taken(self, rig: Rig) -> None:
        gateway, reference = self.approved(rig)
        assert Feature.CAPTURE in gateway.supports
        assert gateway.fetch(reference).state is gateway.fetch(reference).state is RemoteState.APPROVED
        assert rig.charged() == 0
        taken = gateway.capture(reference, idempotency_key="payment-1-capture-0")
        assert (taken.state, taken.amount) == (RemoteState.SUCCEEDED, Decimal("96.00"))
        assert taken == gateway.fetch(reference) and rig.charged() == 1

    @pytest.mark.parametrize("second", ["payment-1-capture-0", "payment-1-capture-1"])
    def test_it_is_taken_once_under_any_key(self, rig: Rig, second: str) -> None:
        gateway, reference = self.approved(rig)
        first = gateway.capture(reference, idempotency_key="payment-1-capture-0")
        assert gateway.capture(reference, idempotency_key=second) == first
        assert rig.charged() == 1

    def test_takers_at_once_take_it_once(self, rig: Rig) -> None:
        gateway, reference = self.approved(rig)
        barrier = Barrier(8)

        def take(_: int) -> RemoteState | None:
            barrier.wait()
            try:
                return gateway.capture(reference, idempotency_key="payment-1-capture-0").state
            except Unavailable:
                return None  # told to come back

        with ThreadPoolExecutor(8) as pool:
            states = set(pool.map(take, range(8)))
        assert RemoteState.SUCCEEDED in states and states <= {RemoteState.SUCCEEDED, None}
        assert rig.charged() == 1

    def test_what_nobody_has_agreed_to_is_not_taken(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        found = gateway.capture(reference, idempotency_key="payment-1-capture-0")
        assert found.state is RemoteState.OPEN and found.redirect_url
        assert rig.charged() == 0

    def test_trouble_on_the_line_leaves_it_unknown_and_repeating_takes_it_once(self, rig: Rig) -> None:
        for number, fault in enumerate(rig.faults):
            gateway = rig.gateway()
            asked = rig.request(idempotency_key=f"payment-{number}")
            reference = gateway.start(asked).provider_reference
            rig.approve(reference)
            rig.fail(fault, writes_only=True)
            with pytest.raises(Unavailable):
                gateway.capture(reference, idempotency_key=f"payment-{number}-capture-0")
            found = gateway.capture(reference, idempotency_key=f"payment-{number}-capture-0")
            assert found.state is RemoteState.SUCCEEDED, fault
            assert rig.charged() == number + 1

    def test_a_buyer_whose_card_is_refused_chooses_again(self, rig: Rig) -> None:
        gateway, reference = self.approved(rig, declines=True)
        refused = gateway.capture(reference, idempotency_key="payment-1-capture-0")
        assert refused.state is RemoteState.OPEN and refused.failure_code and refused.redirect_url
        assert rig.charged() == 0
        rig.approve(reference)
        anew = gateway.fetch(reference)
        assert anew.state is RemoteState.APPROVED and (not anew.approval or anew.approval != refused.approval)
        assert gateway.capture(reference, idempotency_key="payment-1-capture-1").state is RemoteState.SUCCEEDED
        assert rig.charged() == 1


class PaymentGatewayCases(StartCases, LifeCases, RefundCases, FaultCases, WebhookCases, DiagnosisCases, DisputeCases):
    """Every case. A subclass provides the ``rig`` fixture."""
