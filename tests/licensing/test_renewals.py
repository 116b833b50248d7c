"""Notices of a coming end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from storefront.core import clock
from storefront.licensing.models import License
from storefront.licensing.services.renewals import send_ending_notices
from storefront.notifications.models import OutboxMessage
from tests.licensing.conftest import Portals, disputed, make_invoice, paid, refunded

START = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
Buy = Callable[..., License]


@pytest.fixture
def now() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def told() -> list[int]:
    rows = OutboxMessage.objects.filter(payload__template="license_ending").order_by("pk")
    return [int(row.key.rsplit(":", 1)[1]) for row in rows]


def test_each_step_is_told_once_whenever_the_job_runs(buy: Buy, now: Any) -> None:
    license = buy(months=12)
    now.move_to(license.valid_until - timedelta(days=31))
    while clock.now() < license.valid_until + timedelta(days=1):
        send_ending_notices()
        now.shift(timedelta(hours=6))
    assert told() == [30, 14, 7, 1]


def test_after_a_standstill_only_the_nearest_step_is_told(buy: Buy, now: Any) -> None:
    license = buy(months=12)
    now.move_to(license.valid_until - timedelta(days=5))
    assert (send_ending_notices(), send_ending_notices()) == (1, 0)
    assert told() == [7]
    now.move_to(license.valid_until - timedelta(hours=3))
    send_ending_notices()
    assert told() == [7, 1]


def test_nothing_is_told_after_the_end(buy: Buy, now: Any) -> None:
    license = buy(months=12)
    now.move_to(license.valid_until)
    assert send_ending_notices() == 0


@pytest.mark.parametrize(("months", "steps"), [(1, [7, 1]), (3, [14, 7, 1]), (6, [30, 14, 7, 1]), (12, [30, 14, 7, 1])])
def test_short_period_has_fewer_notices(buy: Buy, now: Any, months: int, steps: list[int]) -> None:
    license = buy(months=months)
    while clock.now() < license.valid_until + timedelta(days=1):
        send_ending_notices()
        now.shift(timedelta(hours=12))
    assert told() == steps


def test_what_has_not_begun_has_no_end_to_tell_of(portals: Portals, buy: Buy, now: Any, make_customer: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    first = buy(portal=portals.host(), months=12, customer=make_customer("first@example.com"))
    second = buy(portal=portals.host(), months=1)
    now.move_to(second.valid_until - timedelta(days=1))
    buy(extends=first, customer=first.customer)
    send_ending_notices()
    assert told() == []


def test_extension_starts_the_count_anew(buy: Buy, now: Any) -> None:
    license = buy(months=12)
    now.move_to(license.valid_until - timedelta(days=6))
    send_ending_notices()
    extended = buy(months=12, extends=license)
    assert send_ending_notices() == 0
    now.move_to(extended.valid_until - timedelta(days=29))
    send_ending_notices()
    assert told() == [7, 30]


@pytest.mark.parametrize("end", [refunded, disputed])
def test_revoked_and_suspended_licenses_are_not_told(customer: Any, product: Any, now: Any, end: Any) -> None:
    invoice = make_invoice(customer, product)
    license = paid(invoice)[0]
    end(invoice)
    now.move_to(license.valid_until - timedelta(days=7))
    assert send_ending_notices() == 0


def test_mail_says_how_long_and_how_to_extend(buy: Buy, now: Any, run_jobs: Any, mailoutbox: Any, client: Any) -> None:
    from storefront.licensing.links import read_extend_token

    license = buy(months=12, portal="acme.bitrix24.com")
    now.move_to(license.valid_until - timedelta(days=7))
    send_ending_notices()
    run_jobs()
    mail = mailoutbox[-1]
    assert "7 days" in mail.subject + mail.body
    token = mail.body.split("/basket/extend/")[1].split("/")[0]
    assert read_extend_token(token) == license.public_id
    now.shift(timedelta(days=46))
    assert read_extend_token(token) is None
    assert read_extend_token(token + "x") is None
