"""Reconciliation on data with errors put into it: every difference is found, once, in both directions."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from storefront.billing.models import PaymentAttempt, Refund, ReviewItem
from storefront.billing.services.reconcile import LOOK_BACK, reconcile
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus, RefundStatus
from storefront.core import clock
from storefront.gateways.errors import Unavailable
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


def paid(stripe, customer, *, told=True):
    payment = start(invoice=make_invoice(customer), gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    return settle(attempt_id=payment.pk) if told else payment


def kinds():
    return sorted(ReviewItem.objects.values_list("kind", flat=True))


def test_when_all_is_well_nothing_is_found(stripe, customer):
    paid(stripe, customer)
    start(invoice=make_invoice(customer), gateway_name="stripe")
    expired = start(invoice=make_invoice(customer), gateway_name="stripe")
    stripe.expire(expired.provider_reference)
    settle(attempt_id=expired.pk)
    assert reconcile() == 0
    assert kinds() == []


def test_money_nobody_told_us_of_is_settled(stripe, customer, audited):
    payment = paid(stripe, customer, told=False)
    assert reconcile() == 1
    assert reconcile() == 0
    payment.invoice.refresh_from_db()
    assert payment.invoice.status == InvoiceStatus.PAID
    assert kinds() == [] and audited() == []


def test_refunds_and_disputes_made_at_the_provider_are_found(stripe, customer, audited):
    refunded, disputed, part = (paid(stripe, customer) for _ in range(3))
    stripe.refund(refunded.provider_reference)
    stripe.dispute(disputed.provider_reference)
    stripe.refund(part.provider_reference, amount=1000)
    assert reconcile() == 3
    assert reconcile() == 0
    assert kinds() == ["dispute", "partial_refund"]
    assert audited() == []


def test_a_refund_that_failed_while_nobody_heard_is_found(stripe, customer, audited):
    payment = paid(stripe, customer)
    refund = stripe.refund(payment.provider_reference, amount=1000)
    settle(attempt_id=payment.pk)
    stripe.settle_refund(refund, succeed=False)
    assert reconcile() == 1
    assert reconcile() == 0
    assert Refund.objects.get().status == RefundStatus.FAILED
    assert kinds() == ["partial_refund", "refund_failed"]
    assert audited() == []


def test_a_refund_that_failed_when_the_payment_is_no_longer_listed_is_found(stripe, customer, audited):
    with time_machine.travel(clock.now() - LOOK_BACK - timedelta(days=1)):
        payment = paid(stripe, customer)
    refund = stripe.refund(payment.provider_reference, amount=1000)
    settle(attempt_id=payment.pk)
    stripe.settle_refund(refund, succeed=False)
    assert reconcile() == 1
    assert reconcile() == 0
    assert Refund.objects.get().status == RefundStatus.FAILED
    assert payment.payment.refunds.get().payment.amount_refunded == 0
    assert audited() == []


def test_a_refund_that_failed_while_another_of_the_same_amount_began_is_found(stripe, customer, audited):
    payment = paid(stripe, customer)
    refund = stripe.refund(payment.provider_reference, amount=1000)
    settle(attempt_id=payment.pk)
    stripe.settle_refund(refund, succeed=False)
    stripe.refund(payment.provider_reference, amount=1000)
    assert reconcile() == 1
    assert reconcile() == 0
    assert Refund.objects.get(reference=refund).status == RefundStatus.FAILED
    assert "refund_failed" in kinds()
    assert audited() == []


def test_a_charge_that_is_not_ours_is_reported_once(stripe, customer):
    payment = paid(stripe, customer, told=False)
    PaymentAttempt.objects.filter(pk=payment.pk).update(provider_reference=None, public_id="another")
    for _ in range(2):
        assert reconcile() == 1
    assert kinds() == ["unknown_charge"]


def test_a_charge_whose_opening_was_never_answered_is_found_by_our_reference(stripe, customer):
    payment = paid(stripe, customer, told=False)
    PaymentAttempt.objects.filter(pk=payment.pk).update(provider_reference=None, status=AttemptStatus.CREATED)
    reconcile()
    payment.invoice.refresh_from_db()
    assert payment.invoice.status == InvoiceStatus.PAID


def test_a_second_charge_for_one_attempt_is_reported(stripe, customer):
    payment = paid(stripe, customer, told=False)
    PaymentAttempt.objects.filter(pk=payment.pk).update(provider_reference="cs_the_first")
    reconcile()
    assert kinds() == ["unknown_charge"]


def test_money_we_count_on_that_the_provider_does_not_know_is_reported_once(stripe, customer):
    with time_machine.travel(clock.now() - timedelta(hours=2)):
        paid(stripe, customer)
    stripe.reset()
    for _ in range(2):
        assert reconcile() == 1
    assert kinds() == ["missing_charge"]


def test_another_amount_is_reported_and_pays_nothing(stripe, customer):
    payment = paid(stripe, customer, told=False)
    stripe.tamper(payment.provider_reference, amount_total=1)
    for _ in range(2):
        reconcile()
    assert kinds() == ["mismatch"]
    assert PaymentAttempt.objects.get().status == AttemptStatus.PENDING


def test_a_success_of_ours_that_is_none_at_the_provider_is_reported(stripe, customer):
    payment = start(invoice=make_invoice(customer), gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    stripe.tamper(payment.provider_reference, payment_status="unpaid")
    for _ in range(2):
        reconcile()
    assert kinds() == ["difference", "reverted"]


def test_a_provider_that_does_not_answer_is_no_difference(stripe, customer):
    paid(stripe, customer)
    stripe.fail_next(kind="reset")
    with pytest.raises(Unavailable):
        reconcile()
    assert kinds() == []
