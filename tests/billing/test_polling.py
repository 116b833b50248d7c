"""What nobody tells us we ask for: nothing stays unknown, and nobody is asked too often."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine

from storefront.billing.errors import PaymentUnavailable
from storefront.billing.models import PaymentAttempt
from storefront.billing.services import invoices
from storefront.billing.services.claiming import claim
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import clock
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def travel():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def fetches(stripe):
    return sum(request["method"] == "GET" for request in stripe.requests())


def test_a_payment_nobody_told_us_of_is_found(stripe, invoice, travel):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    assert poll_open_attempts() == 0  # too early
    travel.shift(timedelta(minutes=2))
    assert poll_open_attempts() == 1
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID
    travel.shift(timedelta(days=1))
    assert poll_open_attempts() == 0  # settled ones are left alone


def test_an_open_page_is_looked_at_ever_more_seldom_but_every_ten_minutes(stripe, invoice, travel):
    start(invoice=invoice, gateway_name="stripe")
    looks = []
    for _ in range(3 * 60 * 4):
        travel.shift(timedelta(seconds=15))
        if poll_open_attempts():
            looks.append(clock.now())
    gaps = [later - earlier for earlier, later in pairwise(looks)]
    assert max(gaps) <= timedelta(minutes=10, seconds=15)
    assert len(looks) < 50


def test_an_opening_that_was_never_answered_is_settled_within_minutes(stripe, invoice, travel, audited):
    stripe.fail_next(kind="lost", method="POST")
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    travel.shift(timedelta(minutes=2))
    assert poll_open_attempts() == 1
    payment = PaymentAttempt.objects.get()
    assert payment.status == AttemptStatus.PENDING and payment.redirect_url
    assert stripe.stats()["session_creates"] == 1
    travel.shift(timedelta(minutes=9))
    poll_open_attempts()
    assert audited() == []


def test_a_process_killed_before_it_asked_leaves_an_attempt_the_poller_finishes(stripe, invoice, travel):
    claim(invoice.pk, "stripe")  # committed, and then nothing more
    travel.shift(timedelta(minutes=2))
    poll_open_attempts()
    assert PaymentAttempt.objects.get().status == AttemptStatus.PENDING


def test_while_the_provider_is_away_it_is_asked_again_later(stripe, invoice, travel):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    travel.shift(timedelta(minutes=2))
    stripe.fail_next(kind="reset")
    assert poll_open_attempts() == 0
    stripe.faults.clear()
    travel.shift(timedelta(minutes=3))
    assert poll_open_attempts() == 1
    assert PaymentAttempt.objects.get().status == AttemptStatus.SUCCEEDED


def test_a_closed_charge_is_looked_at_once_more(stripe, invoice, travel):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.expire(payment.provider_reference)
    settle(attempt_id=payment.pk)
    before = fetches(stripe)
    for _ in range(24):
        travel.shift(timedelta(minutes=30))
        poll_open_attempts()
    assert fetches(stripe) == before + 1


def test_money_that_came_after_all_is_found_by_that_look(stripe, invoice, travel):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay_later(payment.provider_reference)
    stripe.settle_later(payment.provider_reference, succeed=False)
    settle(attempt_id=payment.pk)
    stripe.tamper(payment.provider_reference, payment_status="paid")
    travel.shift(timedelta(hours=2))
    poll_open_attempts()
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID


def test_a_charge_still_open_after_its_invoice_was_paid_is_closed(stripe, invoice, travel, audited):
    first = start(invoice=invoice, gateway_name="stripe")
    PaymentAttempt.objects.filter(pk=first.pk).update(status=AttemptStatus.CANCELLED)  # the provider was never told
    second = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(first.provider_reference)
    settle(attempt_id=first.pk)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID
    poll_open_attempts()
    second.refresh_from_db()
    assert second.status == AttemptStatus.CANCELLED
    assert stripe.pay(second.provider_reference) == "closed"
    assert audited() == []


def test_a_charge_given_up_by_us_but_open_at_the_provider_is_closed_there(stripe, invoice, travel):
    payment = start(invoice=invoice, gateway_name="stripe")
    PaymentAttempt.objects.filter(pk=payment.pk).update(status=AttemptStatus.CANCELLED)
    travel.shift(timedelta(minutes=2))
    poll_open_attempts()
    assert stripe.pay(payment.provider_reference) == "closed"


def test_one_payment_that_cannot_be_looked_up_blocks_no_other(stripe, customer, travel):
    paid = [start(invoice=make_invoice(customer), gateway_name="stripe") for _ in range(3)]
    for payment in paid:
        stripe.pay(payment.provider_reference)
    travel.shift(timedelta(minutes=2))
    stripe.fail_next(kind="reset")
    assert poll_open_attempts() == 2
    invoices_paid = {payment.invoice.__class__.objects.get(pk=payment.invoice_id).status for payment in paid[1:]}
    assert invoices_paid == {InvoiceStatus.PAID}


def test_a_void_invoice_whose_charge_was_paid_in_the_last_moment_loses_no_money(stripe, invoice, travel, outbox):
    payment = start(invoice=invoice, gateway_name="stripe")
    PaymentAttempt.objects.filter(pk=payment.pk).update(status=AttemptStatus.CANCELLED)
    invoices.void(invoice=invoice, reason="test")
    stripe.pay(payment.provider_reference)
    travel.shift(timedelta(minutes=2))
    poll_open_attempts()
    assert outbox("late-payment:")
