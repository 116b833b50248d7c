"""The days that the dashboard shows, and when a day is over."""

from __future__ import annotations

from datetime import date, timedelta

from storefront.core import clock
from storefront.core.spans import Span, begins

#: The dashboard shows so many days and compares them with as many before.
DAYS = 30
#: How long after midnight a process may still record a visit of the day before.
LATE = timedelta(minutes=15)


def is_closed(day: date) -> bool:
    """Whether no more visits are recorded for a day."""
    return clock.now() >= begins(day + timedelta(days=1)) + LATE


def latest() -> Span:
    """The last ``DAYS`` days, today being the last of them."""
    last = clock.today()
    return Span(last - timedelta(days=DAYS - 1), last)
