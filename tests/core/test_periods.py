from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.core.periods import add_months


@pytest.mark.parametrize(
    ("anchor", "months", "expected"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2026, 1, 31), 2, (2026, 3, 31)),
        ((2027, 12, 31), 2, (2028, 2, 29)),
        ((2028, 2, 29), 12, (2029, 2, 28)),
        ((2028, 2, 29), 48, (2032, 2, 29)),
        ((2026, 11, 21), 12, (2027, 11, 21)),
    ],
)
def test_month_ends_are_clamped_and_come_back(anchor, months, expected):
    assert add_months(datetime(*anchor, 13, 5, tzinfo=UTC), months) == datetime(*expected, 13, 5, tzinfo=UTC)


@given(
    day=st.integers(0, 1460).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=n)),
    months=st.integers(0, 119),
)
def test_periods_from_an_anchor_are_monotone_and_keep_the_day_where_it_exists(day, months):
    here, after = add_months(day, months), add_months(day, months + 1)
    assert here < after
    assert (after.year * 12 + after.month) - (here.year * 12 + here.month) == 1
    assert here.day == day.day or (here.day < day.day and (here + timedelta(days=1)).day == 1)
