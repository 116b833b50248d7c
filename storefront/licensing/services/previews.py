"""What buying periods would do to a license, worked out without changing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.services.periods import kept_periods, kept_value, span_of, works_on
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
    """What buying a period would do: where it would lie, when the license would end then; and, where unused time
    of other types would be converted, its value (major units) and the days it would give."""

    starts_at: datetime
    ends_at: datetime
    valid_until: datetime
    value: Decimal = Decimal(0)
    days: int = 0


@dataclass(frozen=True, slots=True)
class PeriodEntry:
    """One period as it counts: what was paid for it (major units of ``currency``) and where it lies.

    ``has_begun``: it stays there; what has not may move when something is bought. ``created_at``: when it was granted.
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
    """The entries of a license that count, as they are or as purchases would leave them."""

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
    """The license as it is."""
    entries = tuple(_entry(license, term, now) for term in kept_periods(license))
    return PeriodLedger(entries, license.status == LicenseStatus.ACTIVE, license.held_until)


#: A license that waits for its portal, before its first period.
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
    stay = [entry for entry in ledger.entries if entry not in old]
    wanted = PeriodEntry(plan_id, months, None, amount, currency, Span(now, now, now, 0), False, now)
    bought = _bought(stay, ledger, wanted, now)
    made = [
        replace(entry, plan_id=plan_id, days=number, amount=kept_value(part.value), has_begun=False, created_at=now)
        for entry, part, number in zip(old, parts, days, strict=True)
        if number
    ]
    laid = _laid([*stay, bought, *made], ledger, now)
    span = laid[len(stay)].span
    value = sum((part.value for part in parts), Fraction(0))
    view = PeriodPreview(
        span.starts_at,
        span.ends_at,
        laid[-1].span.ends_at,
        value=Decimal(value.numerator) / value.denominator,
        days=sum(days),
    )
    return view, replace(ledger, entries=tuple(laid))


def preview_extension(license: License, *, plan_id: int, months: int, now: datetime) -> PeriodPreview:
    """What one more period would do to a license now."""
    ledger = read_ledger(license, now)
    return buy(ledger, plan_id=plan_id, months=months, amount=Decimal(0), currency="", prices=None, now=now)[0]


def _bought(stay: list[PeriodEntry], ledger: PeriodLedger, entry: PeriodEntry, now: datetime) -> PeriodEntry:
    """After a license that works on in its grace the period begins where that ended."""
    last = stay[-1] if stay else None
    if last is None or not last.has_begun or not works_on(last.span, now, is_active=ledger.is_active):
        return entry
    return replace(entry, span=following(last.span, Period(entry.months)), has_begun=True)


def _laid(entries: list[PeriodEntry], ledger: PeriodLedger, now: datetime) -> list[PeriodEntry]:
    begins_at = now if ledger.is_active else _latest(entries, ledger, now)
    spans = lay_out([entry.as_period() for entry in entries], now=now, begins_at=begins_at)
    return [
        replace(entry, span=span, has_begun=entry.has_begun or (ledger.is_active and span.starts_at <= now))
        for entry, span in zip(entries, spans, strict=True)
    ]


def _latest(entries: list[PeriodEntry], ledger: PeriodLedger, now: datetime) -> datetime:
    """When what waits for its portal begins without it, as ``periods.lay`` has it."""
    first = next((entry for entry in entries if not entry.has_begun), None)
    if first is None:
        return now
    return max(now, max(first.created_at, ledger.held_until or first.created_at) + start_window())


def _entry(license: License, term: LicensePeriod, now: datetime) -> PeriodEntry:
    has_begun = bool(term.begun_at) or (license.begins_by is None and term.starts_at <= now)
    return PeriodEntry(
        term.plan_id, term.months, term.days, term.amount, term.currency, span_of(term), has_begun, term.created_at
    )
