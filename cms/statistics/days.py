"""The calendar of the figures: whole days in the shop's time zone (settings.TIME_ZONE), whatever the reader's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils import timezone

from storefront.core import clock

#: The dashboard shows so many days and compares them with as many before.
DAYS = 30
#: How long after midnight a process may still record a visit of the day before.
LATE = timedelta(minutes=15)


def zone() -> tzinfo:
    """The shop's time zone, not the one that the user chose for their back office."""
    return timezone.get_default_timezone()


def today() -> date:
    return clock.now().astimezone(zone()).date()


def begins(day: date) -> datetime:
    """The first instant of a day, aware."""
    return datetime.combine(day, time.min, tzinfo=zone())


def is_closed(day: date) -> bool:
    """Whether no more visits are recorded for a day."""
    return clock.now() >= begins(day + timedelta(days=1)) + LATE


@dataclass(frozen=True, slots=True)
class Span:
    """The days ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return begins(self.first)

    @property
    def end(self) -> datetime:
        """Exclusive: for ``>= start`` and ``< end``."""
        return begins(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> Span:
        """As many days, right before."""
        length = self.last - self.first + timedelta(days=1)
        return Span(self.first - length, self.first - timedelta(days=1))

    @property
    def with_before(self) -> Span:
        return Span(self.before.first, self.last)


def latest() -> Span:
    """The last ``DAYS`` days, today being the last of them."""
    last = today()
    return Span(last - timedelta(days=DAYS - 1), last)
