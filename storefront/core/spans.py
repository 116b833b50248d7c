"""Spans of whole days in the shop's time zone (settings.TIME_ZONE), whatever the reader's."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils import timezone

_DAY = timedelta(days=1)


def zone() -> tzinfo:
    """The shop's time zone, not the one that the user chose for their back office."""
    return timezone.get_default_timezone()


def begins(day: date) -> datetime:
    """The first instant of a day, aware."""
    return datetime.combine(day, time.min, tzinfo=zone())


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
        return begins(self.last + _DAY)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def months(self) -> list[date]:
        """The first days of all months it touches."""
        first, found = self.first.replace(day=1), []
        while first <= self.last:
            found.append(first)
            first = shifted(first, 1)
        return found

    @property
    def before(self) -> Span:
        """As many days, right before."""
        length = self.last - self.first + _DAY
        return Span(self.first - length, self.first - _DAY)

    @property
    def with_before(self) -> Span:
        return Span(self.before.first, self.last)


def months_from(day: date, count: int) -> Span:
    """``count`` calendar months, the first of them that of ``day``."""
    first = day.replace(day=1)
    return Span(first, shifted(first, count) - _DAY)


def whole_months(span: Span) -> int:
    """How many calendar months a span consists of; 0 if it is not made of whole ones."""
    is_whole = span.first.day == 1 and span.last.day == monthrange(span.last.year, span.last.month)[1]
    return len(span.months) if is_whole else 0


def shifted(first: date, months: int) -> date:
    """The first day of the month that lies ``months`` after (or, below zero, before) that of ``first``."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
