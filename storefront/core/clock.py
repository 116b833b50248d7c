"""The one source of time."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The current instant, aware, UTC. Everything that asks for time asks here, so that tests can move it."""
    return timezone.now()


def today() -> date:
    """Today's date in the shop's own time zone (settings.TIME_ZONE), whatever zone a member of staff works in."""
    return timezone.localdate(timezone=timezone.get_default_timezone())
