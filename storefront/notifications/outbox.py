"""Writing to the outbox and draining it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from storefront.core import clock
from storefront.notifications.models import OutboxMessage, OutboxStatus

logger = logging.getLogger(__name__)

#: A worker that dies while sending loses its row to another one after this time.
LEASE = timedelta(minutes=2)
#: One run of the job sends at most so many, and starts none after so many seconds, so that a slow provider
#: does not keep the worker from its other jobs.
BATCH = 50
RUN_SECONDS = 20.0
#: 5 s, 10 s, 20 s ... up to 6 h apart: about two days of an outage are lived through.
MAX_ATTEMPTS = 20
FIRST_GAP = timedelta(seconds=5)
LONGEST_GAP = timedelta(hours=6)
#: From this attempt on (about five minutes) a row no longer holds up the later ones of its group.
ORDERED_ATTEMPTS = 6

Deliver = Callable[[OutboxMessage], None]


class PermanentFailure(Exception):
    """Raised by a handler: trying again cannot help, give this message up."""


class TryLater(Exception):
    """Raised by a handler: not now. Its text is kept as the row's last error."""


def enqueue(*, kind: str, key: str, payload: dict[str, Any], group: str = "", due_at: datetime | None = None) -> None:
    """Write one thing to send, in the caller's transaction: it is sent if and only if that commits.

    ``kind`` names a handler in settings.OUTBOX_HANDLERS, ``payload`` is JSON. ``key`` is the stable id: a second
    enqueue with it changes nothing. Rows of one ``group`` go out in order.
    ``due_at`` (UTC) delays it. Raises KeyError for an unknown kind.
    """
    if kind not in settings.OUTBOX_HANDLERS:
        raise KeyError(kind)
    row = OutboxMessage(kind=kind, key=key, payload=payload, group=group, next_attempt_at=due_at or clock.now())
    OutboxMessage.objects.bulk_create([row], ignore_conflicts=True)


def deliver_due() -> int:
    """Send what is due, one row at a time, each guarded from the others. Returns how many were sent."""
    sent = 0
    started = time.monotonic()
    for _ in range(BATCH):
        row = _lease() if time.monotonic() - started < RUN_SECONDS else None
        if row is None:
            break
        sent += _deliver(row)
    return sent


def _due(now: datetime) -> QuerySet[OutboxMessage]:
    earlier = OutboxMessage.objects.filter(
        Q(attempts__gt=0) | Q(next_attempt_at__lte=now),  # one that is meant for later holds up nobody
        group=OuterRef("group"),
        pk__lt=OuterRef("pk"),
        status=OutboxStatus.PENDING,
        attempts__lt=ORDERED_ATTEMPTS,
    )
    return (
        OutboxMessage.objects.filter(status=OutboxStatus.PENDING, next_attempt_at__lte=now)
        .filter(Q(leased_until=None) | Q(leased_until__lt=now))
        .filter(Q(group="") | ~Exists(earlier))
        .order_by("next_attempt_at", "pk")
    )


def _lease() -> OutboxMessage | None:
    """Take one due row for two minutes; a worker that dies meanwhile loses it to the next one."""
    now = clock.now()
    if not _due(now).exists():  # a look costs no write lock, and mostly there is nothing to do
        return None
    with transaction.atomic():
        due = _due(now)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        row = due.first()
        if row is None:
            return None
        row.leased_until = now + LEASE
        row.attempts += 1
        row.save(update_fields=["leased_until", "attempts"])
        return row


def _deliver(row: OutboxMessage) -> int:
    if row.attempts > MAX_ATTEMPTS:  # only a row whose sending kills its worker gets here
        _failed(row, RuntimeError("every attempt ended with its worker"), give_up=True)
        return 0
    try:
        handler: Deliver = import_string(settings.OUTBOX_HANDLERS[row.kind])
        handler(row)
    except PermanentFailure as exc:
        _failed(row, exc, give_up=True)
        return 0
    except Exception as exc:  # one bad row must block no other; it is kept, logged and tried again
        _failed(row, exc, give_up=row.attempts >= MAX_ATTEMPTS)
        return 0
    OutboxMessage.objects.filter(pk=row.pk).update(
        status=OutboxStatus.SENT, sent_at=clock.now(), leased_until=None, last_error=""
    )
    return 1


def _failed(row: OutboxMessage, exc: Exception, *, give_up: bool) -> None:
    gap = min(FIRST_GAP * 2 ** (row.attempts - 1), LONGEST_GAP)
    logger.log(
        logging.ERROR if give_up else logging.WARNING,
        "outbox %s attempt %s %s: %s", row.key, row.attempts, "given up" if give_up else "failed", type(exc).__name__,
    )  # fmt: skip
    # Only while the row is still ours: a worker that was slower than its lease must not undo what the next one did.
    OutboxMessage.objects.filter(pk=row.pk, status=OutboxStatus.PENDING, attempts=row.attempts).update(
        status=OutboxStatus.DEAD if give_up else OutboxStatus.PENDING,
        next_attempt_at=clock.now() + gap,
        leased_until=None,
        last_error=f"{type(exc).__name__}: {exc}"[:500],
    )
