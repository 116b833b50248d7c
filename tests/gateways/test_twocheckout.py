"""The 2Checkout gateway: every common case as far as a link allows it, and what only 2Checkout does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from storefront.gateways.errors import ConfigurationError, Declined, InvalidSignature, Unavailable
from storefront.gateways.payments.base import RemoteState
from storefront.gateways.payments.diagnosis import Verdict
from storefront.gateways.payments.disputes import DisputeStage
from storefront.gateways.payments.listing import UnreadableCharge
from storefront.gateways.payments.refunds import RefundRequest
from storefront.gateways.payments.twocheckout import Gateway
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from tests.gateways.payment_gateway_cases import (
    HOOK,
    DiagnosisCases,
    DisputeCases,
    FaultCases,
    LifeCases,
    RefundCases,
    Rig,
    StartCases,
    WebhookCases,
    call,
    request,
)
from tests.gateways.twocheckout_rig import KEY, MERCHANT, WORD, TwoCheckoutRig, signed

ASKING = ("fetch", "cancel", "refund", "find_recent")  # a link is made without asking anybody
NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def rig() -> Iterator[TwoCheckoutRig]:
    with TwoCheckoutStandIn(merchant=MERCHANT, secret_key=KEY, buy_link_secret=WORD) as stand_in:
        yield TwoCheckoutRig(stand_in)
        assert stand_in.refusals() == []  # no link that was opened was an empty cart


class TestStart(StartCases):
    def test_open_charge_has_a_page_and_our_amount(self, rig: Rig) -> None:
        gateway = rig.gateway()
        started = gateway.start(request())
        found = gateway.fetch(started.provider_reference)
        assert (found.state, found.our_reference, found.is_live) == (RemoteState.OPEN, "1001", False)
        assert (found.amount, found.currency) == (Decimal("96.00"), "EUR")
        assert started.redirect_url and found.redirect_url == ""  # what was given to the buyer stays

    def test_same_key_with_another_amount_is_refused(self, rig: Rig) -> None:
        """Nobody keeps keys: it is another link, whose orders never count for the first one."""
        gateway = rig.gateway()
        first, second = gateway.start(request()), gateway.start(request(amount=Decimal("97.00")))
        rig.pay(second.provider_reference)
        assert gateway.fetch(first.provider_reference).state is RemoteState.OPEN

    def test_another_key_opens_another_charge(self, rig: Rig) -> None:
        gateway = rig.gateway()
        one, other = gateway.start(request()), gateway.start(request(our_reference="1002"))
        assert one.provider_reference != other.provider_reference


class TestLife(LifeCases):
    def test_cancelled_charge_cannot_be_paid(self, rig: Rig) -> None:
        """It can: a link cannot be withdrawn. It counts as closed, and money that comes by it is found."""
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        assert gateway.cancel(reference).state is RemoteState.EXPIRED
        rig.pay(reference)
        assert gateway.fetch(reference).state is gateway.cancel(reference).state is RemoteState.SUCCEEDED

    def test_declined_card_leaves_the_charge_open(self, rig: Rig) -> None:
        """The address of its page is known to us and to the buyer, not to 2Checkout."""
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        rig.decline(reference)
        found = gateway.fetch(reference)
        assert (found.state, found.failure_code) == (RemoteState.OPEN, "REVERSED")
        rig.pay(reference)
        assert gateway.fetch(reference).state is RemoteState.SUCCEEDED and rig.charged() == 1

    def test_what_differs_at_the_provider_is_told_as_it_is(self, rig: Rig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        rig.pay(reference)
        rig.tamper(reference, amount=Decimal("1.00"))
        assert gateway.fetch(reference).amount == Decimal("1.00")
        rig.tamper(reference, currency="USD")
        assert gateway.fetch(reference).currency == "USD"
        rig.tamper(reference, ours="1002")  # found by nobody who asks for ours
        assert gateway.fetch(reference).state is RemoteState.OPEN

    def test_recent_charges_are_found_in_every_state(self, rig: TwoCheckoutRig) -> None:  # type: ignore[override]
        """Those that became orders."""
        gateway = rig.gateway()
        made = [gateway.start(request(our_reference=f"100{n}")).provider_reference for n in range(4)]
        rig.buy(made[1])
        rig.buy(made[2], outcome="declined")
        rig.buy(made[3], outcome="review")
        found = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
        assert {each.provider_reference: each.state for each in found} == {
            made[1]: RemoteState.SUCCEEDED, made[2]: RemoteState.OPEN, made[3]: RemoteState.PROCESSING,
        }  # fmt: skip
        assert all(each == gateway.fetch(each.provider_reference) for each in found)

    def test_one_that_cannot_be_read_is_listed_as_such(self, rig: TwoCheckoutRig) -> None:
        gateway = rig.gateway()
        made = [gateway.start(request(our_reference=f"100{n}")).provider_reference for n in range(2)]
        numbers = [rig.buy(each) for each in made]
        rig.stand_in.tamper(numbers[0], Status="DELIVERED")
        strange, read = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
        assert strange == UnreadableCharge(made[0], numbers[0])
        assert read.provider_reference == made[1]


class TestRefunds(RefundCases):
    def test_a_refund_by_hand_and_ours_add_up(self, rig: TwoCheckoutRig) -> None:
        gateway, reference = self.paid(rig)
        number = gateway.fetch(reference).charge_reference
        gateway.refund(RefundRequest("refund-1", reference, Decimal("5.00"), "EUR"))
        rig.stand_in.refund(number, amount="91.00")
        found = gateway.fetch(reference)
        assert (found.state, found.amount_refunded) == (RemoteState.SUCCEEDED, Decimal("96.00"))
        assert [each.idempotency_key for each in found.refunds or ()] == ["refund-1", ""]

    def test_an_order_that_is_too_old_is_refunded_by_hand(self, rig: TwoCheckoutRig) -> None:
        """Refused for good, whatever the status of the answer is."""
        gateway, reference = self.paid(rig)
        rig.stand_in.refuse_politely()
        number = gateway.fetch(reference).charge_reference
        rig.stand_in.tamper(number, Status="COMPLETE", GrossPrice=1000.0)
        with pytest.raises(Declined) as caught:
            gateway.refund(RefundRequest("refund-1", reference, Decimal("500.00"), "EUR"))
        assert caught.value.code == "invalid_amount"


class TestFaults(FaultCases):
    @pytest.mark.parametrize("name", ASKING)
    def test_trouble_on_the_line_is_unavailable(self, rig: Rig, name: str) -> None:
        gateway = rig.gateway()
        reference = gateway.start(request()).provider_reference
        rig.pay(reference)
        for number, fault in enumerate(rig.faults):
            rig.fail(fault, writes_only=name == "refund")
            with pytest.raises(Unavailable):
                if name == "refund":  # one that was done and not told is found under its key, see below
                    gateway.refund(RefundRequest(f"refund-{number}", reference, Decimal("1.00"), "EUR"))
                else:
                    call(gateway, name, reference)
        assert gateway.fetch(reference).state is RemoteState.SUCCEEDED
        assert rig.charged() == 1

    @pytest.mark.parametrize("name", ASKING)
    def test_rejected_key_is_our_own_mistake(self, rig: Rig, name: str) -> None:
        super().test_rejected_key_is_our_own_mistake(rig, name)

    def test_answer_after_the_timeout_is_found_by_repeating_the_key(self, rig: Rig) -> None:
        reference = rig.gateway().start(request()).provider_reference
        rig.pay(reference)
        rig.fail("hang")
        with pytest.raises(Unavailable):
            rig.gateway(patience=1.0).fetch(reference)
        assert rig.gateway().fetch(reference).state is RemoteState.SUCCEEDED

    def test_errors_never_tell_the_key(self, rig: Rig) -> None:
        reference = rig.gateway().start(request()).provider_reference
        with pytest.raises(ConfigurationError) as caught:
            rig.gateway(key="very_secret").fetch(reference)
        assert "very_secret" not in repr(caught.value)

    def test_refusals_with_status_200_are_refusals(self, rig: TwoCheckoutRig) -> None:
        rig.stand_in.refuse_politely()
        with pytest.raises(ConfigurationError):
            rig.gateway(key="of nobody").fetch(rig.gateway().start(request()).provider_reference)

    @pytest.mark.parametrize("minutes", [-10, 10])
    def test_a_wrong_clock_is_our_own_mistake(self, rig: TwoCheckoutRig, minutes: int) -> None:
        rig.ahead = timedelta(minutes=minutes)
        with pytest.raises(ConfigurationError):
            rig.gateway().find_recent(since=NOW)
        assert [each.code for each in rig.gateway().diagnose(webhook_url=HOOK)] == ["key"]


class TestDiagnosis(DiagnosisCases):
    def test_what_it_tells(self, rig: TwoCheckoutRig) -> None:
        found = {each.code: each for each in rig.gateway().diagnose(webhook_url=HOOK)}
        assert {code: each.verdict for code, each in found.items()} == {
            "key": Verdict.OK, "clock": Verdict.OK, "webhook": Verdict.WARNING, "plan": Verdict.OK,
        }  # fmt: skip
        assert HOOK in found["webhook"].remedy


def pairs_of(body: bytes) -> list[tuple[str, str]]:
    """The fields of a notification without its signatures."""
    return [
        pair for pair in parse_qsl(body.decode(), keep_blank_values=True) if not pair[0].startswith(("SIG", "HASH"))
    ]


class TestNotifications(WebhookCases):
    """The signature is in the body, and there is no stamp in it: a true message may come again for ever."""

    def test_old_and_future_messages_are_refused(self, rig: Rig) -> None:
        """They are taken: see what an old message says about now in tests/billing/test_twocheckout.py."""
        _, body = self.paid_event(rig)
        for apart in (timedelta(days=-365), timedelta(days=365)):
            assert rig.gateway().parse_webhook(body, {}, now=NOW + apart).event_id

    def test_later_ones_about_the_same_state_have_another_id(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        later = signed([(name, "20301231235959" if name == "IPN_DATE" else value) for name, value in pairs_of(body)])
        ids = {rig.gateway().parse_webhook(each, {}, now=NOW).event_id for each in (body, later)}
        assert len(ids) == 2

    def test_unsigned_message_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        for wrong in (
            urlencode(pairs_of(body)).encode(), b"&".join(reversed(body.split(b"&"))), b"X=1&" + body,
            body.replace(b"SIGNATURE_SHA3_256", b"SIGNATURE_SHA4_256"),
        ):  # fmt: skip
            with pytest.raises(InvalidSignature):
                rig.gateway().parse_webhook(wrong, {}, now=NOW)
            with pytest.raises(InvalidSignature):
                rig.gateway().receipt(wrong, now=NOW)

    def test_message_signed_by_a_stranger_is_refused(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        assert rig.gateway().parse_webhook(signed(pairs_of(body)), {}, now=NOW).event_id
        with pytest.raises(InvalidSignature):
            rig.gateway().parse_webhook(signed(pairs_of(body), "STRANGER"), {}, now=NOW)

    def test_both_secrets_are_good_while_one_is_rolled(self, rig: Rig) -> None:
        _, body = self.paid_event(rig)
        both, only_next = rig.gateway(secrets=[rig.secret, rig.next_secret]), rig.gateway(secrets=[rig.next_secret])
        for key in (rig.secret, rig.next_secret):
            assert both.parse_webhook(signed(pairs_of(body), key), {}, now=NOW).event_id
            assert both.receipt(signed(pairs_of(body), key), now=NOW).text.startswith("<sig ")
        with pytest.raises(InvalidSignature):
            only_next.parse_webhook(signed(pairs_of(body)), {}, now=NOW)


class TestDisputes(DisputeCases):
    pass


class TestOrders:
    def started(self, rig: TwoCheckoutRig, **options: Any) -> tuple[Gateway, str]:
        gateway = rig.gateway(**options)
        return gateway, gateway.start(request()).provider_reference

    @pytest.mark.parametrize(
        ("outcome", "before", "status", "after"),
        [
            ("review", RemoteState.PROCESSING, "COMPLETE", RemoteState.SUCCEEDED),
            ("review", RemoteState.PROCESSING, "CANCELED", RemoteState.FAILED),
            ("later", RemoteState.PROCESSING, "COMPLETE", RemoteState.SUCCEEDED),
            ("later", RemoteState.PROCESSING, "INVALID", RemoteState.FAILED),
            ("elsewhere", RemoteState.WAITING, "COMPLETE", RemoteState.SUCCEEDED),
            ("elsewhere", RemoteState.WAITING, "CANCELED", RemoteState.FAILED),
        ],
    )
    def test_pending_then_decided(
        self, rig: TwoCheckoutRig, outcome: str, before: RemoteState, status: str, after: RemoteState
    ) -> None:
        gateway, reference = self.started(rig)
        number = rig.buy(reference, outcome=outcome, way="wire" if outcome == "elsewhere" else "card")
        found = gateway.fetch(reference)
        assert found.state is gateway.cancel(reference).state is before
        assert bool(found.instructions) is (before is RemoteState.WAITING)
        rig.stand_in.move(number, status=status)
        assert gateway.fetch(reference).state is after

    def test_fraud_is_a_failure(self, rig: TwoCheckoutRig) -> None:
        gateway, reference = self.started(rig)
        number = rig.buy(reference, outcome="review")
        rig.stand_in.move(number, status="SUSPECT", approval="FRAUD")
        assert gateway.fetch(reference).state is RemoteState.FAILED

    def test_money_counts_early_only_where_the_seller_says_so(self, rig: TwoCheckoutRig) -> None:
        gateway, reference = self.started(rig)
        early, number = rig.gateway(delivers_early=True), rig.buy(reference, outcome="review")
        assert early.fetch(reference).state is RemoteState.PROCESSING  # not approved yet
        rig.stand_in.move(number, status="AUTHRECEIVED", approval="OK")
        assert early.fetch(reference).state is RemoteState.SUCCEEDED
        assert gateway.fetch(reference).state is RemoteState.PROCESSING

    def test_a_declined_order_is_over_when_its_link_is(self, rig: TwoCheckoutRig) -> None:
        gateway, reference = self.started(rig)
        rig.decline(reference)
        assert gateway.fetch(reference).state is RemoteState.OPEN
        rig.later(hours=3)
        assert gateway.fetch(reference).state is RemoteState.FAILED

    def test_a_link_that_is_paid_twice_shows_both(self, rig: TwoCheckoutRig) -> None:
        gateway, reference = self.started(rig)
        rig.decline(reference)
        first, second = rig.buy(reference), rig.buy(reference)
        found = gateway.fetch(reference)
        assert (found.charge_reference, found.also_paid) == (first, (second,))
        listed = gateway.find_recent(since=datetime.now(UTC))
        assert [(each.provider_reference, each.charge_reference) for each in listed] == [
            (reference, first), (second, second),
        ]  # fmt: skip
        refund = gateway.refund(RefundRequest("refund-9", second, Decimal("96.00"), "EUR"))
        assert refund.amount == gateway.fetch(second).amount_refunded == Decimal("96.00")
        assert gateway.fetch(reference).amount_refunded == 0

    def test_methods_are_named(self, rig: TwoCheckoutRig) -> None:
        gateway = rig.gateway()
        for way, name in (("card", "visa •••• 1111"), ("paypal", "")):  # of a test order the way is not told
            reference = gateway.start(request(our_reference=way)).provider_reference
            rig.buy(reference, way=way)
            assert gateway.fetch(reference).method_label == name

    def test_an_order_of_another_mode_is_never_ours(self, rig: TwoCheckoutRig) -> None:
        """A buyer may take ``test=1``, which is not signed, out of a link, and put it in."""
        gateway, reference = self.started(rig)
        rig.stand_in.buy(rig.links[reference].replace("&test=1", ""))
        assert gateway.fetch(reference).state is RemoteState.OPEN
        assert gateway.find_recent(since=datetime.now(UTC)) == []

    @pytest.mark.parametrize(
        "changes", [{"GrossPrice": 1.0}, {"Currency": "usd"}, {"GrossPrice": 96.001}, {"Status": "DELIVERED"}]
    )
    def test_an_order_that_says_something_else_is_seen_or_unreadable(
        self, rig: TwoCheckoutRig, changes: dict[str, Any]
    ) -> None:
        gateway, reference = self.started(rig)
        rig.stand_in.tamper(rig.buy(reference), **changes)
        try:
            found = gateway.fetch(reference)
        except Unavailable as exc:
            assert exc.code == "unreadable_answer"
        else:
            assert (found.amount, found.currency) != (Decimal("96.00"), "EUR")

    def test_chargebacks_open_won_and_lost(self, rig: TwoCheckoutRig) -> None:
        gateway, reference = self.started(rig)
        number = rig.buy(reference)
        gateway.refund(RefundRequest("refund-1", reference, Decimal("6.00"), "EUR"))
        assert gateway.find_disputed(since=datetime.now(UTC)) == []
        for resolution, stage, withdrawn in (
            ("OPEN", DisputeStage.OPEN, "90.00"), ("WON", DisputeStage.WON, "0"), ("LOST", DisputeStage.LOST, "90.00"),
            ("ACCEPTED", DisputeStage.LOST, "90.00"),
        ):  # fmt: skip
            rig.stand_in.charge_back(number, resolution=resolution, reason="MERCHANDISE_NOT_RECEIVED")
            found = gateway.fetch(reference, look_for_disputes=True)
            (dispute,) = found.disputes or ()
            assert (dispute.stage, dispute.withdrawn, dispute.reason) == (stage, Decimal(withdrawn), "not_received")
            assert (found.state, found.amount_refunded) == (RemoteState.SUCCEEDED, Decimal("6.00"))
        assert gateway.find_disputed(since=datetime.now(UTC)) == [number]


class TestMerchantOfRecord:
    """2Checkout sells and adds the buyer's tax: amounts of ours are without it."""

    @pytest.fixture
    def paid(self, rig: TwoCheckoutRig) -> tuple[Gateway, str, str]:
        rig.stand_in.plan(sells=True)
        gateway = rig.gateway(is_merchant_of_record=True)
        reference = gateway.start(request()).provider_reference
        return gateway, reference, rig.buy(reference, country="DE")

    def test_amounts_are_compared_without_their_tax(self, rig: TwoCheckoutRig, paid: tuple[Gateway, str, str]) -> None:
        gateway, reference, _number = paid
        assert rig.stand_in.orders()[0]["GrossPrice"] == 114.24
        found = gateway.fetch(reference)
        assert (found.amount, found.state) == (Decimal("96.00"), RemoteState.SUCCEEDED)
        assert rig.gateway().fetch(reference).amount == Decimal("114.24")  # the switch off: it does not fit

    def test_refunds_give_the_tax_back_as_well(self, rig: TwoCheckoutRig, paid: tuple[Gateway, str, str]) -> None:
        gateway, reference, number = paid
        for key, amount in (("refund-1", "33.33"), ("refund-2", "33.33")):
            assert gateway.refund(RefundRequest(key, reference, Decimal(amount), "EUR")).amount == Decimal(amount)
        rig.stand_in.refund(number, amount="11.90")  # by hand: 10.00 of ours
        assert gateway.fetch(reference).amount_refunded == Decimal("76.66")
        gateway.refund(RefundRequest("refund-3", reference, Decimal("19.34"), "EUR"))
        found = gateway.fetch(reference)
        assert found.amount_refunded == Decimal("96.00")
        assert sum(Decimal(str(each["Amount"])) for each in rig.stand_in.orders()[0]["Refunds"]) == Decimal("114.24")


def test_it_refuses_to_be_made_of_half_a_configuration() -> None:
    whole: dict[str, Any] = {"merchant_code": "1", "secret_keys": ["k"], "buy_link_secret": "w"}
    assert Gateway(**whole).is_live
    for name, nothing in (("merchant_code", ""), ("secret_keys", []), ("secret_keys", "k"), ("buy_link_secret", "")):
        with pytest.raises(ConfigurationError):
            Gateway(**whole | {name: nothing})
    for name in ("api_base", "checkout_base"):
        with pytest.raises(ConfigurationError):
            Gateway(**whole, **{name: "http://127.0.0.1:1"})
