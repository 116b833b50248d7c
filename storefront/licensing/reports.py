"""Licenses gained, kept and lost, from the ledger of their time.

A license is *held* while its time runs; a gap of at most ``PAUSE`` is none, whoever extends within it has kept the
license. Time that stood still (a dispute, another license in the portal) is where it runs in the end, and what was
revoked ends at that moment. So of a span: held at its beginning, plus new and back, less gone, is held at its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby, pairwise

from django.db.models import F
from django.db.models.functions import Coalesce, Least

from storefront.core.spans import Span
from storefront.licensing.models import LicensePeriod
from storefront.licensing.states import PeriodKind

#: A license that is extended within so long after its end was kept.
PAUSE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Time:
    """Time of a license without interruption by one entry of its ledger: [starts_at, ends_at)."""

    license: int
    software: int
    plan: int
    starts_at: datetime
    ends_at: datetime
    kind: str
    is_revoked: bool
    is_converted: bool


class What(StrEnum):
    """What happened to a license. NEW: its first time began; BACK: it began again after more than ``PAUSE``;
    LOST: it ended and was not extended within ``PAUSE``; REVOKED: its time was taken back; ENDED: it ended less than
    ``PAUSE`` ago and may still be extended. Of each paid time that ended, KEPT: another followed; the rest of them is
    LOST or ENDED. AHEAD: its time is still to end, and is not extended yet."""

    NEW = "new"
    BACK = "back"
    KEPT = "kept"
    AHEAD = "ahead"
    ENDED = "ended"
    LOST = "lost"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Event:
    """``software`` and ``plan``: of the time that began or ended at ``at``."""

    what: What
    at: datetime
    license: int
    software: int
    plan: int


#: What makes a license one of those that are held, and what takes it out of them.
GAINED = (What.NEW, What.BACK)
GONE = (What.LOST, What.REVOKED, What.ENDED)


def times(span: Span) -> Iterator[Time]:
    """The time of every license held in a span or after it, license by license, in the order it runs; one query."""
    ends = Least(F("ends_at"), Coalesce(F("revoked_at"), F("ends_at")))
    periods = LicensePeriod.objects.exclude(kind=PeriodKind.CUT).annotate(until=ends).filter(until__gt=F("starts_at"))
    matter = LicensePeriod.objects.filter(ends_at__gte=span.start).exclude(revoked_at__lt=span.start)
    rows = periods.filter(license__in=matter.values("license")).order_by("license", "starts_at", "pk")
    columns = ("license", "license__software", "plan", "starts_at", "until", "kind", "revoked_at", "converted_at")
    for license, software, plan, start, end, kind, revoked_at, converted_at in rows.values_list(*columns).iterator():
        is_revoked = revoked_at is not None and revoked_at <= end
        yield Time(license, software, plan, start, end, kind, is_revoked, converted_at is not None)


def events(found: Iterable[Time], now: datetime) -> Iterator[Event]:
    """Everything that happened to licenses until ``now``, license by license, and the ends to come of those that run.
    ``found``: as ``times`` orders it."""
    for _license, group in groupby(found, key=lambda time: time.license):
        every = list(group)
        begun = [time for time in every if time.starts_at <= now]
        if not begun:
            continue
        yield from _ahead(every[len(begun) - 1 :], now)
        yield _event(What.NEW, begun[0].starts_at, begun[0])
        for time, following in pairwise(begun):
            gap = following.starts_at - time.ends_at
            if gap > PAUSE:
                yield _event(What.REVOKED if time.is_revoked else What.LOST, time.ends_at, time)
                yield _event(What.BACK, following.starts_at, following)
            elif following.kind == PeriodKind.BOUGHT and not time.is_revoked and not time.is_converted:
                yield _event(What.KEPT, time.ends_at, time)
        last = begun[-1]
        if last.ends_at <= now:
            yield _event(_end(last, now), last.ends_at, last)


def _ahead(every: Sequence[Time], now: datetime) -> Iterator[Event]:
    """The ends to come: the time that runs at ``now``, then what follows it."""
    for at, time in enumerate(every):
        if time.ends_at <= now:
            continue
        following = every[at + 1] if at + 1 < len(every) else None
        if following is None or following.starts_at - time.ends_at > PAUSE:
            yield _event(What.AHEAD, time.ends_at, time)
        elif following.kind == PeriodKind.BOUGHT:
            yield _event(What.KEPT, time.ends_at, time)


def _end(last: Time, now: datetime) -> What:
    if last.is_revoked or last.is_converted:
        return What.REVOKED
    return What.ENDED if now < last.ends_at + PAUSE else What.LOST


def _event(what: What, at: datetime, time: Time) -> Event:
    return Event(what, at, time.license, time.software, time.plan)


@dataclass(slots=True)
class Movement:
    """What became of licenses in a span: ``held`` at its beginning; ``counts`` of what happened in it."""

    held: int
    counts: Counter[What]

    @property
    def gone(self) -> int:
        return sum(self.counts[what] for what in GONE)

    @property
    def held_at_end(self) -> int:
        return self.held + self.counts[What.NEW] + self.counts[What.BACK] - self.gone

    @property
    def due(self) -> int:
        """Renewals: paid time that ended or will, and was neither taken back nor converted."""
        return sum(self.counts[what] for what in (What.KEPT, What.LOST, What.ENDED, What.AHEAD))

    @property
    def decided(self) -> int:
        """Those of which it is known whether they were kept."""
        return self.counts[What.KEPT] + self.counts[What.LOST]

    @property
    def lost(self) -> int:
        """For churn: of those held at the beginning or gained since."""
        return self.counts[What.LOST] + self.counts[What.REVOKED]


def movements(found: Iterable[Event], span: Span) -> dict[int, Movement]:
    """By software product. ``found``: all events of ``times`` of this span or of one that begins earlier."""
    result: dict[int, Movement] = {}
    for event in found:
        movement = result.setdefault(event.software, Movement(0, Counter()))
        if event.at >= span.end:
            continue
        if event.at >= span.start:
            movement.counts[event.what] += 1
        elif event.what in GAINED:
            movement.held += 1
        elif event.what in GONE:
            movement.held -= 1
    return result


def held_after(found: Iterable[Event], ends: Sequence[datetime]) -> list[int]:
    """How many licenses are held at each of ``ends``, in the order of time. ``found``: all events of ``times``."""
    changes = sorted((event.at, 1 if event.what in GAINED else -1) for event in found if event.what in (*GAINED, *GONE))
    result, held, at = [], 0, 0
    for end in ends:
        while at < len(changes) and changes[at][0] < end:
            held += changes[at][1]
            at += 1
        result.append(held)
    return result


def total(parts: Iterable[Movement]) -> Movement:
    parts = list(parts)
    return Movement(sum(each.held for each in parts), sum((each.counts for each in parts), Counter()))
