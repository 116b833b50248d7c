"""Two persons above a set sum: one asks, another agrees; nobody agrees to their own, and splitting up helps nobody."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.checks import run_checks

from storefront.billing.errors import ApprovalImpossible, NotRefundable, OwnRefund, RefundDecided
from storefront.billing.models import Payment, Refund
from storefront.billing.services import refund_approval, refund_rules, refund_units, refunds
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.billing.states import RefundStatus
from storefront.core import clock
from storefront.gateways.payments.stripe import Gateway
from storefront.users import roles
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import fresh, pay

pytestmark = pytest.mark.django_db

LIMIT, ABOVE = Decimal("50.00"), Decimal("50.01")


@pytest.fixture(autouse=True)
def _rule(settings: Any) -> None:
    settings.REFUND_APPROVAL_ABOVE = {"EUR": LIMIT}


@pytest.fixture
def asker(make_customer: Any) -> Any:
    return accountant(make_customer, "asker@example.com")


@pytest.fixture
def second(make_customer: Any) -> Any:
    return accountant(make_customer, "second@example.com")


def accountant(make_customer: Any, email: str) -> Any:
    person = make_customer(email, name=email.partition("@")[0].title())
    person.groups.add(roles.ensure_role(roles.ACCOUNTING))
    return person


@pytest.fixture
def invoice(stripe: Any, customer: Any) -> Any:
    """Paid, 96.00 EUR."""
    made = make_invoice(customer)
    pay(stripe, made)
    return made


def ask(invoice: Any, by: Any, amount: Decimal = ABOVE) -> Refund:
    [refund] = refunds.begin(decision=RefundDecision(invoice=invoice, amount=amount), reason="Asked by phone", by=by)
    return refund


def test_up_to_the_sum_one_person_is_enough(invoice: Any, asker: Any, second: Any) -> None:
    assert ask(invoice, asker, LIMIT).status == RefundStatus.SUCCEEDED


def test_above_it_nothing_goes_back_before_another_agrees(
    stripe: Any, invoice: Any, asker: Any, second: Any, outbox: Any, audited: Any
) -> None:
    refund = ask(invoice, asker)
    assert (refund.status, refund.asked_at, stripe.stats()["refunds"]) == (RefundStatus.AWAITING, None, 0)
    assert refund_units.refundable(Payment.objects.get()) == Decimal("45.99")  # its amount is reserved
    assert refunds.follow_open() == 0  # the worker leaves it alone
    assert outbox("refund-awaits:") == [f"refund-awaits:{refund.decision}"]
    assert audited() == []
    [made] = refund_approval.approve(refund=refund, by=second, reason="Agreed")
    assert (made.status, made.decided_by, made.decision_reason) == (RefundStatus.SUCCEEDED, second, "Agreed")
    assert fresh(Payment.objects.get()).amount_refunded == ABOVE
    assert outbox("refund-decided:") == [f"refund-decided:{refund.decision}"]
    assert audited() == []


def test_nobody_approves_their_own(stripe: Any, invoice: Any, asker: Any, second: Any) -> None:
    refund = ask(invoice, asker)
    with pytest.raises(OwnRefund):
        refund_approval.approve(refund=refund, by=asker, reason="Fine")
    assert fresh(refund).status == RefundStatus.AWAITING and stripe.stats()["refunds"] == 0


def test_many_small_ones_need_a_second_person_as_well(invoice: Any, asker: Any, second: Any) -> None:
    assert ask(invoice, asker, Decimal("30.00")).status == RefundStatus.SUCCEEDED
    assert ask(invoice, asker, Decimal("30.00")).status == RefundStatus.AWAITING


def test_a_currency_without_a_sum_always_needs_one(settings: Any, invoice: Any, asker: Any, second: Any) -> None:
    settings.REFUND_APPROVAL_ABOVE = {"RUB": Decimal(50000)}
    assert ask(invoice, asker, Decimal("1.00")).status == RefundStatus.AWAITING


def test_a_declined_one_frees_its_amount_and_is_told_with_its_reason(
    invoice: Any, asker: Any, second: Any, outbox: Any
) -> None:
    refund = ask(invoice, asker)
    refund_approval.decline(refund=refund, by=second, reason="Not agreed with the customer")
    assert fresh(refund).status == RefundStatus.DECLINED
    assert refund_units.refundable(Payment.objects.get()) == Decimal("96.00")
    assert outbox("refund-decided:")
    with pytest.raises(RefundDecided):
        refund_approval.approve(refund=refund, by=second, reason="After all")


def test_only_who_asked_withdraws(invoice: Any, asker: Any, second: Any) -> None:
    refund = ask(invoice, asker)
    with pytest.raises(OwnRefund):
        refund_approval.withdraw(refund=refund, by=second, reason="No")
    refund_approval.withdraw(refund=refund, by=asker, reason="A mistake")
    assert fresh(refund).status == RefundStatus.WITHDRAWN


def test_with_fewer_than_two_approvers_it_is_refused_with_that_reason(stripe: Any, invoice: Any, asker: Any) -> None:
    with pytest.raises(ApprovalImpossible, match="fewer than two people"):
        ask(invoice, asker)
    assert not Refund.objects.exists()
    assert ask(invoice, asker, LIMIT).status == RefundStatus.SUCCEEDED


def test_the_system_check_says_so(asker: Any, second: Any) -> None:
    def found() -> list[str]:
        return [str(each.id) for each in run_checks(databases=["default"], tags=["database"])]

    assert "storefront.W032" not in found()
    second.is_active = False
    second.save()
    assert refund_rules.approvers().count() == 1
    assert "storefront.W032" in found()


def test_what_went_back_meanwhile_is_not_given_twice(stripe: Any, invoice: Any, asker: Any, second: Any) -> None:
    refund = ask(invoice, asker)
    payment = Payment.objects.get()
    stripe.refund(payment.reference, amount=5000)
    settle(attempt_id=payment.attempt_id)
    with pytest.raises(NotRefundable):
        refund_approval.approve(refund=refund, by=second, reason="Agreed")
    assert fresh(refund).status == RefundStatus.AWAITING
    assert stripe.stats()["refunds"] == 1


def test_an_approval_after_the_life_of_a_key_still_asks_the_provider(
    stripe: Any, invoice: Any, asker: Any, second: Any
) -> None:
    """The key's life begins when it is first used, not when the refund was asked for."""
    refund = ask(invoice, asker)
    with time_machine.travel(clock.now() + Gateway.key_lifetime + timedelta(hours=1)):
        [made] = refund_approval.approve(refund=refund, by=second, reason="Agreed")
    assert made.status == RefundStatus.SUCCEEDED


def test_several_payments_of_one_decision_are_approved_together(stripe: Any, customer: Any, asker: Any,
                                                                second: Any, audited: Any) -> None:  # fmt: skip
    from storefront.billing.services import payments
    from tests.billing.test_refund_decisions import advance

    one, other = advance(stripe, customer, "30.00"), advance(stripe, customer, "66.00")
    invoice = make_invoice(customer)
    payments.pay(invoice, [(one, Decimal("30.00")), (other, Decimal("66.00"))])
    waiting = refunds.begin(
        decision=RefundDecision(invoice=invoice, amount=Decimal("80.00")), reason="As agreed", by=asker
    )
    assert [each.status for each in waiting] == [RefundStatus.AWAITING] * 2
    made = refund_approval.approve(refund=waiting[0], by=second, reason="Agreed")
    assert [each.amount for each in made] == [Decimal("30.00"), Decimal("50.00")]
    assert {each.status for each in made} == {RefundStatus.SUCCEEDED}
    assert audited() == []
