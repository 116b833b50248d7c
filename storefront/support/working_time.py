"""Working hours: when so many of them are over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

#: No answer is due later than this; it also ends the search where somebody opens for a minute a week.
LONGEST = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Shift:
    """From when to when on a day of the week (Monday is 0), in local time."""

    weekday: int
    opens: time
    closes: time


def after(start: datetime, working: timedelta, *, shifts: Sequence[Shift], zone: tzinfo) -> datetime:
    """The moment (UTC) at which ``working`` of working time since ``start`` (aware) is over. Without shifts every hour
    counts. A shift lasts as long as it really lasts, also on the day on which clocks are changed."""
    begin = start.astimezone(UTC)
    if not shifts or working <= timedelta(0):
        return begin + working
    left = working
    for opens, closes in _opened(begin, shifts, zone):
        opens = max(opens, begin)
        if closes - opens >= left:
            return opens + left
        left -= max(closes - opens, timedelta(0))
    return begin + LONGEST


def _opened(begin: datetime, shifts: Sequence[Shift], zone: tzinfo) -> Iterable[tuple[datetime, datetime]]:
    """The shifts that end after ``begin``, one after the other, in UTC."""
    day = begin.astimezone(zone).date()
    last = day + LONGEST
    in_order = sorted(shifts, key=lambda shift: (shift.weekday, shift.opens))
    while day < last:
        for shift in in_order:
            if shift.weekday == day.weekday():
                opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in (shift.opens, shift.closes))
                if closes > begin:
                    yield opens, closes
        day += timedelta(days=1)
