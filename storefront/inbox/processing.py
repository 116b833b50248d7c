"""Handles stored messages, one at a time; a failing one does not stop the others."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from structlog.contextvars import bound_contextvars

from storefront.core import clock, queue
from storefront.core.language import absolute_url
from storefront.inbox.labels import source as source_label
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.sources import GiveUp, NotNow, UnknownSource, source
from storefront.notifications import mails

logger = logging.getLogger(__name__)

#: A short lease: handlers are idempotent, so another worker may soon take over a dead one's message.
PATIENCE = queue.Patience(lease=timedelta(seconds=30), longest_gap=timedelta(hours=1), max_attempts=12)
#: Gap between attempts while the company that a handler must ask is down.
AWAY_GAP = timedelta(seconds=3)


def process_due(*, only: Sequence[str] = (), apart_from: Sequence[str] = (), is_proven: bool | None = None) -> int:
    """Handle due messages. Returns how many were finished. Safe to run in many workers at once.

    ``only`` and ``apart_from`` name sources, ``is_proven`` selects by whether the origin was verified on arrival: each
    thread of the worker has its own share.
    """

    def due_rows(now: datetime) -> QuerySet[InboundEvent]:
        rows = _due(now).exclude(source__in=apart_from)
        rows = rows.filter(source__in=only) if only else rows
        return rows if is_proven is None else rows.filter(is_proven=is_proven)

    return queue.drain(lambda: queue.lease(due_rows, PATIENCE), _handle)


def wake(source: str) -> None:
    """The source's company is back: make its waiting messages due at once."""
    now = clock.now()
    waiting = InboundEvent.objects.filter(source=source, status=InboundStatus.RECEIVED, next_attempt_at__gt=now)
    waiting.update(next_attempt_at=now)


def _due(now: datetime) -> QuerySet[InboundEvent]:
    """Proven messages first; least attempts first, so that a bad one never blocks others; of the unproven ones every
    sender's first before anybody's second."""
    rows = InboundEvent.objects.filter(status=InboundStatus.RECEIVED)
    return queue.due(rows, now).order_by("-is_proven", "attempts", "turn", "pk")


def _handle(event: InboundEvent) -> int:
    try:
        with bound_contextvars(webhook=str(event)):
            acted = source(event.source).handle(event)
    except NotNow as exc:
        queue.finish(
            event, attempts=event.attempts - 1, next_attempt_at=clock.now() + AWAY_GAP, last_error=str(exc)[:500]
        )
        return 0
    except (GiveUp, UnknownSource) as exc:
        _failed(event, exc, is_final=True)
        return 0
    except Exception as exc:  # one bad message must block no other; it is kept and retried
        _failed(event, exc, is_final=event.tries >= PATIENCE.max_attempts)
        return 0
    now = clock.now()
    InboundEvent.objects.filter(pk=event.pk).update(
        status=InboundStatus.PROCESSED if acted else InboundStatus.IGNORED,
        processed_at=now,
        leased_until=None,
        last_error="",
        payload=None,
        sender="",
    )
    logger.info("message %s: handled %.1f s after it came", event, (now - event.received_at).total_seconds())
    return 1


def _failed(event: InboundEvent, exc: Exception, *, is_final: bool) -> None:
    logger.warning("message %s, attempt %d: %s", event, event.attempts, type(exc).__name__)
    with transaction.atomic():
        queue.finish(
            event,
            status=InboundStatus.FAILED if is_final else InboundStatus.RECEIVED,
            next_attempt_at=clock.now() + PATIENCE.gap_after(event.tries),
            last_error=f"{type(exc).__name__}: {exc}"[:500],
        )
        if is_final:
            logger.error("message %s given up", event)
            with translation.override("en"):
                subject = f"A message could not be handled: {source_label(event.source)}"
            mails.staff_notice(
                key=f"inbox-failed:{event.pk}:{event.copies}",
                subject=subject,
                text=f"{event.summary or event.event_id} was tried {event.attempts} times, and is not tried again. "
                f"What went wrong: {absolute_url('backoffice-webhook', language='en', pk=event.pk)}",
            )
