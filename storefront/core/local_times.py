"""Times of day in a time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def last_at(hour: int, minute: int, *, before: datetime, zone: ZoneInfo) -> datetime:
    """The last time that clocks in ``zone`` show that time before an instant (aware), UTC."""
    day = before.astimezone(zone).date()
    while True:
        found = datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
        if found < before:
            return found
        day -= timedelta(days=1)


def next_at(hour: int, minute: int, *, after: datetime, zone: ZoneInfo) -> datetime:
    """The first time that clocks in ``zone`` show that time at an instant (aware) or after it, UTC."""
    day = after.astimezone(zone).date()
    while True:
        found = datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
        if found >= after:
            return found
        day += timedelta(days=1)
