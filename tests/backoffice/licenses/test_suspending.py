"""The day until which staff suspend a license is a day of the shop's calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import override_settings

from storefront.core import clock
from storefront.core.instants import day_of
from storefront.licensing.models import License
from tests.backoffice.licenses.conftest import Act

pytestmark = pytest.mark.django_db

CASES = [
    ("Europe/Moscow", datetime(2026, 3, 10, 22, 30, tzinfo=UTC), date(2026, 3, 11)),
    ("America/New_York", datetime(2026, 3, 11, 2, 0, tzinfo=UTC), date(2026, 3, 10)),
]


@pytest.fixture(params=CASES, ids=[zone for zone, _, _ in CASES])
def today(request: Any) -> Iterator[date]:
    """The shop's day, close to midnight, where UTC has another one."""
    zone, moment, day = request.param
    with override_settings(TIME_ZONE=zone), time_machine.travel(moment, tick=False):
        yield day


@pytest.fixture
def active(buy: Any) -> License:
    return buy()  # type: ignore[no-any-return]


@pytest.mark.parametrize("days", [0, 1, 14])
def test_it_ends_with_the_day_that_was_chosen(today: date, act: Act, active: License, days: int) -> None:
    assert clock.today() == today
    until = today + timedelta(days=days)
    preview = act("suspend", active, time="runs", until=until.isoformat())
    end = License.objects.get().suspended_until
    assert end is not None and day_of(end - timedelta(microseconds=1)) == until
    assert any(f"until the end of {until.day} March 2026" in sentence for sentence in preview)


def test_yesterday_is_over(today: date, act: Act, active: License) -> None:
    answer = act("suspend", active, time="runs", until=(today - timedelta(days=1)).isoformat())
    assert answer.status_code == 422 and License.objects.get().suspended_until is None
