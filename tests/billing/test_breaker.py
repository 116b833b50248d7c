"""A payment method that is away is left alone, asked in the background, and taken up again as soon as it answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from storefront.billing import breaker
from storefront.billing.breaker import is_away
from storefront.billing.errors import PaymentUnavailable
from storefront.billing.gateway_registry import gateway
from storefront.billing.services.polling import poll_open_attempts, probe_away
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceStatus
from storefront.core import clock
from storefront.gateways.errors import NotFound
from storefront.inbox.processing import process_due
from tests.billing.building import make_invoice
from tests.billing.deliveries import deliver, events

pytestmark = pytest.mark.django_db


@pytest.fixture
def travel():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def press_pay(invoice, times=1):
    for _ in range(times):
        with pytest.raises(PaymentUnavailable):
            start(invoice=invoice, gateway_name="stripe")


def test_each_try_of_a_buyer_is_one_call(stripe, invoice):
    stripe.fail_next(kind="reset", count=99)
    press_pay(invoice)
    assert len(stripe.requests()) == 1


def test_after_three_failures_in_a_row_nobody_is_kept_waiting(stripe, invoice):
    stripe.fail_next(kind="reset", count=99)
    press_pay(invoice, times=breaker.FAILURES)
    assert is_away("stripe")
    asked = len(stripe.requests())
    press_pay(invoice, times=5)
    assert len(stripe.requests()) == asked


def test_an_answer_in_between_begins_the_count_anew(stripe, invoice):
    for _ in range(3):
        stripe.fail_next(kind="reset", count=breaker.FAILURES - 1)
        press_pay(invoice, times=breaker.FAILURES - 1)
        with pytest.raises(NotFound):  # a refusal is an answer
            gateway("stripe").fetch("cs_test_nobody")
    assert not is_away("stripe")


def test_a_double_click_is_no_failure_of_the_provider(stripe, invoice):
    stripe.fail_next(kind="status", status=409, count=99)
    press_pay(invoice, times=breaker.FAILURES + 2)
    assert not is_away("stripe")


def test_the_worker_asks_and_it_is_back_at_once(stripe, invoice):
    stripe.fail_next(kind="reset", count=99)
    press_pay(invoice, times=breaker.FAILURES)
    assert probe_away() == 0
    assert is_away("stripe")
    stripe.faults.clear()
    assert probe_away() == 1
    assert start(invoice=invoice, gateway_name="stripe").redirect_url
    asked = len(stripe.requests())
    assert probe_away() == 0
    assert len(stripe.requests()) == asked  # one that is there is not asked


def test_without_a_worker_the_next_buyer_asks_after_a_minute(stripe, invoice, travel):
    stripe.fail_next(kind="reset", count=breaker.FAILURES)
    press_pay(invoice, times=breaker.FAILURES + 1)
    travel.shift(timedelta(seconds=breaker.LONGEST + 1))
    assert start(invoice=invoice, gateway_name="stripe").redirect_url


@pytest.mark.parametrize("minutes", [1, 30, 300])
def test_money_paid_while_the_provider_was_away_is_booked_within_seconds_of_its_return(
    client, stripe, invoice, customer, travel, minutes
):
    """The buyer's card is charged, the provider tells us, and its interface is down for as long as it takes."""
    payment = start(invoice=invoice, gateway_name="stripe")
    untold = start(
        invoice=make_invoice(customer), gateway_name="stripe"
    )  # nobody tells us of this one: the page after paying asks
    stripe.fail_next(kind="reset", count=100_000)
    for reference in (payment.provider_reference, untold.provider_reference):
        stripe.pay(reference)
    deliver(client, events(stripe, payment.provider_reference))
    for _ in range(60):
        work()
        travel.shift(timedelta(minutes=minutes) / 60)
    assert unpaid(invoice, untold.invoice) == 2
    stripe.faults.clear()
    for _ in range(15):
        work()
        travel.shift(timedelta(seconds=1))
    assert unpaid(invoice, untold.invoice) == 0


def work():
    """What the worker does in a second, at least."""
    probe_away()
    process_due()
    poll_open_attempts()


def unpaid(*invoices):
    for invoice in invoices:
        invoice.refresh_from_db()
    return sum(invoice.status != InvoiceStatus.PAID for invoice in invoices)
