"""The ledger of a license's time as a value: what purchases, stops and refunds make of it.

Pure: ``periods`` reads and stores ledgers; pages compute with them what an order would do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from storefront.licensing.validity import (
    Period,
    Span,
    Unused,
    converted_days,
    following,
    grace,
    lay_out,
    start_window,
    unused_value,
    whole_days,
)

_VALUE_PLACES = Decimal("0.000001")  # of LicensePeriod.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodEntry:
    """One valid period: what was paid for it (major units of ``currency``) and its dates.

    ``is_goodwill``: days that staff gave, worth no money.
    ``has_begun``: its dates are fixed; others may move. ``created_at``: when it was granted. ``pk``: its row, 0 for
    a new period. ``converted_from``: the row it was converted from, 0 for none.
    """

    plan_id: int
    plan_name: str = field(default="", compare=False)
    months: int
    days: int | None = None
    amount: Decimal
    currency: str
    span: Span
    is_goodwill: bool = False
    has_begun: bool = False
    created_at: datetime
    pk: int = field(default=0, compare=False)
    converted_from: int = field(default=0, compare=False)

    def as_period(self) -> Period:
        return Period(self.months, self.days, self.span if self.has_begun else None)

    def is_over(self, now: datetime) -> bool:
        return self.has_begun and self.span.ends_at <= now

    def unused(self, now: datetime) -> Unused:
        return Unused(self.months, unused_value(self.span, self.amount, now))

    def days_left(self, now: datetime) -> int:
        """Whole days of it that are left, rounded up."""
        return whole_days(self.span.ends_at - max(now, self.span.starts_at))

    def stopped(self, now: datetime) -> PeriodEntry:
        """The rest of a running period, in days, not begun."""
        days = whole_days(self.span.ends_at - now)
        return replace(self, days=days, amount=rounded(self.unused(now).value), has_begun=False)


@dataclass(frozen=True, slots=True)
class PeriodLedger:
    """The valid periods of a license, in the order they run. ``begins_by``: see ``License``."""

    entries: tuple[PeriodEntry, ...] = ()
    is_active: bool = False
    held_until: datetime | None = None
    begins_by: datetime | None = field(default=None, compare=False)

    def has_other_type(self, plan_id: int, now: datetime) -> bool:
        """Whether unused time of another license type is left."""
        return any(entry.plan_id != plan_id and entry.span.ends_at > now for entry in self.entries)

    def is_all_in(self, currency: str, now: datetime) -> bool:
        """Whether all unused time was paid in this currency, or for nothing."""
        unused = (entry for entry in self.entries if entry.span.ends_at > now)
        return all(entry.currency == currency or entry.is_goodwill for entry in unused)

    def has_paid_time(self, now: datetime) -> bool:
        """Whether time that was bought or granted runs or waits; days of goodwill are none."""
        return any(not entry.is_goodwill and not entry.is_over(now) for entry in self.entries)

    def without(self, keys: Collection[int], now: datetime) -> PeriodLedger:
        """Without some periods. Days of goodwill go with the last period that was bought; those that are not over, with
        the last one that was not over either."""
        after = replace(self, entries=tuple(entry for entry in self.entries if entry.pk not in keys))
        if all(entry.is_goodwill for entry in after.entries):
            return replace(after, entries=())
        if self.has_paid_time(now) and not after.has_paid_time(now):
            kept = (entry for entry in after.entries if not entry.is_goodwill or entry.is_over(now))
            return replace(after, entries=tuple(kept))
        return after

    def stopped(self, until: datetime, now: datetime) -> PeriodLedger:
        """With running periods stopped: no time runs until ``until``."""
        entries = (
            entry.stopped(now) if entry.has_begun and entry.span.ends_at > now else entry for entry in self.entries
        )
        return replace(self, entries=tuple(entries), held_until=until)

    def laid_out(self, now: datetime, begins_at: datetime | None = None) -> PeriodLedger:
        """With the dates of all periods computed.

        If none runs, the next one begins at ``begins_at``, by default now if the license is active. Otherwise it waits,
        and its dates are those of the latest case: LICENSE_START_DAYS after it was bought or its portal became free.
        """
        if begins_at is None and self.is_active:
            begins_at = now
        waiting, begins_by = self._waiting(now), None
        if waiting is not None and begins_at is None:
            begins_by = max(now, max(waiting.created_at, self.held_until or waiting.created_at) + start_window())
        spans = lay_out([entry.as_period() for entry in self.entries], now=now, begins_at=begins_at or begins_by or now)
        entries = (
            replace(entry, span=span, has_begun=entry.has_begun or (entry is waiting and begins_at is not None))
            for entry, span in zip(self.entries, spans, strict=True)
        )
        return replace(self, entries=tuple(entries), begins_by=begins_by)

    def _waiting(self, now: datetime) -> PeriodEntry | None:
        """The first period that has not begun, if no other runs before it."""
        ends_at: datetime | None = None
        for entry in self.entries:
            if not entry.has_begun:
                return entry if ends_at is None or ends_at <= now else None
            ends_at = entry.span.ends_at
        return None


#: A new license that waits for its portal, without a period.
EMPTY_LEDGER = PeriodLedger()


@dataclass(frozen=True, slots=True)
class PeriodPreview:
    """What buying a period does: the dates of the period and the new end of the license; if unused time of other types
    is converted, its ``value`` (major units) and the ``days`` it gives."""

    starts_at: datetime
    ends_at: datetime
    valid_until: datetime
    value: Decimal = Decimal(0)
    days: int = 0


def buy(
    ledger: PeriodLedger,
    *,
    plan_id: int,
    plan_name: str = "",
    months: int,
    amount: Decimal,
    currency: str,
    prices: Mapping[int, Decimal] | None,
    now: datetime,
) -> tuple[PeriodPreview, PeriodLedger]:
    """Add a period; with ``prices``, convert the unused time of all other license types into days of its type.

    The period follows those that run or wait. In the grace of an active license it begins at the license's end, so that
    the days of grace are part of it. If time is converted, it begins where that would have gone on, and the days follow
    at the end. Time that was paid in another currency has no price here and stays. A day of goodwill becomes a day.

    :param prices: prices of periods of that type, by months, in ``currency``; None: let the period follow
    """
    has_prices = prices and all(prices.get(length, 0) > 0 for length in (months, *prices))
    old = [
        entry
        for entry in ledger.entries
        if has_prices and entry.plan_id != plan_id and entry.span.ends_at > now
        and (entry.currency == currency or entry.is_goodwill)
    ]  # fmt: skip
    parts = [entry.unused(now) for entry in old]
    days = converted_days(parts, prices=dict(prices or {}), months=months, now=now) if parts else []
    days = [entry.days_left(now) if entry.is_goodwill else number for entry, number in zip(old, days, strict=True)]
    remaining = [entry for entry in ledger.entries if entry not in old]
    bought = PeriodEntry(
        plan_id=plan_id, plan_name=plan_name, months=months, amount=amount, currency=currency,
        span=Span(now, now, now, 0), created_at=now,
    )  # fmt: skip
    converted = [
        replace(
            bought, months=entry.months, days=number, amount=rounded(part.value), currency=entry.currency,
            converted_from=entry.pk, is_goodwill=entry.is_goodwill,
        )
        for entry, part, number in zip(old, parts, days, strict=True)
        if number
    ]  # fmt: skip
    bought = _after_grace(ledger, bought, now)
    after = replace(ledger, entries=(*remaining, bought, *converted)).laid_out(now)
    span, value = after.entries[len(remaining)].span, sum((part.value for part in parts), Fraction(0))
    preview = PeriodPreview(
        span.starts_at, span.ends_at, after.entries[-1].span.ends_at, Decimal(value.numerator) / value.denominator,
        sum(days),
    )  # fmt: skip
    return preview, after


def _after_grace(ledger: PeriodLedger, bought: PeriodEntry, now: datetime) -> PeriodEntry:
    last = ledger.entries[-1].span if ledger.entries else None
    if last is None or not ledger.is_active or not last.ends_at <= now < last.ends_at + grace():
        return bought
    return replace(bought, span=following(last, Period(bought.months)), has_begun=True)


def rounded(value: Fraction) -> Decimal:
    """A part of a payment as it is stored, major units."""
    return (Decimal(value.numerator) / value.denominator).quantize(_VALUE_PLACES)
