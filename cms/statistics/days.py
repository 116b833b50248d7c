"""The calendar of the figures: whole days in the shop's own time zone (settings.TIME_ZONE), whoever looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils import timezone

from storefront.core import clock

#: How many days the dashboard looks back; the days before them are what they are compared with.
DAYS = 30
#: After midnight, how long a process may still write down what it saw on the day before.
LATE = timedelta(minutes=15)


def zone() -> tzinfo:
    """The shop's time zone, not the one that somebody chose for his own back office."""
    return timezone.get_default_timezone()


def today() -> date:
    return clock.now().astimezone(zone()).date()


def begins(day: date) -> datetime:
    """The first instant of a day, aware."""
    return datetime.combine(day, time.min, tzinfo=zone())


def is_closed(day: date) -> bool:
    """Whether nothing more may be counted for a day."""
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
        """The instant after the last one: for ``>= start`` and ``< end``."""
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
