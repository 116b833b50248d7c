"""Unpaid orders: told by mail before, then void; money that comes meanwhile settles them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from storefront.billing.models import Payment
from storefront.billing.services.dunning import remind_unpaid, void_overdue
from storefront.billing.services.payments import settle, start
from storefront.billing.states import InvoiceStatus, PaymentStatus
from storefront.core import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def travel():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def days(number):
    return timedelta(days=number)


def status(invoice):
    invoice.refresh_from_db()
    return invoice.status


def test_one_reminder_three_days_before_and_void_after_fourteen(stripe, invoice, travel, outbox):
    seen = []
    for day in range(1, 20):
        travel.shift(days(1))
        remind_unpaid()
        void_overdue()
        seen.append((day, bool(outbox("unpaid-reminder:")), status(invoice)))
    assert next(day for day, reminded, _ in seen if reminded) == 11
    assert next(day for day, _, state in seen if state == InvoiceStatus.VOID) == 14
    assert len(outbox("unpaid-reminder:")) == len(outbox("order-voided:")) == 1


def test_the_open_charge_is_closed_at_the_provider_before_the_order_is_void(stripe, invoice, travel):
    payment = start(invoice=invoice)
    Payment.objects.update(next_check_at=None)
    travel.shift(days(11))
    remind_unpaid()
    travel.shift(days(3))
    assert void_overdue() == 1
    assert Payment.objects.get().status == PaymentStatus.CANCELLED
    assert stripe.pay(payment.provider_reference) == "closed"


def test_money_that_came_meanwhile_settles_it(stripe, invoice, travel, outbox):
    payment = start(invoice=invoice)
    stripe.pay(payment.provider_reference)
    travel.shift(days(11))
    remind_unpaid()
    travel.shift(days(4))
    assert void_overdue() == 0
    assert status(invoice) == InvoiceStatus.PAID
    assert outbox("order-voided:") == []


def test_a_bank_that_has_not_answered_holds_the_order_open(stripe, invoice, travel):
    payment = start(invoice=invoice)
    stripe.pay_later(payment.provider_reference)
    travel.shift(days(11))
    remind_unpaid()
    travel.shift(days(4))
    assert void_overdue() == 0
    assert status(invoice) == InvoiceStatus.OPEN
    stripe.settle_later(payment.provider_reference)
    settle(payment_id=payment.pk)
    assert status(invoice) == InvoiceStatus.PAID


def test_while_the_provider_does_not_answer_nothing_is_void(stripe, invoice, travel):
    start(invoice=invoice)
    travel.shift(days(11))
    remind_unpaid()
    travel.shift(days(4))
    stripe.fail_next(kind="reset", count=4)
    assert void_overdue() == 0
    assert status(invoice) == InvoiceStatus.OPEN
    stripe.faults.clear()
    assert void_overdue() == 1


def test_a_shop_that_slept_reminds_first_and_leaves_a_day_to_act(stripe, invoice, travel, outbox):
    travel.shift(days(30))
    assert void_overdue() == 0
    remind_unpaid()
    assert void_overdue() == 0
    assert outbox("unpaid-reminder:")
    travel.shift(days(1))
    assert void_overdue() == 1


def test_a_paid_invoice_is_neither_reminded_of_nor_void(stripe, invoice, travel, outbox):
    payment = start(invoice=invoice)
    stripe.pay(payment.provider_reference)
    settle(payment_id=payment.pk)
    travel.shift(days(30))
    assert remind_unpaid() == void_overdue() == 0
    assert outbox("unpaid-reminder:") == []
