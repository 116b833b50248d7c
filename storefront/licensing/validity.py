"""The calendar of a license, as pure functions: what it is worth at an instant, and where its next period lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings

from storefront.core.instants import days_between
from storefront.core.periods import add_months
from storefront.licensing.states import EffectiveStatus, LicenseStatus


class Dated(Protocol):
    """What the functions here read of a license."""

    status: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """One period, [starts_at, ends_at), UTC: ``ends_at`` is the ``anchor_months``-th month from ``anchor_at``."""

    starts_at: datetime
    ends_at: datetime
    anchor_at: datetime
    anchor_months: int


def grace() -> timedelta:
    """How long a license goes on after its end."""
    return timedelta(days=settings.LICENSE_GRACE_DAYS)


def is_over(valid_until: datetime, now: datetime) -> bool:
    """Whether the end and the grace after it have passed."""
    return now >= valid_until + grace()


def effective_status(license: Dated, now: datetime) -> EffectiveStatus:
    """What a license is worth at ``now`` (UTC): the stored state, with grace and expired derived from the clock.

    A license that waits for its portal runs all the same, because its period began with the payment; one that
    waited longer than its period and grace is expired. Suspended and revoked win over the calendar.
    """
    if license.status in (LicenseStatus.SUSPENDED, LicenseStatus.REVOKED):
        return EffectiveStatus(license.status)
    if is_over(license.valid_until, now):
        return EffectiveStatus.EXPIRED
    if license.status == LicenseStatus.PENDING:
        return EffectiveStatus.PENDING
    return EffectiveStatus.ACTIVE if now < license.valid_until else EffectiveStatus.GRACE


def days_left(license: Dated, now: datetime) -> int:
    """Days from today's date to that of the end, in the shop's time zone; 0 on the last day and after it."""
    return max(0, days_between(now, license.valid_until))


def next_span(previous: Span | None, *, months: int, granted_at: datetime) -> Span:
    """Where ``months`` granted at ``granted_at`` (UTC) lie after ``previous``.

    Active or in grace: from the end on, counted from the same anchor, so that the day of the month is kept.
    None or expired: from the grant on, which becomes the new anchor.
    """
    if previous is None or is_over(previous.ends_at, granted_at):
        return Span(granted_at, add_months(granted_at, months), granted_at, months)
    total = previous.anchor_months + months
    return Span(previous.ends_at, add_months(previous.anchor_at, total), previous.anchor_at, total)


def lay_spans(grants: Sequence[tuple[int, datetime]], *, after: Span | None = None) -> list[Span]:
    """Lay grants (months, granted_at) one after the other, as if each had been made in turn."""
    spans: list[Span] = []
    for months, granted_at in grants:
        after = next_span(after, months=months, granted_at=granted_at)
        spans.append(after)
    return spans
