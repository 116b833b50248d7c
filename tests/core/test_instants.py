"""A day that is named counts to its end, wherever the shop is and whatever its clocks do."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from storefront.core import clock, instants

TICK = timedelta(microseconds=1)
#: 23 and 25 hours; midnight skipped (Cairo, Beirut, Asuncion), midnight twice (Havana), a day skipped (Apia 2011).
ODD_ZONES = [
    "Europe/Berlin", "America/New_York", "Africa/Cairo", "Asia/Beirut", "America/Asuncion", "America/Havana",
    "America/Sao_Paulo", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC",
]  # fmt: skip
MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(ODD_ZONES)


@given(moment=MOMENTS, zone=ZONES, days=st.integers(0, 400))
def test_day_ends_when_the_next_one_begins(moment: datetime, zone: str, days: int) -> None:
    with override_settings(TIME_ZONE=zone):
        end = instants.end_of_day(moment, days=days)
        assert end > moment
        assert instants.day_of(end - TICK) < instants.day_of(end)
        if days == 0:
            assert instants.day_of(end - TICK) == instants.day_of(moment)
        assert instants.days_between(moment, end) >= days


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_every_day_of_twenty_years_ends_and_is_said_as_a_day(zone: str, settings: Any) -> None:
    settings.TIME_ZONE = zone
    end = instants.end_of_day(datetime(2005, 1, 1, tzinfo=UTC))
    for _ in range(20 * 365):
        day = instants.day_of(end - TICK)
        assert instants.deadline(end).startswith(f"the end of {day.day} {day:%B %Y} (UTC")
        end = instants.end_of_day(end)


@given(moment=MOMENTS, zone=ZONES)
def test_deadline_names_an_hour_unless_it_is_the_end_of_a_day(moment: datetime, zone: str) -> None:
    with override_settings(TIME_ZONE=zone):
        local = moment.astimezone(ZoneInfo(zone))
        said = instants.deadline(moment)
        is_end = instants.day_of(moment - TICK) != instants.day_of(moment)
        assert said.startswith("the end of") == is_end
        assert is_end or f"{local:%H:%M}" in said


@pytest.mark.parametrize(
    ("zone", "said", "short"),
    [
        ("UTC", "13 December 2026, 12:35 UTC", "13 Dec 2026, 12:35 UTC"),
        ("Europe/Berlin", "13 December 2026, 13:35 UTC+1", "13 Dec 2026, 13:35 UTC+1"),
        ("Asia/Kolkata", "13 December 2026, 18:05 UTC+5:30", "13 Dec 2026, 18:05 UTC+5:30"),
        ("America/New_York", "13 December 2026, 07:35 UTC−5", "13 Dec 2026, 07:35 UTC−5"),
        ("America/St_Johns", "13 December 2026, 09:05 UTC−3:30", "13 Dec 2026, 09:05 UTC−3:30"),
    ],
)
def test_instant_is_said_with_its_hour_and_zone(zone: str, said: str, short: str, settings: Any) -> None:
    settings.TIME_ZONE = zone
    moment = datetime(2026, 12, 13, 12, 35, tzinfo=UTC)
    assert (instants.instant(moment), instants.instant(moment, "short")) == (said, short)


def test_no_template_names_the_bare_day_of_an_end() -> None:
    """What ends is written by ``|instant`` or ``|deadline``; ``|date`` is for what has happened, and for days."""
    templates = Path(__file__).parents[2] / "templates"
    bare = re.compile(r"[\w.]*(?:due_at|valid_until|ends_at|grace_until|end_datetime|expires_at|void_on)\|date\b")
    statistics = templates / "cms" / "statistics"
    found = [
        f"{path.relative_to(templates)}: {match}"
        for path in templates.rglob("*.*")
        if path.suffix in {".html", ".txt"} and statistics not in path.parents
        for match in bare.findall(path.read_text())
    ]
    assert found == []


def test_instants_speak_the_readers_language() -> None:
    moment = datetime(2026, 12, 13, 12, 35, tzinfo=UTC)
    with translation.override("ru"):
        assert instants.instant(moment) == "13 декабря 2026, 12:35 UTC"
        assert instants.deadline(moment) == "13 декабря 2026, 12:35 UTC"
        assert instants.deadline(datetime(2026, 12, 14, tzinfo=UTC)) == "13 декабря 2026 включительно (UTC)"


def test_due_day_is_the_shops_whoever_looks(settings: Any) -> None:
    """Staff work in time zones of their own; the day that counts is the shop's, with its zone named."""
    settings.TIME_ZONE = "Europe/Berlin"
    with timezone.override("Asia/Tokyo"):
        assert instants.deadline(datetime(2026, 12, 13, 23, tzinfo=UTC)) == "the end of 13 December 2026 (UTC+1)"
        assert instants.deadline(datetime(2026, 12, 13, 22, tzinfo=UTC)) == "13 December 2026, 23:00 UTC+1"
        assert instants.instant(datetime(2026, 12, 13, 22, tzinfo=UTC)) == "14 December 2026, 07:00 UTC+9"


def test_last_day_before_an_end(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    assert instants.last_day(datetime(2026, 12, 13, 23, tzinfo=UTC)) == date(2026, 12, 13)
    assert instants.last_day(datetime(2026, 12, 13, 23, 0, 1, tzinfo=UTC)) == date(2026, 12, 14)


def test_today_is_the_shops_day(settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Kiritimati"
    with timezone.override("Pacific/Pago_Pago"):  # 25 hours behind
        assert clock.today() == instants.day_of(clock.now())


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-12-12T23:59", "2026-12-13T00:00", 1),
        ("2026-12-13T00:00", "2026-12-13T23:59", 0),
        ("2026-03-28T12:00", "2026-03-30T01:00", 2),
    ],
)
def test_days_between_are_midnights(start: str, end: str, days: int) -> None:
    at = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end)]
    assert instants.days_between(*at) == days
    assert instants.day_of(at[0]) == date.fromisoformat(start[:10])
