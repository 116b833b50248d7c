"""The calendar of a license, as pure functions: its status at an instant, and the dates of its paid periods.

A license's periods are a ledger: each was paid for (or converted from another license type) and is used up once, from
beginning to end. A period that has begun keeps its dates. One that has not follows the one before it; if none runs
before it, it waits for something that only callers know: its portal, or a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Protocol

from django.conf import settings

from storefront.core.instants import days_between
from storefront.core.periods import add_months
from storefront.licensing.states import PORTAL_TAKEN, EffectiveStatus, LicenseStatus

DAY = timedelta(days=1)
_PART = 4  # of the last period, before which no notice comes
_TICK = timedelta(microseconds=1)


class Dated(Protocol):
    """What these functions read of a license."""

    status: str
    valid_until: datetime
    begins_by: datetime | None
    link_problem: str
    provisional_until: datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """Where one period lies, [starts_at, ends_at), UTC.

    Of months: ``ends_at`` is the ``anchor_months``-th month from ``anchor_at``. Of days: ``anchor_months`` is 0 and
    nothing counts on from its anchor.
    """

    starts_at: datetime
    ends_at: datetime
    anchor_at: datetime
    anchor_months: int


@dataclass(frozen=True, slots=True)
class Period:
    """One entry of the ledger: ``days`` long, or ``months`` where that is None. ``begun``: where it began to run."""

    months: int
    days: int | None = None
    begun: Span | None = None


@dataclass(frozen=True, slots=True)
class Unused:
    """The rest of a period: ``value`` is the money paid for the rest, ``months`` the length it was bought with."""

    months: int
    value: Fraction


def grace() -> timedelta:
    """How long a license goes on working after its end."""
    return timedelta(days=settings.LICENSE_GRACE_DAYS)


def start_window() -> timedelta:
    """How long a paid period waits for its portal before it begins without it."""
    return timedelta(days=settings.LICENSE_START_DAYS)


def is_over(valid_until: datetime, now: datetime) -> bool:
    """Whether both the end and the grace after it have passed."""
    return now >= valid_until + grace()


def effective_status(license: Dated, now: datetime) -> EffectiveStatus:
    """The status of a license at ``now`` (UTC): the stored one, with scheduled, provisional, grace and expired
    computed.

    Suspended and revoked win over the calendar. A license whose period has not begun is never over.
    """
    if license.status in (LicenseStatus.SUSPENDED, LicenseStatus.REVOKED):
        return EffectiveStatus(license.status)
    if license.begins_by is not None and license.status == LicenseStatus.PENDING:
        is_scheduled = license.link_problem == PORTAL_TAKEN
        return EffectiveStatus.SCHEDULED if is_scheduled else EffectiveStatus.PENDING
    if is_over(license.valid_until, now):
        return EffectiveStatus.EXPIRED
    if license.status == LicenseStatus.PENDING:
        return EffectiveStatus.PENDING
    if now >= license.valid_until:
        return EffectiveStatus.GRACE
    return EffectiveStatus.ACTIVE if license.provisional_until is None else EffectiveStatus.PROVISIONAL


def days_left(license: Dated, now: datetime) -> int:
    """Days from today's date to that of the end, in the shop's time zone; 0 on the last day and after it."""
    return max(0, days_between(now, license.valid_until))


def notice_steps(last: Span, bought_at: datetime) -> list[int]:
    """How many days before its end to tell the customer: those of settings.LICENSE_NOTICE_DAYS that make sense.

    A notice comes in the last quarter of the last period at the earliest, and never at or before its purchase.
    """
    return [
        step
        for step in settings.LICENSE_NOTICE_DAYS
        if step * DAY * _PART <= last.ends_at - last.starts_at and bought_at < last.ends_at - step * DAY
    ]


def lay_out(periods: Sequence[Period], *, now: datetime, begins_at: datetime) -> list[Span]:
    """Lay periods one after the other.

    Those that have begun stay. Any other begins when the one before it ends, counted from the same anchor so that
    the day of the month is kept; after one that has ended by ``now``, or none, it begins at ``begins_at``.
    """
    spans: list[Span] = []
    for period in periods:
        if period.begun is not None:
            is_free, span = period.begun.ends_at <= now, period.begun
        elif not spans or is_free:
            is_free, span = False, _span(period, begins_at)
        else:
            span = following(spans[-1], period)
        spans.append(span)
    return spans


def following(before: Span, period: Period) -> Span:
    """The dates of a period that begins when the one before it ends."""
    if period.days is not None or not before.anchor_months:
        return _span(period, before.ends_at)
    total = before.anchor_months + period.months
    return Span(before.ends_at, add_months(before.anchor_at, total), before.anchor_at, total)


def _span(period: Period, start: datetime) -> Span:
    if period.days is not None:
        return Span(start, start + period.days * DAY, start, 0)
    return Span(start, add_months(start, period.months), start, period.months)


def unused_value(span: Span, amount: Decimal, now: datetime) -> Fraction:
    """The part of ``amount``, paid for the whole span, that the time from ``now`` on has cost."""
    length = _in_days(span.ends_at - span.starts_at)
    left = min(_in_days(span.ends_at - now), length)
    return Fraction(amount) * left / length if left > 0 else Fraction(0)


def converted_days(parts: Sequence[Unused], *, prices: dict[int, Decimal], months: int, now: datetime) -> list[int]:
    """What unused time is worth in whole days of another license type, one number for each part.

    ``prices``: what periods of the new type cost, by months. A part is counted at the price of a period as long as
    it was bought for; where that is not sold, at the price for ``months``. Only the sum is rounded, up.
    """
    days, exact, given = [], Fraction(0), 0
    for part in parts:
        length = part.months if part.months in prices else months
        per_day = Fraction(prices[length]) / _in_days(add_months(now, length) - now)
        exact += part.value / per_day
        days.append(ceil(exact) - given)
        given = ceil(exact)
    return days


def whole_days(left: timedelta) -> int:
    """A length of time in days, rounded up."""
    return ceil(_in_days(left))


def _in_days(length: timedelta) -> Fraction:
    return Fraction(length // _TICK, DAY // _TICK)
