"""Buyers press 'Pay' while staff stop the payment method: once it is stopped, no charge is begun by it. And staff who
order the methods at once: the order is that of both."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest
from django.db.models import QuerySet

from storefront.billing.errors import MethodStopped
from storefront.billing.models import PaymentAttempt
from storefront.billing.services import orders, payment_methods
from storefront.billing.services.starting import start
from storefront.core import states
from tests.billing.building import make_invoice
from tests.races.conftest import UNGUARDED, dawdle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

#: How long a buyer's request dawdles between the check and the commit.
DAWDLE = 0.05


@pytest.fixture
def checked(monkeypatch):
    """Set once a buyer's request has found that the method is offered; it dawdles before it commits."""
    event, check, follow = threading.Event(), payment_methods.check, orders.follow_attempts

    def tell(name):
        method = check(name)
        event.set()
        return method

    def slowly(invoice):
        follow(invoice)
        time.sleep(DAWDLE)

    monkeypatch.setattr(payment_methods, "check", tell)
    monkeypatch.setattr(orders, "follow_attempts", slowly)
    return event


def pay_against_stop(make_customer, race, checked):
    """Four buyers, and staff who stop the method in their midst. Returns what the buyers got, and how many charges had
    been begun when the method was stopped."""
    invoices = [make_invoice(make_customer(f"buyer{n}@example.com")) for n in range(4)]
    person = make_customer("owner@example.com")

    def stop():
        assert checked.wait(timeout=30)
        payment_methods.stop(name="stripe", by=person, reason="Their key leaked")
        return PaymentAttempt.objects.count()

    *buyers, begun = race(*(partial(start, invoice=each, gateway_name="stripe") for each in invoices), stop)
    return buyers, begun


def test_nothing_is_begun_once_the_method_is_stopped(stripe, make_customer, race, checked):
    buyers, begun = pay_against_stop(make_customer, race, checked)
    refused = [found for found in buyers if isinstance(found, MethodStopped)]
    charges = [found for found in buyers if isinstance(found, PaymentAttempt)]
    assert len(refused) + len(charges) == 4
    assert begun == len(charges) == PaymentAttempt.objects.count()
    assert stripe.stats()["session_creates"] == begun


def test_control_run_without_locks_charges_are_begun_afterwards(stripe, make_customer, race, checked, monkeypatch):
    def look(instance):
        instance.refresh_from_db()
        return instance

    monkeypatch.setattr(states, "lock", look)
    monkeypatch.setattr(f"{__name__}.DAWDLE", UNGUARDED)
    _buyers, begun = pay_against_stop(make_customer, race, checked)
    assert PaymentAttempt.objects.count() > begun  # wrong


def moved_at_once(settings, race, monkeypatch):
    """Two of the staff drag a method each. Returns the order, and what they got."""
    settings.PAYMENT_GATEWAYS = {name: settings.PAYMENT_GATEWAYS["stripe"] for name in ("a", "b", "c", "d")}
    settings.PAYMENT_METHODS_BY_HAND = {}
    payment_methods.move(name="a", position=0)
    read = payment_methods.rows

    def slowly():
        rows = read()
        dawdle(DAWDLE)
        return rows

    monkeypatch.setattr(payment_methods, "rows", slowly)
    got = race(
        partial(payment_methods.move, name="d", position=0), partial(payment_methods.move, name="a", position=99)
    )
    return [row.name for row in read()], got


def test_two_who_order_the_methods_at_once_both_have_their_way(race, settings, monkeypatch):
    order, got = moved_at_once(settings, race, monkeypatch)
    assert order == ["d", "b", "c", "a"] and got == [True, True]


def test_control_run_without_locks_one_of_them_is_lost(race, settings, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)
    monkeypatch.setattr(f"{__name__}.DAWDLE", UNGUARDED)
    order, got = moved_at_once(settings, race, monkeypatch)
    assert order != ["d", "b", "c", "a"] or got != [True, True]
