"""A table as a queue, of two kinds.

Rows done once (``QueueRow``: outbox, inbox) are leased, retried with growing gaps, and given up in the end. Recurring
rows (the schedule, payment attempts to poll) have one due time: the worker that takes such a row moves it past the
lease, and afterwards puts it back at its next time.

There is no broker beside the database. A row is written in the transaction that causes it, so nothing is lost between
commit and enqueue; a worker that dies loses its row to another one when the lease is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from storefront.core import clock

#: One ``drain`` takes at most so many rows, and starts none after so many seconds.
BATCH, RUN_SECONDS = 50, 20.0


class QueueRow(models.Model):
    """``leased_until`` keeps two workers off one row; ``attempts`` counts the leases and never falls, so that it tells
    whose lease it is. ``forgiven_attempts``: those before somebody had it tried anew."""

    attempts = models.PositiveIntegerField(default=0)
    forgiven_attempts = models.PositiveIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def tries(self) -> int:
        """The attempts that count against its number of attempts and make its gaps grow."""
        return self.attempts - self.forgiven_attempts

    @property
    def is_leased(self) -> bool:
        """Whether a worker is at it."""
        return self.leased_until is not None and self.leased_until > clock.now()


@dataclass(frozen=True, slots=True)
class Patience:
    """Lease, gaps between attempts, and their number."""

    lease: timedelta
    longest_gap: timedelta
    max_attempts: int
    first_gap: timedelta = timedelta(seconds=5)

    def gap_after(self, attempts: int) -> timedelta:
        """Doubles after every attempt, up to ``longest_gap``."""
        return min(self.first_gap * 2 ** (attempts - 1), self.longest_gap)


Row = TypeVar("Row", bound=QueueRow)
Round = TypeVar("Round", bound=models.Model)
Taken = TypeVar("Taken")


def due(rows: QuerySet[Row], now: datetime) -> QuerySet[Row]:
    """Rows whose time has come and that no worker holds a lease on."""
    return rows.filter(next_attempt_at__lte=now).filter(Q(leased_until=None) | Q(leased_until__lt=now))


def lease(due_rows: Callable[[datetime], QuerySet[Row]], patience: Patience) -> Row | None:
    """Take the first row of ``due_rows(now)``; concurrent workers get different rows."""
    now = clock.now()
    if not due_rows(now).exists():  # takes no write lock, and mostly there is nothing to do
        return None
    with transaction.atomic():
        rows = due_rows(now)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        row = rows.first()
        if row is not None:
            row.leased_until = now + patience.lease
            row.attempts += 1
            row.save(update_fields=["leased_until", "attempts"])
    return row


def finish(row: QueueRow, **values: Any) -> bool:
    """Write the outcome and release the row, if it is still ours: a worker slower than its lease must not undo what the
    next one did. Returns whether it was ours."""
    mine = type(row)._default_manager.filter(pk=row.pk, attempts=row.attempts)
    return bool(mine.update(leased_until=None, **values))


def claim(row: models.Model, *, field: str, until: datetime, **notes: Any) -> bool:
    """Take a recurring row: of concurrent workers, the one whose UPDATE still matches holds it ``until`` then.

    ``field`` names its due time; ``notes`` are written with it.
    """
    mine = type(row)._default_manager.filter(pk=row.pk, **{field: getattr(row, field)})
    if not mine.update(**{field: until}, **notes):
        return False
    setattr(row, field, until)
    return True


def claim_next(rows: QuerySet[Round], *, field: str, lease: timedelta) -> Round | None:
    """Take the row that has been due longest, for ``lease``; None if nothing is due."""
    now = clock.now()
    for row in rows.filter(**{f"{field}__lte": now}).order_by(field, "pk")[:BATCH]:
        if claim(row, field=field, until=now + lease):
            return row
    return None


def put_back(row: models.Model, *, field: str, at: datetime, **notes: Any) -> None:
    """Make a claimed row due again ``at`` that time, unless its time was moved meanwhile: by a worker that took it
    after the lease, or by code that wants it processed sooner. ``notes`` are written either way.

    ``row`` is as it was claimed: a refreshed one would match whatever time it has now, also none.
    """
    time_if_mine = Case(When(**{field: getattr(row, field)}, then=Value(at)), default=F(field))
    type(row)._default_manager.filter(pk=row.pk).update(**{field: time_if_mine}, **notes)


def drain(take: Callable[[], Taken | None], work: Callable[[Taken], int]) -> int:
    """Take and process rows until none is left, the batch is full or the time is over. Returns the work done."""
    started, done = time.monotonic(), 0
    for _ in range(BATCH):
        row = take() if time.monotonic() - started < RUN_SECONDS else None
        if row is None:
            break
        done += work(row)
    return done
