"""Points in time as people read them: with hour and time zone, or as a whole day that counts to its end.

A date alone is ambiguous: readers expect it to last until midnight, in some time zone. So an end is either the end of a
day in the shop's zone (settings.TIME_ZONE), written as that day, or it is written with its hour.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

_TICK = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)


def day_of(moment: datetime) -> date:
    """The date of an aware ``moment`` in the shop's time zone."""
    return moment.astimezone(timezone.get_default_timezone()).date()


def end_of_day(moment: datetime, *, days: int = 0) -> datetime:
    """The instant (UTC) at which the shop's day of ``moment`` is over, or the day ``days`` later.

    It is the first instant of the next day, and so correct for days of 23 and 25 hours.
    """
    # A midnight that clocks skip: fold=0 reads it by the offset before, which is the very instant they skip it.
    midnight = datetime.combine(day_of(moment) + timedelta(days=days + 1), time.min, timezone.get_default_timezone())
    return midnight.astimezone(UTC)


def last_day(end: datetime) -> date:
    """The last day, in the shop's time zone, of what ends at ``end``: the day before where that is a midnight."""
    return day_of(end - _TICK)


def beginning_of_year(moment: datetime, *, years_before: int = 0) -> datetime:
    """The instant (UTC) at which the shop's year of ``moment`` began, or one so many years earlier."""
    year = day_of(moment).year - years_before
    return datetime(year, 1, 1, tzinfo=timezone.get_default_timezone()).astimezone(UTC)


def days_between(start: datetime, end: datetime) -> int:
    """How many of the shop's midnights lie between two instants: 1 from this evening to tomorrow morning."""
    return (day_of(end) - day_of(start)).days


def instant(moment: datetime, style: str = "") -> str:
    """``13 December 2026, 12:35 UTC`` in the active language and time zone; ``style="short"``: ``13 Dec 2026, ...``."""
    local = timezone.localtime(moment)
    written = "SHORT_DATETIME_FORMAT" if style == "short" else "j E Y, H:i"
    return f"{date_format(local, written)} {_zone(local)}"


def deadline(moment: datetime) -> str:
    """The end of something, to follow 'until' or 'by', in the shop's time zone.

    ``the end of 13 December 2026 (UTC)`` where the whole day counts, else ``13 December 2026, 12:35 UTC``.
    """
    shop = timezone.get_default_timezone()
    last = moment.astimezone(UTC) - _TICK
    if end_of_day(last) != moment.astimezone(UTC):
        with timezone.override(shop):
            return instant(moment)
    local = last.astimezone(shop)
    return _("the end of %(day)s (%(zone)s)") % {"day": date_format(local, "j E Y"), "zone": _zone(local)}


def zone_name(zone: tzinfo | None = None) -> str:
    """The active time zone (or ``zone``) with its present offset: ``Europe/Berlin, UTC+1``; ``UTC`` alone is enough."""
    zone = zone or timezone.get_current_timezone()
    offset = _zone(timezone.now().astimezone(zone))
    return offset if str(zone) == offset else f"{zone}, {offset}"


def _zone(local: datetime) -> str:
    """``UTC``, ``UTC+3``, ``UTC+5:30``: readable everywhere, where abbreviations (IST, CST) name several zones."""
    minutes = (local.utcoffset() or timedelta(0)) // _MINUTE
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02d}" if rest else "")
