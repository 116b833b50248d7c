"""The calendar of licenses, against an oracle that counts days by hand and knows nothing of the product's code."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storefront.core.periods import add_months
from storefront.licensing.models import License
from storefront.licensing.validity import (
    Period,
    Span,
    Unused,
    converted_days,
    days_left,
    effective_status,
    following,
    lay_out,
    notice_steps,
    unused_value,
)

GRACE = timedelta(days=14)
FIRST_DAY = datetime(2024, 1, 1, 23, 59, 59, tzinfo=UTC)
ANCHORS = [FIRST_DAY + timedelta(days=number) for number in range(1461)]  # four years, one 29 February
ZONES = ["UTC", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Europe/Berlin"]
LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def walk(anchor: datetime) -> Iterator[datetime]:
    """Walk month by month, counting each month's days: the end after one month, after two, and so on."""
    year, month = anchor.year, anchor.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        leap = month == 2 and (year % 400 == 0 or (year % 4 == 0 and year % 100 != 0))
        yield anchor.replace(year=year, month=month, day=min(anchor.day, LENGTHS[month - 1] + leap))


def oracle(anchor: datetime, months: int) -> datetime:
    return next(islice(walk(anchor), months - 1, None))


@cache
def ten_years(anchor: datetime) -> list[datetime]:
    """The ends of 120 months; walked once for all zones and both tests."""
    return list(islice(walk(anchor), 120))


@pytest.fixture(params=ZONES)
def server_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_every_month_of_ten_years_from_every_day_of_four(server_zone: None) -> None:
    for anchor in ANCHORS:
        before = anchor
        for months, expected in enumerate(ten_years(anchor), start=1):
            after = add_months(anchor, months)
            assert after == expected
            assert timedelta(days=28) <= after - before <= timedelta(days=31)
            before = after


def test_monthly_extension_for_ten_years_leaves_no_gap_and_never_loses_the_day() -> None:
    for anchor in ANCHORS:
        [span] = lay_out([Period(1)], now=anchor, begins_at=anchor)
        for expected in ten_years(anchor)[1:]:
            after = following(span, Period(1))
            assert after.starts_at == span.ends_at
            assert after.ends_at == expected
            span = after


@pytest.mark.parametrize(
    ("anchor", "ends"),
    [
        ("2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("2028-01-31", ["2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]),
        ("2028-02-29", ["2028-03-29", "2028-04-29", "2028-05-29", "2028-06-29"]),
        ("2026-08-31", ["2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31"]),
    ],
)
def test_month_ends_by_rule(anchor: str, ends: list[str]) -> None:
    start = datetime.fromisoformat(anchor).replace(tzinfo=UTC)
    spans = lay_out([Period(1)] * 4, now=start, begins_at=start)
    assert [f"{span.ends_at:%Y-%m-%d}" for span in spans] == ends


def test_29_february_comes_back_in_leap_years() -> None:
    start = datetime(2024, 2, 29, tzinfo=UTC)
    assert [f"{add_months(start, 12 * years):%m-%d}" for years in range(1, 5)] == ["02-28", "02-28", "02-28", "02-29"]


lengths = st.one_of(
    st.sampled_from([1, 3, 6, 12]).map(Period), st.integers(1, 400).map(lambda days: Period(months=1, days=days))
)


@settings(max_examples=300, deadline=None)
@given(anchor=st.sampled_from(ANCHORS), periods=st.lists(lengths, min_size=1, max_size=12), wait=st.integers(0, 60))
def test_any_ledger_lies_without_gap_and_gives_what_was_paid(
    anchor: datetime, periods: list[Period], wait: int
) -> None:
    start = anchor + timedelta(days=wait)
    spans = lay_out(periods, now=anchor, begins_at=start)
    assert spans[0].starts_at == start
    for period, span, before in zip(periods, spans, [None, *spans], strict=False):
        assert before is None or span.starts_at == before.ends_at
        if period.days is not None:
            assert span.ends_at - span.starts_at == timedelta(days=period.days)
        else:
            assert span.ends_at == oracle(span.anchor_at, span.anchor_months)
            assert timedelta(days=28 * period.months) <= span.ends_at - span.starts_at
            assert span.ends_at - span.starts_at <= timedelta(days=31 * period.months)


@settings(max_examples=300, deadline=None)
@given(periods=st.lists(lengths, min_size=2, max_size=8), days=st.integers(0, 2000))
def test_what_has_begun_stays_and_the_rest_follows_or_begins_when_told(periods: list[Period], days: int) -> None:
    laid = lay_out(periods, now=FIRST_DAY, begins_at=FIRST_DAY)
    now = FIRST_DAY + timedelta(days=days)
    begun = [replace(period, begun=span) for period, span in zip(periods, laid, strict=True) if span.starts_at <= now]
    later = lay_out([*begun, *periods[len(begun) :], Period(3)], now=now, begins_at=now + timedelta(days=5))
    assert later[: len(laid)] == laid
    ended = laid[-1].ends_at <= now
    assert later[-1].starts_at == (now + timedelta(days=5) if ended else laid[-1].ends_at)


def test_unused_time_is_worth_what_was_paid_for_it() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    [year] = lay_out([Period(12)], now=start, begins_at=start)
    assert unused_value(year, Decimal(365), start) == 365
    assert unused_value(year, Decimal(365), start + timedelta(days=100, hours=12)) == Fraction(529, 2)
    assert unused_value(year, Decimal(365), year.ends_at + timedelta(days=1)) == 0
    assert unused_value(Span(start, start, start, 0), Decimal(365), start) == 0


def test_value_becomes_days_at_the_price_of_the_same_period_rounded_up_once() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    prices = {1: Decimal(31), 12: Decimal("182.50")}  # 1.00 a day by the month, 0.50 by the year
    assert converted_days([Unused(12, Fraction(100))], prices=prices, months=1, now=now) == [200]
    assert converted_days([Unused(1, Fraction(100))], prices=prices, months=12, now=now) == [100]
    assert converted_days([Unused(6, Fraction(100))], prices=prices, months=12, now=now) == [200]  # 6 is not sold
    assert converted_days([Unused(1, Fraction(1, 3))] * 3, prices=prices, months=1, now=now) == [1, 0, 0]
    assert converted_days([], prices=prices, months=1, now=now) == []


@pytest.mark.parametrize(
    ("after_end", "status", "left"),
    [
        (timedelta(days=-30), "active", 30),
        (timedelta(hours=-25), "active", 2),
        (timedelta(seconds=-1), "active", 1),
        (timedelta(0), "grace", 0),
        (GRACE - timedelta(seconds=1), "grace", 0),
        (GRACE, "expired", 0),
        (timedelta(days=400), "expired", 0),
    ],
)
def test_status_by_the_clock(after_end: timedelta, status: str, left: int) -> None:
    end = datetime(2026, 3, 31, tzinfo=UTC)
    license = License(status="active", valid_until=end)
    assert (effective_status(license, end + after_end), days_left(license, end + after_end)) == (status, left)


@pytest.mark.parametrize(("now", "left"), [("13T09:00", 0), ("12T23:59", 1), ("12T00:01", 1), ("11T23:59", 2)])
def test_days_left_lead_to_the_day_that_is_named(now: str, left: int) -> None:
    license = License(status="active", valid_until=datetime(2026, 12, 13, 12, 35, tzinfo=UTC))
    assert days_left(license, datetime.fromisoformat(f"2026-12-{now}+00:00")) == left


@pytest.mark.parametrize("status", ["suspended", "revoked"])
def test_suspended_and_revoked_win_over_the_clock(status: str) -> None:
    license = License(status=status, valid_until=datetime(2026, 3, 31, tzinfo=UTC))
    assert effective_status(license, datetime(2026, 1, 1, tzinfo=UTC)) == status
    assert effective_status(license, datetime(2029, 1, 1, tzinfo=UTC)) == status


def test_license_that_waits_for_its_portal_runs_once_it_has_begun() -> None:
    end = datetime(2026, 3, 31, tzinfo=UTC)
    license = License(status="pending", valid_until=end)
    assert effective_status(license, end) == "pending"
    assert effective_status(license, end + GRACE) == "expired"


@pytest.mark.parametrize(("problem", "status"), [("", "pending"), ("portal_taken", "scheduled")])
def test_license_that_has_not_begun_is_never_over(problem: str, status: str) -> None:
    end = datetime(2026, 3, 31, tzinfo=UTC)
    license = License(status="pending", valid_until=end, begins_by=end, link_problem=problem)
    assert effective_status(license, end + timedelta(days=400)) == status


#: What a customer who buys once is mailed, in days before the end, whatever day of four years they buy on.
NOTICES = """
months  begun with the payment  begun 30 days later  bought on the last day of grace
1       7 1                     7 1                  7 1
3       14 7 1                  14 7 1               14 7 1
6       30 14 7 1               30 14 7 1            30 14 7 1
12      30 14 7 1               30 14 7 1            30 14 7 1
"""


def test_notices_of_every_period_from_every_day_of_the_calendar() -> None:
    lines = ["months  begun with the payment  begun 30 days later  bought on the last day of grace"]
    for months in (1, 3, 6, 12):
        cells = []
        for bought_after in (timedelta(0), timedelta(days=-30), GRACE):
            found = set()
            for anchor in ANCHORS:
                [span] = lay_out([Period(months)], now=anchor, begins_at=anchor)
                steps = notice_steps(span, anchor + bought_after)
                assert all(span.ends_at - timedelta(days=step) > anchor + bought_after for step in steps)
                found.add(" ".join(map(str, steps)))
            assert len(found) == 1, f"{months} months: it depends on the day of the year: {found}"
            cells.append(found.pop())
        lines.append(f"{months:<8}{cells[0]:<24}{cells[1]:<21}{cells[2]}")
    assert lines == NOTICES.strip().splitlines()


@pytest.mark.parametrize(("days", "steps"), [(1, []), (3, []), (4, [1]), (27, [1]), (28, [7, 1]), (55, [7, 1])])
def test_few_days_have_few_notices(days: int, steps: list[int]) -> None:
    [span] = lay_out([Period(1, days=days)], now=FIRST_DAY, begins_at=FIRST_DAY)
    assert notice_steps(span, FIRST_DAY) == steps
