"""Time that staff give and take, as values: days of goodwill at the end of a ledger, days cut off its end. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from storefront.licensing.services.ledger import PeriodEntry, PeriodLedger, rounded
from storefront.licensing.validity import DAY, Span, whole_days


def give(
    ledger: PeriodLedger, *, plan_id: int, plan_name: str, months: int = 0, days: int | None = None, now: datetime
) -> PeriodLedger:
    """Add time worth no money: ``days``, or ``months`` where that is None. It follows what runs or waits.

    It is of the type of the last period that is not over, else of ``plan_id``. After the end of an active license it
    begins now: the days of grace that have passed are not counted.
    """
    last = next((entry for entry in reversed(ledger.entries) if entry.span.ends_at > now), None)
    given = PeriodEntry(
        plan_id=last.plan_id if last else plan_id, plan_name=last.plan_name if last else plan_name, months=months,
        days=days, amount=Decimal(0), currency="", span=Span(now, now, now, 0), is_goodwill=True, created_at=now,
    )  # fmt: skip
    return replace(ledger, entries=(*ledger.entries, given)).laid_out(now)


@dataclass(frozen=True, slots=True)
class CutOff:
    """What was cut off an entry: ``days`` and the money (major units of its currency) that was paid for them."""

    entry: PeriodEntry
    days: int
    amount: Decimal


def cut(ledger: PeriodLedger, end: datetime, now: datetime) -> tuple[PeriodLedger, list[CutOff]]:
    """Let a running ledger end at ``end``, UTC, or less than a day after it: later periods go, the one that lies across
    it is cut. Returns what remains, and what was cut off."""
    kept: list[PeriodEntry] = []
    cuts: list[CutOff] = []
    for entry in ledger.entries:
        if entry.span.ends_at <= end:
            kept.append(entry)
        elif entry.span.starts_at >= end:
            cuts.append(CutOff(entry, whole_days(entry.span.ends_at - entry.span.starts_at), entry.amount))
        else:
            kept.append(_shortened(entry, end))
            cuts.append(_rest(entry, kept[-1]))
    return replace(ledger, entries=tuple(kept)).laid_out(now), cuts


def _shortened(entry: PeriodEntry, end: datetime) -> PeriodEntry:
    start = entry.span.starts_at
    days = whole_days(end - start)
    span = Span(start, start + days * DAY, start, 0)
    return replace(entry, days=days, span=span, amount=entry.amount - rounded(entry.unused(span.ends_at).value))


def _rest(entry: PeriodEntry, kept: PeriodEntry) -> CutOff:
    left: timedelta = entry.span.ends_at - kept.span.ends_at
    return CutOff(entry, whole_days(left), entry.amount - kept.amount)
