"""Days compared with a provider, on data with errors put into it: every one is found, and none where all is well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from storefront.billing.models import Payment, ProviderMovement, ReconciledDay, Refund, ReviewItem
from storefront.billing.services import reconcile_days, refunds
from storefront.billing.services.day_differences import differences
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.gateways.errors import Unavailable
from storefront.gateways.payments.stripe import Gateway
from storefront.sandbox.stripe.payouts import Payouts
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 4)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
NEXT_NIGHT = datetime(2026, 3, 5, 3, tzinfo=UTC)


@pytest.fixture
def at() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=True) as traveller:
        yield traveller


@pytest.fixture
def paid(stripe: Any, customer: Any, at: Any) -> Payment:
    return pay(stripe, customer)


def pay(stripe: Any, customer: Any) -> Payment:
    """96.00 EUR, told at once."""
    attempt = start(invoice=make_invoice(customer), gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    return settle(attempt_id=attempt.pk).payment


def night(at: Any) -> int:
    at.move_to(NEXT_NIGHT)
    return reconcile_days.reconcile_days()


def codes() -> list[tuple[str, str]]:
    return [(each.code, each.about) for each in differences("stripe", DAY)]


def booked(stripe: Any, kind: str = "charge") -> Any:
    return next(each for each in stripe.state.all("balance_transaction") if each["type"] == kind)


def test_a_day_on_which_all_is_well(stripe: Any, customer: Any, paid: Payment, at: Any) -> None:
    refunds.begin(decision=RefundDecision(invoice=paid.invoice, amount=Decimal("10.00")), reason="r", by=None)
    disputed = pay(stripe, customer)
    stripe.dispute(disputed.reference)
    settle(attempt_id=disputed.attempt_id)
    Payouts(stripe.state).pay(5000)
    Payouts(stripe.state).charge_fee(150)
    assert night(at) == 0
    row = ReconciledDay.objects.get()
    assert (row.gateway, row.day, row.currency, row.differences) == ("stripe", DAY, "EUR", 0)
    assert row.settled == row.our_settled == Decimal("192.00")
    assert row.refunded == row.our_refunded == Decimal("10.00")
    assert row.disputed == row.our_disputed == Decimal("96.00")
    assert row.payouts == Decimal("50.00")
    assert row.fees == Decimal("0.25") * 2 + Decimal("2.88") * 2 + Decimal("20.00") + Decimal("1.50")
    assert not ReviewItem.objects.filter(kind="day_differs").exists()


def test_a_payment_that_we_do_not_know(stripe: Any, customer: Any, at: Any) -> None:
    attempt = start(invoice=make_invoice(customer), gateway_name="stripe")
    stripe.pay(attempt.provider_reference)  # and nobody tells us
    assert night(at) == 1
    assert codes() == [("unknown", "payment")]
    assert ReviewItem.objects.get(kind="day_differs").key == "day-differs:stripe:2026-03-04"
    settle(attempt_id=attempt.pk)
    assert reconcile_days.reconcile_days() == 0  # booked late, the day is mended by itself
    assert ReconciledDay.objects.get().differences == 0


def test_a_payment_that_the_provider_does_not_list(stripe: Any, paid: Payment, at: Any) -> None:
    del stripe.state.objects[booked(stripe)["id"]]
    assert night(at) == 1
    assert codes() == [("missing", "payment")]
    row = ReconciledDay.objects.get()
    assert (row.settled, row.our_settled) == (0, Decimal("96.00"))


def test_a_payment_that_the_provider_booked_twice(stripe: Any, paid: Payment, at: Any) -> None:
    with stripe.state.changing():
        stripe.state.add(booked(stripe) | {"id": "txn_twice"})
    assert night(at) == 1
    assert codes() == [("double", "payment")]


def test_another_amount(stripe: Any, paid: Payment, at: Any) -> None:
    charge = stripe.state.objects[booked(stripe)["source"]]
    charge["amount"] = 9500
    assert night(at) == 1
    [found] = differences("stripe", DAY)
    assert (found.code, found.theirs, found.ours, found.instance) == (
        "amount",
        Decimal("95.00"),
        Decimal("96.00"),
        paid,
    )


def test_another_currency(stripe: Any, paid: Payment, at: Any) -> None:
    stripe.state.objects[booked(stripe)["source"]]["currency"] = "usd"
    assert night(at) == 1
    assert codes() == [("currency", "payment")]
    rows = {row.currency: (row.settled, row.our_settled) for row in ReconciledDay.objects.all()}
    assert rows == {"USD": (Decimal("96.00"), 0), "EUR": (0, Decimal("96.00"))}


def test_a_balance_in_another_currency_is_no_difference(stripe: Any, paid: Payment, at: Any) -> None:
    """Paid in euros, kept in dollars by the rate of the day: compared is what the buyer paid."""
    booked(stripe).update(currency="usd", amount=10400, fee=340, net=10060, exchange_rate=1.083)
    assert night(at) == 0
    rows = {row.currency: (row.settled, row.fees) for row in ReconciledDay.objects.all()}
    assert rows == {"EUR": (Decimal("96.00"), 0), "USD": (0, Decimal("3.40"))}


def test_a_fee_of_a_dispute_that_we_booked_otherwise(stripe: Any, paid: Payment, at: Any) -> None:
    stripe.dispute(paid.reference)
    settle(attempt_id=paid.attempt_id)
    booked(stripe, "adjustment")["fee"] = 2500
    assert night(at) == 1
    [found] = differences("stripe", DAY)
    assert (found.code, found.theirs, found.ours) == ("fee", Decimal("25.00"), Decimal("20.00"))


def test_a_dispute_that_we_do_not_know(stripe: Any, paid: Payment, at: Any) -> None:
    stripe.dispute(paid.reference)
    assert night(at) == 1
    assert codes() == [("unknown", "dispute")]


def test_a_refund_that_we_do_not_know_and_one_that_the_provider_does_not_list(
    stripe: Any, customer: Any, paid: Payment, at: Any
) -> None:
    stripe.refund(paid.reference, amount=1000)
    other = pay(stripe, customer)
    refunds.begin(decision=RefundDecision(invoice=other.invoice, amount=Decimal("10.00")), reason="r", by=None)
    del stripe.state.objects[booked(stripe, "refund")["id"]]
    assert night(at) == 2
    assert sorted(codes()) == [("missing", "refund"), ("unknown", "refund")]


def test_a_refund_that_failed_comes_home_on_both_sides(stripe: Any, paid: Payment, at: Any) -> None:
    [refund] = refunds.begin(
        decision=RefundDecision(invoice=paid.invoice, amount=Decimal("10.00")), reason="r", by=None
    )
    stripe.settle_refund(refund.reference, succeed=False)
    settle(attempt_id=paid.attempt_id, look_for_refunds=True)
    assert Refund.objects.get().status == "failed"
    assert night(at) == 0
    row = ReconciledDay.objects.get()
    assert row.refunded == row.our_refunded == 0


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", date(2026, 3, 4)), ("Pacific/Auckland", date(2026, 3, 5)), ("America/Los_Angeles", DAY)]
)
def test_the_day_is_the_providers(
    stripe: Any, customer: Any, at: Any, monkeypatch: pytest.MonkeyPatch, zone: str, day: date
) -> None:
    monkeypatch.setattr(Gateway, "day_zone", zone)
    pay(stripe, customer)
    at.move_to(NEXT_NIGHT + timedelta(days=1))
    reconcile_days.reconcile_days()
    assert [row.day for row in ReconciledDay.objects.all()] == [day]


def test_what_is_booked_after_midnight_belongs_to_the_providers_day(stripe: Any, customer: Any, at: Any) -> None:
    at.move_to(datetime(2026, 3, 4, 23, 59, 57, tzinfo=UTC))
    attempt = start(invoice=make_invoice(customer), gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    at.move_to(datetime(2026, 3, 5, 0, 0, 30, tzinfo=UTC))
    payment = settle(attempt_id=attempt.pk).payment
    assert payment.received_at.date() == date(2026, 3, 5)
    at.move_to(NEXT_NIGHT + timedelta(days=1))
    assert reconcile_days.reconcile_days() == 0
    assert [(row.day, row.settled, row.our_settled) for row in ReconciledDay.objects.all()] == [
        (DAY, Decimal("96.00"), Decimal("96.00"))
    ]


def test_a_second_run_stores_and_tells_nothing_twice(stripe: Any, customer: Any, at: Any) -> None:
    attempt = start(invoice=make_invoice(customer), gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    assert [night(at), night(at)] == [1, 1]
    assert ProviderMovement.objects.count() == ReconciledDay.objects.count() == 1
    assert ReviewItem.objects.filter(kind="day_differs").count() == 1


def test_a_provider_that_is_silent_changes_nothing(stripe: Any, paid: Payment, at: Any) -> None:
    stripe.fail_next(kind="reset")
    with pytest.raises(Unavailable):
        night(at)
    assert not ReconciledDay.objects.exists()


def test_a_key_without_the_right_is_told_to_staff(stripe: Any, paid: Payment, at: Any) -> None:
    stripe.rights.restrict(checkout_session="write", charge="write", payment_intent="read", dispute="read")
    assert night(at) == 0
    assert "Balance Transaction Sources" in ReviewItem.objects.get(kind="setup").detail
