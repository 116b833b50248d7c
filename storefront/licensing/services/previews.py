"""What buying periods would do to a license, computed without changing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.services.periods import is_in_grace, span_of, stored_value, valid_periods
from storefront.licensing.states import LicenseStatus
from storefront.licensing.validity import (
    Period,
    Span,
    Unused,
    converted_days,
    following,
    lay_out,
    start_window,
    unused_value,
)


@dataclass(frozen=True, slots=True)
class PeriodPreview:
    """What buying a period would do: the dates of the period and the new end of the license. If unused time of other
    types would be converted: its ``value`` (major units) and the ``days`` it would give."""

    starts_at: datetime
    ends_at: datetime
    valid_until: datetime
    value: Decimal = Decimal(0)
    days: int = 0


@dataclass(frozen=True, slots=True)
class PeriodEntry:
    """One valid period: what was paid for it (major units of ``currency``) and its dates.

    ``has_begun``: its dates are fixed; others may move with a purchase. ``created_at``: when it was granted.
    """

    plan_id: int
    months: int
    days: int | None
    amount: Decimal
    currency: str
    span: Span
    has_begun: bool
    created_at: datetime

    def as_period(self) -> Period:
        return Period(self.months, self.days, self.span if self.has_begun else None)


@dataclass(frozen=True, slots=True)
class PeriodLedger:
    """The valid periods of a license, as they are or as purchases would leave them."""

    entries: tuple[PeriodEntry, ...]
    is_active: bool
    held_until: datetime | None = None

    def has_other_type(self, plan_id: int, now: datetime) -> bool:
        """Whether unused time of another license type is left."""
        return any(entry.plan_id != plan_id and entry.span.ends_at > now for entry in self.entries)

    def is_all_in(self, currency: str, now: datetime) -> bool:
        """Whether all unused time was paid in this currency."""
        return all(entry.currency == currency for entry in self.entries if entry.span.ends_at > now)


def read_ledger(license: License, now: datetime) -> PeriodLedger:
    """The ledger of a license as it is."""
    entries = tuple(_entry(license, period, now) for period in valid_periods(license))
    return PeriodLedger(entries, license.status == LicenseStatus.ACTIVE, license.held_until)


#: A new license that waits for its portal, without a period.
EMPTY_LEDGER = PeriodLedger((), False)


def buy(
    ledger: PeriodLedger,
    *,
    plan_id: int,
    months: int,
    amount: Decimal,
    currency: str,
    prices: Mapping[int, Decimal] | None,
    now: datetime,
) -> tuple[PeriodPreview, PeriodLedger]:
    """What ``periods.add`` and, given ``prices``, ``periods.convert`` would do now; and the ledger afterwards."""
    old = [
        entry for entry in ledger.entries
        if prices and entry.plan_id != plan_id and entry.span.ends_at > now and entry.currency == currency
    ]  # fmt: skip
    parts = [Unused(entry.months, unused_value(entry.span, entry.amount, now)) for entry in old]
    days = converted_days(parts, prices=dict(prices or {}), months=months, now=now) if parts else []
    remaining = [entry for entry in ledger.entries if entry not in old]
    entry = PeriodEntry(plan_id, months, None, amount, currency, Span(now, now, now, 0), False, now)
    bought = _after_grace(remaining, ledger, entry, now)
    converted = [
        replace(entry, plan_id=plan_id, days=number, amount=stored_value(part.value), has_begun=False, created_at=now)
        for entry, part, number in zip(old, parts, days, strict=True)
        if number
    ]
    entries = _lay([*remaining, bought, *converted], ledger, now)
    span = entries[len(remaining)].span
    value = sum((part.value for part in parts), Fraction(0))
    preview = PeriodPreview(
        span.starts_at,
        span.ends_at,
        entries[-1].span.ends_at,
        value=Decimal(value.numerator) / value.denominator,
        days=sum(days),
    )
    return preview, replace(ledger, entries=tuple(entries))


def preview_extension(license: License, *, plan_id: int, months: int, now: datetime) -> PeriodPreview:
    """What one more period would do to a license now."""
    ledger = read_ledger(license, now)
    return buy(ledger, plan_id=plan_id, months=months, amount=Decimal(0), currency="", prices=None, now=now)[0]


def _after_grace(entries: list[PeriodEntry], ledger: PeriodLedger, entry: PeriodEntry, now: datetime) -> PeriodEntry:
    """In the grace of an active license a new period begins where the last one ended."""
    last = entries[-1] if entries else None
    if last is None or not last.has_begun or not is_in_grace(last.span, now, is_active=ledger.is_active):
        return entry
    return replace(entry, span=following(last.span, Period(entry.months)), has_begun=True)


def _lay(entries: list[PeriodEntry], ledger: PeriodLedger, now: datetime) -> list[PeriodEntry]:
    begins_at = now if ledger.is_active else _latest(entries, ledger, now)
    spans = lay_out([entry.as_period() for entry in entries], now=now, begins_at=begins_at)
    return [
        replace(entry, span=span, has_begun=entry.has_begun or (ledger.is_active and span.starts_at <= now))
        for entry, span in zip(entries, spans, strict=True)
    ]


def _latest(entries: list[PeriodEntry], ledger: PeriodLedger, now: datetime) -> datetime:
    """When the period that waits for its portal begins at the latest, as in ``periods.lay``."""
    first = next((entry for entry in entries if not entry.has_begun), None)
    if first is None:
        return now
    return max(now, max(first.created_at, ledger.held_until or first.created_at) + start_window())


def _entry(license: License, period: LicensePeriod, now: datetime) -> PeriodEntry:
    has_begun = bool(period.begun_at) or (license.begins_by is None and period.starts_at <= now)
    return PeriodEntry(
        period.plan_id,
        period.months,
        period.days,
        period.amount,
        period.currency,
        span_of(period),
        has_begun,
        period.created_at,
    )
