"""When paid time begins: with the portal, at the latest after some days, or with the payment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from storefront.core import clock
from storefront.core.periods import add_months
from storefront.licensing.audit import checks
from storefront.licensing.bitrix24.installations import mark_uninstalled
from storefront.licensing.bitrix24.linking import link_waiting
from storefront.licensing.models import Installation, License
from storefront.licensing.queries import effective_status
from storefront.licensing.services.renewals import begin_periods
from tests.licensing.conftest import Portals, make_invoice, paid, refunded

START = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Buy = Callable[..., License]


@pytest.fixture
def now() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def fresh(license: License) -> License:
    return License.objects.get(pk=license.pk)


def work() -> None:
    """What the worker does all the time."""
    link_waiting()
    begin_periods()


@pytest.fixture
def acme(now: Any, portals: Portals) -> Portals:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    return portals


def test_period_begins_when_the_app_is_opened(now: Any, portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host(), months=1)
    now.shift(20 * DAY)
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    license = fresh(license)
    assert (license.status, license.begins_by) == ("active", None)
    assert (license.starts_at, license.valid_until) == (clock.now(), add_months(clock.now(), 1))


def test_period_waits_thirty_days_and_no_longer(now: Any, buy: Buy) -> None:
    license = buy(portal="acme.bitrix24.com", months=1)
    latest = START + 30 * DAY
    now.move_to(latest - timedelta(seconds=1))
    work()
    assert fresh(license).begins_by == latest
    now.move_to(latest + timedelta(hours=3))  # the worker comes late
    work()
    license = fresh(license)
    assert (license.status, license.begins_by) == ("pending", None)
    assert (license.starts_at, license.valid_until) == (latest, add_months(latest, 1))


def test_worker_that_stood_still_for_long_begins_what_follows_too(now: Any, buy: Buy) -> None:
    license = buy(portal="acme.bitrix24.com", months=1)
    buy(portal="acme.bitrix24.com", months=3)
    latest = START + 30 * DAY
    now.move_to(latest + 45 * DAY)
    work()
    assert fresh(license).valid_until == add_months(latest, 4)
    assert list(checks()) == []


def test_what_is_bought_while_the_first_waits_follows_it(now: Any, buy: Buy, portals: Portals) -> None:
    license = buy(portal=portals.host(), months=1)
    now.shift(10 * DAY)
    assert buy(portal=portals.host(), months=3).pk == license.pk
    assert fresh(license).valid_until == add_months(START + 30 * DAY, 4)
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    assert fresh(license).valid_until == add_months(clock.now(), 4)


def test_product_may_begin_with_the_payment(now: Any, buy: Buy) -> None:
    license = buy(portal="acme.bitrix24.com", months=1, starts_at_payment=True)
    assert (license.status, license.begins_by, license.valid_until) == ("pending", None, add_months(START, 1))


def test_known_portal_begins_with_the_payment(acme: Portals, buy: Buy) -> None:
    license = buy(portal=acme.host(), months=1)
    assert (license.status, license.starts_at, license.begins_by) == ("active", START, None)


def test_expired_license_in_its_portal_runs_again_from_the_payment(acme: Portals, now: Any, buy: Buy) -> None:
    license = buy(portal=acme.host(), months=1)
    now.shift(100 * DAY)
    license = buy(extends=license, months=1)
    assert (license.begins_by, license.valid_until) == (None, add_months(clock.now(), 1))


def test_expired_license_without_a_portal_waits_again(now: Any, buy: Buy) -> None:
    license = buy(portal="acme.bitrix24.com", months=1)
    now.shift(30 * DAY)
    work()
    now.shift(100 * DAY)
    license = buy(extends=license, months=1)
    assert license.begins_by == clock.now() + 30 * DAY
    assert effective_status(license, clock.now()) == "pending"


class TestBehindAnothersLicense:
    """Somebody else's license has the portal: paid time stands still until it is free."""

    @pytest.fixture
    def first(self, acme: Portals, buy: Buy, make_customer: Any) -> License:
        return buy(portal=acme.host(), months=12, customer=make_customer("first@example.com"))

    @pytest.fixture
    def second(self, first: License, acme: Portals, buy: Buy) -> License:
        return buy(portal=acme.host(), months=1, plan="pro")

    def test_it_is_scheduled(self, second: License, now: Any) -> None:
        assert (second.status, effective_status(second, START)) == ("pending", "scheduled")
        assert second.begins_by > add_months(START, 12)
        now.shift(45 * DAY)
        work()
        assert effective_status(fresh(second), clock.now()) == "scheduled"

    def test_it_begins_when_that_one_ends(
        self, first: License, second: License, now: Any, run_jobs: Any, mailoutbox: Any
    ) -> None:
        now.move_to(first.valid_until - timedelta(seconds=1))
        work()
        assert fresh(second).status == "pending"
        now.move_to(first.valid_until)
        work()
        second = fresh(second)
        assert (second.status, second.valid_until) == ("active", add_months(first.valid_until, 1))
        assert (fresh(first).status, second.plan_name) == ("pending", "Pro")
        run_jobs()
        assert [mail.subject for mail in mailoutbox if mail.to == [second.customer.email]][-1].endswith(
            f"is active in {second.portal_address}"
        )

    def test_it_waits_longer_when_that_one_is_extended(
        self, first: License, second: License, now: Any, buy: Buy
    ) -> None:
        now.shift(300 * DAY)
        buy(extends=first, months=12, customer=first.customer)
        now.move_to(first.valid_until + DAY)
        work()
        assert fresh(second).status == "pending"
        now.move_to(add_months(START, 24))
        work()
        assert fresh(second).valid_until == add_months(START, 25)

    def test_it_begins_at_once_when_that_one_is_refunded(self, first: License, second: License, now: Any) -> None:
        now.shift(45 * DAY)
        refunded(first.periods.get().invoice_line.invoice)
        work()
        assert (fresh(second).status, fresh(second).starts_at) == ("active", clock.now())

    def test_it_waits_for_the_app_once_the_portal_is_free(
        self, first: License, second: License, now: Any, acme: Portals
    ) -> None:
        now.shift(45 * DAY)
        mark_uninstalled(Installation.objects.get())
        refunded(first.periods.get().invoice_line.invoice)
        freed_at = clock.now()
        work()
        second = fresh(second)
        assert (second.link_problem, second.begins_by) == ("", freed_at + 30 * DAY)
        now.shift(10 * DAY)
        acme.stand_in.install("acme", "yeastar-s")
        acme.open()
        assert (fresh(second).status, fresh(second).starts_at) == ("active", clock.now())

    def test_whoever_extends_too_late_waits_in_turn(self, first: License, second: License, now: Any, buy: Buy) -> None:
        now.move_to(first.valid_until + DAY)
        work()
        first = buy(extends=first, months=3, customer=first.customer)
        assert effective_status(first, clock.now()) == "scheduled"
        now.move_to(fresh(second).valid_until)
        work()
        assert fresh(first).status == "active"
        assert fresh(first).valid_until == add_months(clock.now(), 3)
        assert list(checks()) == []


def test_running_time_stops_when_another_turns_out_to_have_the_portal(
    now: Any, portals: Portals, buy: Buy, make_customer: Any
) -> None:
    """Both were bought before the app was there; both have begun by the calendar; one of them gets the portal."""
    first = buy(portal=portals.host(), months=1, customer=make_customer("first@example.com"))
    second = buy(portal=portals.host(), months=3)
    now.shift(40 * DAY)
    begin_periods()
    assert fresh(second).begins_by is None
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    first, second = fresh(first), fresh(second)
    assert (first.status, effective_status(second, clock.now())) == ("active", "scheduled")
    left = second.periods.get().days
    assert left == (add_months(START + 30 * DAY, 3) - clock.now()).days
    now.move_to(first.valid_until)
    work()
    assert fresh(second).valid_until == first.valid_until + left * DAY
    assert list(checks()) == []


def test_refund_of_the_running_period_lets_the_next_begin_in_its_portal(
    acme: Portals, customer: Any, product: Any, now: Any
) -> None:
    first = make_invoice(customer, product, portal=acme.host(), months=12)
    [license] = paid(first)
    paid(make_invoice(customer, product, portal=acme.host(), months=1))
    now.shift(5 * DAY)
    refunded(first)
    license = fresh(license)
    assert (license.status, license.valid_until) == ("active", add_months(clock.now(), 1))
