"""When a renewal is announced and charged.

Card networks ask for a reminder 7 to 30 days before each charge where charges are half a year apart or more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from storefront.billing.services import payers
from storefront.core import time_zones
from storefront.core.local_times import last_at, next_at
from storefront.users.models import User

#: Days before the charge on which it is announced: of long periods, and of shorter ones.
LONG_NOTICES, SHORT_NOTICES = (30, 7), (3,)
LONG_MONTHS = 6
#: Charges are made in the morning, where the customer lives: from this hour on, for so long.
FIRST_HOUR, WINDOW = 9, timedelta(hours=2)
#: How long before the license ends it is charged at the latest, if all goes well.
BEFORE_END = timedelta(hours=1)
#: By how much a notice may come late.
SLACK = timedelta(hours=12)


def notice_days(months: int) -> tuple[int, ...]:
    """Days before a charge for so many months on which the customer is told of it, the earliest first."""
    return LONG_NOTICES if months >= LONG_MONTHS else SHORT_NOTICES


def lead(months: int) -> timedelta:
    """How long before the charge the customer must have been told of it."""
    return timedelta(days=min(notice_days(months)))


def zone_of_customer(customer: User) -> ZoneInfo:
    """That of the country of their default payer; the shop's if nothing is known."""
    default = payers.of(customer).filter(is_default=True).first()
    return time_zones.zone(time_zones.of_country(default.country if default else ""))


def due_at(extends_from: datetime, zone: ZoneInfo, seed: int) -> datetime:
    """The last morning before the license ends, UTC. ``seed`` spreads renewals over those two hours."""
    return last_at(FIRST_HOUR, _minute(seed), before=extends_from - BEFORE_END, zone=zone)


def is_morning(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether a charge may be made then."""
    begin = last_at(FIRST_HOUR, 0, before=moment + timedelta(microseconds=1), zone=zone)
    return moment - begin < WINDOW


def next_morning(after: datetime, zone: ZoneInfo, seed: int = 0) -> datetime:
    """The first time at or after an instant at which a charge may be made; UTC."""
    return after if is_morning(after, zone) else next_at(FIRST_HOUR, _minute(seed), after=after, zone=zone)


def _minute(seed: int) -> int:
    return seed * 7 % 60
