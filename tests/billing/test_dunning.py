"""Unpaid orders: told by mail before, then void; money that comes meanwhile settles them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail

from storefront.billing.models import PaymentAttempt, ReviewItem
from storefront.billing.services import reviews
from storefront.billing.services.dunning import remind_unpaid, void_overdue
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.billing.transfers.services import booking
from storefront.billing.transfers.services.booking import Share
from storefront.core import clock
from storefront.core.instants import deadline
from storefront.notifications import outbox as outbox_of_mails
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account

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


def test_one_reminder_three_days_before_and_void_after_the_fourteenth_day(stripe, invoice, travel, outbox):
    seen = []
    for day in range(1, 20):
        travel.shift(days(1))
        remind_unpaid()
        void_overdue()
        seen.append((day, bool(outbox("unpaid-reminder:")), status(invoice)))
    assert next(day for day, reminded, _ in seen if reminded) == 12
    assert next(day for day, _, state in seen if state == InvoiceStatus.VOID) == 15
    assert len(outbox("unpaid-reminder:")) == len(outbox("order-voided:")) == 1


def test_who_has_paid_a_part_is_reminded_of_the_rest_and_nothing_becomes_void(invoice, travel, outbox):
    booking.book(incoming=came(make_account(), "60.00"), shares=[Share(invoice)], by=None)
    travel.shift(days(13))
    assert remind_unpaid() == 1
    assert len(outbox("unpaid-reminder:")) == 1
    outbox_of_mails.deliver_due()
    sent = next(each for each in mail.outbox if "paid in part" in each.subject)
    assert "€60.00 have come" in sent.body and "€36.00 is still due" in sent.body
    assert "void" not in sent.body
    travel.shift(days(10))
    assert void_overdue() == 0 and status(invoice) == InvoiceStatus.OPEN


def test_while_staff_check_its_money_an_invoice_waits(stripe, invoice, travel, outbox):
    """Not reminded of, and if it was reminded of before, not void."""
    reminded = make_invoice(invoice.customer)
    travel.shift(days(12))
    remind_unpaid()
    other = make_invoice(invoice.customer)
    for number, each in enumerate((reminded, other)):
        reviews.file(key=f"mismatch:{number}", kind=reviews.MISMATCH, detail="", invoice=each)
    for _ in range(14):
        travel.shift(days(1))
        remind_unpaid()
        void_overdue()
    assert [status(each) for each in (invoice, reminded, other)] == [
        InvoiceStatus.VOID, InvoiceStatus.OPEN, InvoiceStatus.OPEN
    ]  # fmt: skip
    assert len(outbox("unpaid-reminder:")) == 2
    ReviewItem.objects.update(resolved_at=clock.now())
    remind_unpaid()
    void_overdue()
    assert (status(reminded), status(other)) == (InvoiceStatus.VOID, InvoiceStatus.OPEN)
    assert len(outbox("unpaid-reminder:")) == 3


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "UTC"])
def test_the_day_that_is_named_counts_whole(customer, stripe, settings, zone, outbox):
    """Due on 29 March 2026, the 23-hour day of Berlin: void with the first minute of the 30th, not before."""
    settings.TIME_ZONE = zone
    here = ZoneInfo(zone)
    with time_machine.travel(datetime(2026, 3, 15, 12, 35, tzinfo=here), tick=False) as travel:
        invoice = make_invoice(customer)
        travel.move_to(datetime(2026, 3, 27, 12, tzinfo=here))
        remind_unpaid()
        said = deadline(invoice.due_at)
        assert said.startswith("the end of 29 March 2026 (UTC")
        mail.outbox.clear()
        outbox_of_mails.deliver_due()
        assert said in mail.outbox[-1].subject
        assert said in mail.outbox[-1].body
        travel.move_to(datetime(2026, 3, 29, 23, 59, 59, tzinfo=here))
        void_overdue()
        assert status(invoice) == InvoiceStatus.OPEN
        travel.move_to(datetime(2026, 3, 30, 0, 0, tzinfo=here))
        void_overdue()
        assert status(invoice) == InvoiceStatus.VOID


def test_the_open_charge_is_closed_at_the_provider_before_the_order_is_void(stripe, invoice, travel):
    payment = start(invoice=invoice, gateway_name="stripe")
    PaymentAttempt.objects.update(next_check_at=None)
    travel.shift(days(12))
    remind_unpaid()
    travel.shift(days(3))
    assert void_overdue() == 1
    assert PaymentAttempt.objects.get().status == AttemptStatus.CANCELLED
    assert stripe.pay(payment.provider_reference) == "closed"


def test_money_that_came_meanwhile_settles_it(stripe, invoice, travel, outbox):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    travel.shift(days(12))
    remind_unpaid()
    travel.shift(days(4))
    assert void_overdue() == 0
    assert status(invoice) == InvoiceStatus.PAID
    assert outbox("order-voided:") == []


def test_a_bank_that_has_not_answered_holds_the_order_open(stripe, invoice, travel):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay_later(payment.provider_reference)
    travel.shift(days(12))
    remind_unpaid()
    travel.shift(days(4))
    assert void_overdue() == 0
    assert status(invoice) == InvoiceStatus.OPEN
    stripe.settle_later(payment.provider_reference)
    settle(attempt_id=payment.pk)
    assert status(invoice) == InvoiceStatus.PAID


def test_while_the_provider_does_not_answer_nothing_is_void(stripe, invoice, travel):
    start(invoice=invoice, gateway_name="stripe")
    travel.shift(days(12))
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
    assert void_overdue() == 0  # the mail named a day, and that lasts
    travel.shift(days(1))
    assert void_overdue() == 1


def test_a_paid_invoice_is_neither_reminded_of_nor_void(stripe, invoice, travel, outbox):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    travel.shift(days(30))
    assert remind_unpaid() == void_overdue() == 0
    assert outbox("unpaid-reminder:") == []
