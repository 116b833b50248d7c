"""Writing to the outbox and draining it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.module_loading import import_string

from storefront.core import clock
from storefront.notifications.models import OutboxMessage, OutboxStatus

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
BATCH = 50
MAX_ATTEMPTS = 12

Deliver = Callable[[OutboxMessage], None]


class PermanentFailure(Exception):
    """Raised by a handler: trying again cannot help, give this message up."""


class TryLater(Exception):
    """Raised by a handler: not now. Its text is kept as the row's last error."""


def enqueue(
    *, kind: str, key: str, payload: dict[str, Any], group: str = "", due_at: datetime | None = None
) -> OutboxMessage:
    """Write one thing to send, in the caller's transaction: it is sent if and only if that commits.

    ``kind`` names a handler in settings.OUTBOX_HANDLERS, ``payload`` is JSON. ``key`` is the stable id: a second
    enqueue with it changes nothing and returns the first row. Rows of one ``group`` go out in order.
    ``due_at`` (UTC) delays it. Raises KeyError for an unknown kind.
    """
    if kind not in settings.OUTBOX_HANDLERS:
        raise KeyError(kind)
    row, _ = OutboxMessage.objects.get_or_create(
        key=key,
        defaults={"kind": kind, "payload": payload, "group": group, "next_attempt_at": due_at or clock.now()},
    )
    return row


def deliver_due() -> int:
    """Send what is due, one row at a time, each guarded from the others. Returns how many were sent."""
    sent = 0
    for _ in range(BATCH):
        row = _lease()
        if row is None:
            break
        sent += _deliver(row)
    return sent


def _lease() -> OutboxMessage | None:
    """Take one due row for two minutes; a worker that dies meanwhile loses it to the next one."""
    now = clock.now()
    earlier = OutboxMessage.objects.filter(
        group=OuterRef("group"), pk__lt=OuterRef("pk"), status=OutboxStatus.PENDING
    )
    with transaction.atomic():
        due = (
            OutboxMessage.objects.filter(status=OutboxStatus.PENDING, next_attempt_at__lte=now)
            .filter(Q(leased_until=None) | Q(leased_until__lt=now))
            .filter(Q(group="") | ~Exists(earlier))
            .order_by("pk")
        )
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
    handler: Deliver = import_string(settings.OUTBOX_HANDLERS[row.kind])
    try:
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
    gap = timedelta(seconds=min(5 * 2 ** (row.attempts - 1), 6 * 3600))
    logger.warning("outbox %s attempt %s: %s", row.key, row.attempts, type(exc).__name__)
    if give_up:
        logger.error("outbox %s given up", row.key)
    OutboxMessage.objects.filter(pk=row.pk).update(
        status=OutboxStatus.DEAD if give_up else OutboxStatus.PENDING,
        next_attempt_at=clock.now() + gap,
        leased_until=None,
        last_error=f"{type(exc).__name__}: {exc}"[:500],
    )
