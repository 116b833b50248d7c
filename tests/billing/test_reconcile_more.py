"""Days compared with a provider: money that moved for other reasons, disputes not listed, matters that return."""

# ruff: noqa: F811
from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from storefront.billing.models import Dispute, Payment, ProviderMovement, ReconciledDay, ReviewItem
from storefront.billing.services import refunds
from storefront.billing.services.day_differences import differences
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.sandbox.stripe.payouts import Payouts
from tests.billing.test_reconcile_days import DAY, at, booked, codes, night, paid, pay  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


def matters() -> list[ReviewItem]:
    return list(ReviewItem.objects.filter(kind="day_differs").order_by("pk"))


@pytest.mark.parametrize(
    "category", ["charge_failure", "transfer", "topup", "other_adjustment", "a category of tomorrow"]
)
def test_money_that_moves_for_another_reason_is_a_difference(
    stripe: Any,
    paid: Payment,
    at: Any,
    category: str,
) -> None:
    with stripe.state.changing():
        charge = booked(stripe)
        back = charge | {"id": "txn_back", "amount": -9600, "fee": 0, "net": -9600}
        stripe.state.add(back | {"type": "adjustment", "reporting_category": category})
    assert night(at) == 1
    [found] = differences("stripe", DAY)
    assert (found.code, found.about, found.theirs, found.ours) == ("unknown", "other", Decimal("-96.00"), None)
    assert (found.reference, found.instance) == ("txn_back", paid)
    row = ReconciledDay.objects.get()
    assert (row.settled, row.our_settled, row.differences) == (Decimal("96.00"), Decimal("96.00"), 1)


def test_money_of_no_payment_that_moves_for_another_reason(stripe: Any, paid: Payment, at: Any) -> None:
    Payouts(stripe.state).charge_fee(150)["reporting_category"] = "transfer"
    assert night(at) == 1
    assert codes() == [("unknown", "other")]


@pytest.mark.parametrize("category", ["tax", "network_cost"])
def test_taxes_on_fees_are_fees(stripe: Any, paid: Payment, at: Any, category: str) -> None:
    Payouts(stripe.state).charge_fee(150)["reporting_category"] = category
    assert night(at) == 0
    assert ReconciledDay.objects.get().fees == Decimal("3.13") + Decimal("1.50")


def test_a_dispute_that_the_provider_does_not_list(stripe: Any, paid: Payment, at: Any) -> None:
    stripe.dispute(paid.reference)
    settle(attempt_id=paid.attempt_id)
    del stripe.state.objects[booked(stripe, "adjustment")["id"]]
    assert Dispute.objects.get().withdrawn == Decimal("96.00")
    assert night(at) == 1
    [found] = differences("stripe", DAY)
    assert (found.code, found.about, found.ours, found.instance) == ("missing", "dispute", Decimal("96.00"), paid)
    assert ReconciledDay.objects.get().our_disputed == Decimal("96.00")


def test_what_the_provider_booked_after_midnight_is_not_missing(stripe: Any, paid: Payment, at: Any) -> None:
    at.move_to(datetime(2026, 3, 4, 23, 59, tzinfo=UTC))
    refunds.begin(decision=RefundDecision(invoice=paid.invoice, amount=Decimal("10.00")), reason="r", by=None)
    booked(stripe, "refund")["created"] += 120
    assert night(at) == 0


def test_a_closed_matter_returns_when_something_else_differs(
    stripe: Any,
    customer: Any,
    paid: Payment,
    at: Any,
) -> None:
    other = pay(stripe, customer)
    del stripe.state.objects[booked(stripe)["id"]]
    assert [night(at), night(at)] == [1, 1]
    [first] = matters()
    first.resolved_at = datetime(2026, 3, 5, 4, tzinfo=UTC)
    first.save()
    night(at)
    assert matters() == [first]  # staff know of it
    del stripe.state.objects[booked(stripe)["id"]]
    ProviderMovement.objects.all().delete()
    assert night(at) == 2
    [first, second] = matters()
    assert second.key == "day-differs:stripe:2026-03-04:2" and second.resolved_at is None
    assert {paid, other} == {each.instance for each in differences("stripe", DAY)}
    night(at)
    assert len(matters()) == 2
