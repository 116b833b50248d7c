"""A table as a queue: rows are leased, tried with growing gaps, and given up in the end.

There is no queue beside the database. A row is written in the transaction that causes it, so nothing is lost between
commit and enqueue; a worker that dies loses its row to another one when the lease is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import Q, QuerySet

from storefront.core import clock

#: One run of a drain takes at most so many rows, and begins none after so many seconds.
BATCH, RUN_SECONDS = 50, 20.0


class QueueRow(models.Model):
    """``leased_until`` keeps two workers from one row; ``attempts`` counts the leases that ended in a try."""

    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a row is one worker's, how far apart its tries are, and how many there are."""

    lease: timedelta
    longest_gap: timedelta
    max_attempts: int
    first_gap: timedelta = timedelta(seconds=5)

    def gap_after(self, attempts: int) -> timedelta:
        """Twice as long after every try."""
        return min(self.first_gap * 2 ** (attempts - 1), self.longest_gap)


Row = TypeVar("Row", bound=QueueRow)


def due(rows: QuerySet[Row], now: datetime) -> QuerySet[Row]:
    """Those whose time has come and that no living worker holds."""
    return rows.filter(next_attempt_at__lte=now).filter(Q(leased_until=None) | Q(leased_until__lt=now))


def lease(found: Callable[[datetime], QuerySet[Row]], patience: Patience) -> Row | None:
    """Take the first row of ``found(now)``; of several workers each gets another one."""
    now = clock.now()
    if not found(now).exists():  # a look costs no write lock, and mostly there is nothing to do
        return None
    with transaction.atomic():
        rows = found(now)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        row = rows.first()
        if row is not None:
            row.leased_until = now + patience.lease
            row.attempts += 1
            row.save(update_fields=["leased_until", "attempts"])
    return row


def finish(row: QueueRow, **values: Any) -> bool:
    """Write the outcome and give the row back, if it is still ours: a worker that was slower than its lease must not
    undo what the next one did. Returns whether it was."""
    mine = type(row)._default_manager.filter(pk=row.pk, attempts=row.attempts)
    return bool(mine.update(leased_until=None, **values))


def drain(take: Callable[[], Row | None], work: Callable[[Row], int]) -> int:
    """Take and work on rows until there is none, the batch is full or the time is over. Returns the work done."""
    started, done = time.monotonic(), 0
    for _ in range(BATCH):
        row = take() if time.monotonic() - started < RUN_SECONDS else None
        if row is None:
            break
        done += work(row)
    return done
