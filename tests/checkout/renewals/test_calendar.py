"""The days of renewals over three years, from every awkward day, wherever the customer lives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.core.periods import add_months
from storefront.licensing.models import License
from storefront.licensing.subscriptions import planning, timing

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Almaty", "America/Santiago"]
ANCHORS = [(2027, 1, 29), (2027, 1, 30), (2027, 1, 31), (2028, 2, 29), (2027, 10, 31)]


@given(
    day=st.sampled_from(ANCHORS), minutes=st.integers(0, 24 * 60 - 1), zone=st.sampled_from(ZONES),
    months=st.sampled_from([1, 3, 6, 12]), seed=st.integers(1, 10_000),
)  # fmt: skip
def test_each_period_has_one_day_that_is_a_morning_before_its_end(
    day: tuple[int, int, int], minutes: int, zone: str, months: int, seed: int
) -> None:
    anchor = datetime(*day, tzinfo=UTC) + timedelta(minutes=minutes)
    place, before = ZoneInfo(zone), None
    for number in range(1, 36 // months + 1):
        end = add_months(anchor, number * months)
        due = timing.due_at(end, place, seed)
        assert end - timedelta(hours=27) <= due < end - timing.BEFORE_END
        assert timing.is_morning(due, place) and timing.next_morning(due, place) == due
        assert before is None or due - before > timedelta(days=27 * months)
        before = due


@given(day=st.sampled_from(ANCHORS), skipped=st.integers(1, 24))
def test_a_skipped_period_keeps_the_day_of_the_month(day: tuple[int, int, int], skipped: int) -> None:
    anchor = datetime(*day, 10, tzinfo=UTC)
    license = License(anchor_at=anchor, months=1, valid_until=add_months(anchor, 1))
    assert planning.end_after(license, skipped) == add_months(anchor, 1 + skipped)


@pytest.mark.parametrize(("months", "days"), [(1, (3,)), (3, (3,)), (6, (30, 7)), (12, (30, 7)), (24, (30, 7))])
def test_long_periods_are_announced_twice(months: int, days: tuple[int, ...]) -> None:
    assert timing.notice_days(months) == days
