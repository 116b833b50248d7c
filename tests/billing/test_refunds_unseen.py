"""Refunds of which the provider's word is missing, unclear or late: no money goes out twice, no failure goes untold."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from storefront.billing.errors import NotRefundable, RefundUnknown
from storefront.billing.models import Refund, ReviewItem
from storefront.billing.services import payments, refunds, resolving
from storefront.billing.services.refund_units import refundable
from storefront.billing.services.settlement import settle
from storefront.billing.states import RefundStatus
from storefront.core import clock
from storefront.gateways.payments.stripe import Gateway
from tests.billing.test_begun_refunds import ALL, STAYS_PENDING, TEN, fresh, give_back, pay, refund_requests
from tests.billing.test_refunds import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(stripe, invoice):
    return pay(stripe, invoice)


@pytest.mark.parametrize("status", [None, "on_hold"])
def test_a_refund_without_a_known_status_is_pending(stripe, paid, audited, status):
    reference = stripe.refund(paid.reference, amount=1000)
    with stripe.state.changing():
        stripe.state.get("refund", reference)["status"] = status
    settle(attempt_id=paid.attempt_id)
    refund = Refund.objects.get()
    assert (refund.reference, refund.status) == (reference, RefundStatus.PENDING)
    assert fresh(paid).amount_refunded == TEN
    assert audited() == []


def may_not_read_refunds(stripe, payment):
    stripe.rights.restrict(checkout_session="write", payment_intent="read", dispute="read")


def knows_no_such_payment(stripe, payment):
    stripe.reset()


def differs(stripe, payment):
    stripe.tamper(payment.reference, client_reference_id="another")


@pytest.fixture(params=[may_not_read_refunds, knows_no_such_payment, differs])
def unseen(request, stripe, paid):
    """A refund whose answer was lost, and that could not be looked for when the life of its key was over."""
    stripe.fail_next(kind="lost", method="POST")  # made, but nobody hears of it
    with pytest.raises(RefundUnknown):
        give_back(paid, ALL - TEN)
    request.param(stripe, paid)
    with time_machine.travel(clock.now() + Gateway.key_lifetime):
        refunds.follow_open()
    return Refund.objects.get()


def test_what_cannot_be_looked_for_stays_reserved(paid, unseen, audited):
    assert unseen.status == RefundStatus.CREATED
    assert unseen.next_check_at > clock.now() + Gateway.key_lifetime
    assert "refund_unknown" in kinds()
    assert refundable(fresh(paid)) == TEN
    with pytest.raises(NotRefundable):
        give_back(paid, ALL - TEN)


@pytest.mark.parametrize("unseen", [may_not_read_refunds], indirect=True)
def test_it_is_booked_as_soon_as_it_can_be_seen(stripe, paid, unseen, audited):
    stripe.rights.unrestrict()
    with time_machine.travel(unseen.next_check_at + timedelta(seconds=1)):
        assert refunds.follow_open() == 1
    assert (fresh(unseen).status, unseen.next_check_at) == (RefundStatus.SUCCEEDED, None)
    assert fresh(paid).amount_refunded == ALL - TEN
    assert stripe.stats()["refunds"] == 1
    assert audited() == []


@pytest.mark.parametrize("unseen", [may_not_read_refunds], indirect=True)
def test_staff_may_say_that_it_was_not_made(paid, unseen, make_customer):
    item = ReviewItem.objects.get(kind="refund_unknown")
    resolving.resolve(item=item, by=make_customer("staff@example.com"), reason="Not in the Dashboard")
    assert (fresh(unseen).status, unseen.next_check_at) == (RefundStatus.FAILED, None)
    assert refundable(fresh(paid)) == ALL


def test_an_answer_that_cannot_be_followed_is_unknown(stripe, paid):
    """The provider has taken the refund, but the payment it belongs to no longer fits ours."""
    differs(stripe, paid)
    with pytest.raises(RefundUnknown):
        give_back(paid, TEN)
    assert stripe.stats()["refunds"] == 1
    assert refundable(fresh(paid)) == ALL - TEN


def test_money_without_an_attempt_is_not_given_back_here(stripe, customer):
    """Nothing would follow what becomes of the refund."""
    payment = payments.register(
        customer=customer, gateway="stripe", reference="cs_1", is_live=False, amount=Decimal(50), currency="EUR"
    )
    with pytest.raises(NotRefundable):
        give_back(payment, TEN)
    assert not Refund.objects.exists() and not refund_requests(stripe)


def told():
    """The refunds whose failure staff were told of."""
    keys = ReviewItem.objects.filter(kind="refund_failed").order_by("pk").values_list("key", flat=True)
    return [key.removeprefix("refund-failed:") for key in keys]


def test_a_failure_is_told_although_another_of_the_same_amount_began(stripe, invoice, audited):
    paid = pay(stripe, invoice, card=STAYS_PENDING)
    refund = give_back(paid, TEN)
    stripe.settle_refund(refund.reference, succeed=False)
    stripe.refund(paid.reference, amount=1000)
    settle(attempt_id=paid.attempt_id)
    assert fresh(refund).status == RefundStatus.FAILED
    assert told() == [str(refund.pk)]
    assert fresh(paid).amount_refunded == TEN
    assert audited() == []


def test_a_failure_before_anybody_looked_is_told_although_more_was_given_back(stripe, invoice, audited):
    paid = pay(stripe, invoice, card=STAYS_PENDING)
    stripe.fail_next(kind="lost", method="POST")
    with pytest.raises(RefundUnknown):
        give_back(paid, TEN)
    refund = Refund.objects.get()
    (made,) = stripe.state.all("refund")
    stripe.settle_refund(made["id"], succeed=False)
    stripe.refund(paid.reference, amount=2000)
    settle(attempt_id=paid.attempt_id)
    assert told() == [str(refund.pk)]
    assert sorted(kinds()) == ["partial_refund", "refund_failed"]
    assert audited() == []


def test_of_two_that_fail_at_once_each_is_told_once(stripe, invoice, audited):
    paid = pay(stripe, invoice, card=STAYS_PENDING)
    both = [give_back(paid, TEN), give_back(paid, TEN)]
    for refund in both:
        stripe.settle_refund(refund.reference, succeed=False)
    for _ in range(2):
        settle(attempt_id=paid.attempt_id)
    assert sorted(told()) == sorted(str(refund.pk) for refund in both)
    assert fresh(paid).amount_refunded == 0
    assert audited() == []


def test_what_the_provider_refuses_the_worker_is_told(stripe, paid, audited):
    stripe.fail_next(kind="reset", method="POST")
    with pytest.raises(RefundUnknown):
        give_back(paid, TEN)
    stripe.dispute(paid.reference)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        refunds.follow_open()
    refund = Refund.objects.get()
    assert (refund.status, refund.failure_code) == (RefundStatus.FAILED, "charge_disputed")
    assert told() == [str(refund.pk)]
