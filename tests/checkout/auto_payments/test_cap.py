"""Whatever is needed when: never above the cap of a calendar month, never without a notice, never after an end."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from checkout.auto_payments import planning, running
from storefront.billing.auto_top_ups import audit, caps, switching
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Invoice
from storefront.core import clock
from storefront.notifications.models import OutboxMessage
from tests.checkout.auto_payments.building import charged, needed, save_card, turn_on

pytestmark = pytest.mark.django_db

ZONES = ("Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kolkata")


@pytest.mark.parametrize("zone", ZONES)
def test_a_month_is_that_of_the_customers_calendar(zone: str) -> None:
    begin, end = caps.bounds(date(2026, 3, 1), zone)
    for moment, month in ((begin, 3), (begin - timedelta(seconds=1), 2), (end, 4), (end - timedelta(seconds=1), 3)):
        assert caps.month_of(moment, zone).month == month


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["need", "skip", "off", "on", "refuse", "accept", "wait"]),
        st.integers(1, 60),
        st.integers(1, 14),
    ),
    min_size=3,
    max_size=9,
)


@given(steps=STEPS, zone=st.sampled_from(ZONES), cap=st.integers(5, 40), start=st.integers(0, 40))
@hypothesis_settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_happens(steps: list[Any], zone: str, cap: int, start: int, stripe: Any, make_customer: Any) -> None:
    customer = make_customer(f"c{start}-{cap}-{abs(hash((zone, tuple(steps))))}@example.com")
    begin = datetime(2026, 12, 1, 10, tzinfo=ZoneInfo("UTC")) + timedelta(days=start)
    with time_machine.travel(begin, tick=False) as frozen:
        card = save_card(stripe, customer)
        turn_on(customer, card, cap=str(cap), time_zone=zone)
        for what, amount, days in steps:
            _step(what, amount, customer, card, stripe, zone, cap)
            for _round in range(days):
                frozen.shift(timedelta(days=1))
                _work(customer)
    _judge(customer, zone, cap)


def _step(what: str, amount: int, customer: Any, card: Any, stripe: Any, zone: str, cap: int) -> None:
    top_up = AutoTopUp.objects.get(customer=customer)
    if what == "need":
        top_up.included.add(*Invoice.objects.filter(number__in=needed(customer, f"{amount}.00")))
    elif what == "skip":
        for charge in top_up.charges.all():
            switching.skip(charge)
    elif what == "off":
        switching.turn_off(top_up, by="customer")
    elif what == "on":
        numbers = [invoice.number for invoice in switching.includable(customer, "EUR")]
        turn_on(customer, card, cap=str(cap), time_zone=zone, included=numbers)
    elif what in ("refuse", "accept"):
        told = {"code": "card_declined", "decline_code": "insufficient_funds"} if what == "refuse" else {}
        stripe.refuse_method(card.method_reference, **told)


def _work(customer: Any) -> None:
    planning.look_at_due()
    running.run_due()
    OutboxMessage.objects.filter(status="pending", template="auto_payment_notice").update(
        status="sent", sent_at=clock.now()
    )


def _judge(customer: Any, zone: str, cap: int) -> None:
    months: dict[date, Decimal] = defaultdict(Decimal)
    for attempt in charged():
        if attempt.invoice.customer_id != customer.pk:
            continue
        months[caps.month_of(attempt.created_at, zone)] += attempt.amount
        charge = AutoTopUpCharge.objects.get(invoice=attempt.invoice)
        notice = OutboxMessage.objects.get(key=charge.notice_key)
        local = (attempt.created_at.astimezone(ZoneInfo(zone)), notice.sent_at.astimezone(ZoneInfo(zone)))
        assert (local[0].date() - local[1].date()).days >= 3 and 9 <= local[0].hour < 17
        assert attempt.amount <= charge.amount
        mandate = attempt.mandate
        assert mandate is not None and (mandate.ended_at is None or attempt.created_at <= mandate.ended_at)
    assert all(amount <= cap for amount in months.values())
    assert list(audit.checks()) == []
