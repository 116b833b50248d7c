"""The outbox: enqueue and deliver."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string
from structlog.contextvars import bound_contextvars

from storefront.core import clock, queue
from storefront.core.personal_data import is_nobodys
from storefront.core.signals import rows_written
from storefront.core.user_input import emails
from storefront.notifications.models import OutboxMessage, OutboxStatus

logger = logging.getLogger(__name__)

#: 5 s, 10 s, 20 s ... up to 6 h apart: survives an outage of about two days. The lease is longer than a mail company
#: may take to answer.
PATIENCE = queue.Patience(lease=timedelta(minutes=2), longest_gap=timedelta(hours=6), max_attempts=20)
#: From this attempt on (about five minutes) a row no longer blocks the later ones of its group.
ORDERED_ATTEMPTS = 6

Deliver = Callable[[OutboxMessage], None]


class PermanentFailure(Exception):
    """Raised by a handler: retrying cannot help."""


class Withheld(Exception):
    """Raised by a handler: must not be sent, which is no error. The text says why."""


class TryLater(Exception):
    """Raised by a handler: not now. The text becomes the row's last error."""


def enqueue(
    *,
    kind: str,
    key: str,
    payload: dict[str, Any],
    group: str = "",
    due_at: datetime | None = None,
    template: str = "",
    recipient: str = "",
) -> None:
    """Write one message to send, in the caller's transaction: it is sent if and only if that commits.

    ``kind`` names a handler in settings.OUTBOX_HANDLERS, ``payload`` is JSON. ``key`` is the stable id: a second
    message with it is ignored. Rows of one ``group`` are sent in order. ``due_at`` (UTC) delays it. ``template`` and
    ``recipient``: which mail to whom, where that is known yet; one to an erased customer is not written. Raises
    KeyError for an unknown kind.
    """
    if kind not in settings.OUTBOX_HANDLERS:
        raise KeyError(kind)
    if is_nobodys(recipient):
        return
    row = OutboxMessage(
        kind=kind, key=key, payload=payload, group=group, next_attempt_at=due_at or clock.now(), template=template,
        recipient=emails.spelling(recipient)[:254],
    )  # fmt: skip
    OutboxMessage.objects.bulk_create([row], ignore_conflicts=True)
    rows_written.send(sender=OutboxMessage, rows=OutboxMessage.objects.filter(key=key))


def deliver_due(*, only: Sequence[str] = (), apart_from: Sequence[str] = ()) -> int:
    """Send due rows one at a time; a failing one does not stop the others. Returns how many were sent.

    ``only`` and ``apart_from`` name kinds: each thread of the worker has its own.
    """

    def due_rows(now: datetime) -> QuerySet[OutboxMessage]:
        rows = _due(now).exclude(kind__in=apart_from)
        return rows.filter(kind__in=only) if only else rows

    return queue.drain(lambda: queue.lease(due_rows, PATIENCE), _deliver)


def _due(now: datetime) -> QuerySet[OutboxMessage]:
    earlier = OutboxMessage.objects.filter(
        Q(attempts__gt=0) | Q(next_attempt_at__lte=now),  # a delayed one blocks nobody
        group=OuterRef("group"),
        pk__lt=OuterRef("pk"),
        status=OutboxStatus.PENDING,
        attempts__lt=F("forgiven_attempts") + ORDERED_ATTEMPTS,
    )
    rows = OutboxMessage.objects.filter(status=OutboxStatus.PENDING)
    return queue.due(rows, now).filter(Q(group="") | ~Exists(earlier)).order_by("next_attempt_at", "pk")


def _deliver(row: OutboxMessage) -> int:
    if row.tries > PATIENCE.max_attempts:  # only a row that kills its worker gets here
        _failed(row, RuntimeError("every attempt ended with its worker"), give_up=True)
        return 0
    try:
        handler: Deliver = import_string(settings.OUTBOX_HANDLERS[row.kind])
        with bound_contextvars(message=row.key):
            handler(row)
    except Withheld as exc:
        logger.info("outbox %s withheld: %s", row.key, exc)
        queue.finish(row, status=OutboxStatus.WITHHELD, next_attempt_at=clock.now(), last_error=str(exc)[:500])
        return 0
    except PermanentFailure as exc:
        _failed(row, exc, give_up=True)
        return 0
    except Exception as exc:  # one bad row must block no other; it is kept, logged and retried
        _failed(row, exc, give_up=row.tries >= PATIENCE.max_attempts)
        return 0
    OutboxMessage.objects.filter(pk=row.pk).update(
        status=OutboxStatus.SENT, sent_at=clock.now(), leased_until=None, last_error=""
    )
    return 1


def _failed(row: OutboxMessage, exc: Exception, *, give_up: bool) -> None:
    logger.log(
        logging.ERROR if give_up else logging.WARNING,
        "outbox %s attempt %s %s: %s", row.key, row.attempts, "given up" if give_up else "failed", type(exc).__name__,
    )  # fmt: skip
    queue.finish(
        row,
        status=OutboxStatus.DEAD if give_up else OutboxStatus.PENDING,
        next_attempt_at=clock.now() + PATIENCE.gap_after(row.tries),
        last_error=f"{type(exc).__name__}: {exc}"[:500],
    )
