"""The one source of time."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The current time, aware, UTC. All code asks here, so that tests can move it."""
    return timezone.now()


def today() -> date:
    """Today's date in the shop's time zone (settings.TIME_ZONE), not in that of a member of staff."""
    return timezone.localdate(timezone=timezone.get_default_timezone())
