"""Another license type for a portal that has one: at once, for the value of what is unused, or afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from storefront.core import clock
from storefront.core.periods import add_months
from storefront.licensing.audit import checks
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.services.renewals import begin_periods
from tests.licensing.conftest import Portals, make_invoice, paid, refunded

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Buy = Callable[..., License]


@pytest.fixture
def now() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def acme(now: Any, portals: Portals) -> Portals:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    return portals


def fresh(license: License) -> License:
    return License.objects.get(pk=license.pk)


@pytest.fixture
def order(acme: Portals, customer: Any, product: Any) -> Callable[..., Any]:
    return lambda **terms: make_invoice(customer, product, portal=acme.host(), **terms)


def test_change_now_turns_what_is_unused_into_days_of_the_new_type(order: Any, now: Any) -> None:
    [license] = paid(order(months=12))  # 120.00 for 365 days
    now.shift(65 * DAY)
    [changed] = paid(order(months=1, plan="pro", change="now"))
    # 300/365 of 120.00 = 98.63; a year of Pro costs 300.00: 0.8219 a day; 98.63 / 0.8219 = exactly 120 days
    assert (changed.pk, changed.number, changed.plan_name) == (license.pk, license.number, "Pro")
    assert changed.valid_until == add_months(clock.now(), 1) + 120 * DAY
    standard, pro, rest = LicensePeriod.objects.order_by("pk")
    assert (standard.starts_at, standard.ends_at, standard.converted_at) == (START, clock.now(), clock.now())
    assert (pro.starts_at, pro.ends_at) == (clock.now(), add_months(clock.now(), 1))
    assert (rest.days, rest.converted_from, rest.amount) == (120, standard, Decimal("98.630137"))
    assert list(checks()) == []


def test_a_discount_is_part_of_the_value(order: Any, now: Any) -> None:
    paid(order(months=12, amount=Decimal("60.00")))
    now.shift(65 * DAY)
    paid(order(months=1, plan="pro", change="now"))
    assert LicensePeriod.objects.get(days__gt=0).days == 60


def test_a_begun_day_is_a_whole_one(order: Any, now: Any) -> None:
    paid(order(months=12))
    now.shift(65 * DAY + timedelta(hours=1))
    paid(order(months=1, plan="pro", change="now"))
    assert LicensePeriod.objects.get(days__gt=0).days == 120


def test_downgrade_gives_days(order: Any, now: Any) -> None:
    paid(order(months=12, plan="pro"))
    now.shift(165 * DAY)
    [license] = paid(order(months=1, change="now"))
    assert (license.plan_name, LicensePeriod.objects.get(days__gt=0).days) == ("Standard", 500)


@pytest.mark.parametrize("change", ["later", ""])
def test_otherwise_the_new_type_follows(order: Any, now: Any, change: str) -> None:
    [license] = paid(order(months=1))
    [same] = paid(order(months=12, plan="pro", change=change))
    assert (same.pk, same.plan_name, same.valid_until) == (license.pk, "Standard", add_months(START, 13))
    now.move_to(license.valid_until)
    assert begin_periods() == 1
    assert fresh(license).plan_name == "Pro"


def test_change_of_a_license_that_waits_for_its_portal(customer: Any, product: Any, now: Any) -> None:
    def order(**terms: Any) -> Any:
        return make_invoice(customer, product, portal="late.bitrix24.com", **terms)

    [license] = paid(order(months=12))
    [changed] = paid(order(months=1, plan="pro", change="now"))
    assert (changed.pk, changed.plan_name) == (license.pk, "Pro")
    latest = START + 30 * DAY
    assert (changed.begins_by, changed.valid_until) == (latest, add_months(latest, 1) + 146 * DAY)


def test_what_waits_in_line_is_converted_too_but_not_what_is_of_the_new_type(order: Any, now: Any) -> None:
    paid(order(months=1))
    paid(order(months=1, plan="pro"))
    paid(order(months=1))
    [license] = paid(order(months=1, plan="pro", change="now"))
    # Pro in line begins now, the new month of it follows, then 2 x 10.00 at 25.00 for 31 days: 24.8 -> 25 days
    assert license.valid_until == add_months(START, 2) + 25 * DAY
    assert list(checks()) == []


def test_change_and_back_loses_no_value(order: Any, now: Any) -> None:
    paid(order(months=12))
    paid(order(months=1, plan="pro", change="now"))
    [license] = paid(order(months=1, change="now"))
    # 120.00 + 25.00 + 10.00: a year and a month of Standard, and 25.00 worth of it at 10.00 for 31 days
    whole = (license.valid_until - START) / DAY
    assert 365 + 31 + 77 <= whole <= 365 + 31 + 77 + 3
    assert list(checks()) == []


@pytest.mark.parametrize("first", [0, 1])
def test_two_orders_of_other_types_may_be_paid_in_either_order(order: Any, now: Any, first: int) -> None:
    paid(order(months=12))
    orders = [order(months=1, plan="pro", change="now"), order(months=1, change="")]
    paid(orders[first])
    [license] = paid(orders[1 - first])
    value = sum(term.amount for term in license.periods.filter(converted_at=None))
    assert round(value, 2) == Decimal("155.00")
    assert list(checks()) == []


def test_license_that_was_refunded_meanwhile_leaves_nothing_to_change(order: Any, now: Any) -> None:
    first = order(months=12)
    [license] = paid(first)
    second = order(months=1, plan="pro", change="now")
    refunded(first)
    [other] = paid(second)
    assert (other.pk != license.pk, other.status, other.valid_until) == (True, "active", add_months(START, 1))


def test_license_that_has_ended_meanwhile_begins_anew(order: Any, now: Any) -> None:
    paid(order(months=1))
    second = order(months=1, plan="pro", change="now")
    now.shift(100 * DAY)
    [license] = paid(second)
    assert (license.plan_name, license.valid_until) == ("Pro", add_months(clock.now(), 1))


def test_refund_of_what_was_converted_takes_its_days_along(order: Any, now: Any) -> None:
    first = order(months=12)
    paid(first)
    [license] = paid(order(months=1, plan="pro", change="now"))
    now.shift(10 * DAY)
    refunded(first)
    assert (fresh(license).status, fresh(license).valid_until) == ("active", add_months(START, 1))
    assert list(checks()) == []


def test_refund_of_the_later_purchase_leaves_the_converted_days(order: Any, now: Any) -> None:
    paid(order(months=12))
    second = order(months=1, plan="pro", change="now")
    [license] = paid(second)
    now.shift(10 * DAY)
    refunded(second)
    license = fresh(license)
    assert (license.status, license.plan_name, license.valid_until) == ("active", "Pro", clock.now() + 146 * DAY)
    refunded(LicensePeriod.objects.get(months=12, days=None).invoice_line.invoice)
    assert fresh(license).status == "revoked"


def test_time_paid_in_another_currency_stays_and_the_new_type_follows(order: Any, now: Any) -> None:
    first = order(months=1)
    type(first).objects.filter(pk=first.pk).update(currency="USD")
    first.refresh_from_db()
    paid(first)
    [license] = paid(order(months=1, plan="pro", change="now"))
    assert (license.plan_name, license.valid_until) == ("Standard", add_months(START, 2))


def test_free_time_is_worth_nothing_but_the_new_type_begins(order: Any, now: Any) -> None:
    paid(order(months=12, amount=Decimal(0)))
    [license] = paid(order(months=1, plan="pro", change="now"))
    assert (license.plan_name, license.valid_until) == ("Pro", add_months(START, 1))
