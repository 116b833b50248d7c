"""Time zones that people can choose from."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from django.conf import settings

#: Names of the list that are kept for old files, and those of no place.
_NO_PLACES = ("Etc/", "posix/", "right/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")
#: Of countries with several, the one that most people live in.
_MAIN = {
    "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin", "ES": "Europe/Madrid", "KZ": "Asia/Almaty", "MX": "America/Mexico_City",
    "PT": "Europe/Lisbon", "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}  # fmt: skip


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Those of places ("Europe/Berlin"), with UTC before them."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(_NO_PLACES))
    return ("UTC", *sorted(places))


def of_country(country: str) -> str:
    """The likeliest one in a country (ISO 3166-1, two letters); the shop's where that is not known."""
    if main := _MAIN.get(country.upper()):
        return main
    zones = get_global("territory_zones").get(country.upper(), [])
    known = [name for name in zones if name in names()]
    return known[0] if len(known) == 1 else settings.TIME_ZONE


def zone(name: str) -> ZoneInfo:
    """The zone of a name; the shop's for one that is not known (any more)."""
    return ZoneInfo(name if name in available_timezones() else settings.TIME_ZONE)
