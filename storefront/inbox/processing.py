"""Acting on stored messages: one at a time, each guarded from the others."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q

from storefront.core import clock
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.sources import GiveUp, UnknownSource, source
from storefront.notifications import mails

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
BATCH = 50
#: Seconds one run may begin new work for; a provider that hangs must not hold up the worker's other jobs.
PATIENCE = 20.0
MAX_ATTEMPTS = 12
FIRST_GAP, LONGEST_GAP = timedelta(seconds=5), timedelta(hours=1)


def process_due() -> int:
    """Handle what is due. Returns how many messages were finished with. Safe to run in many workers at once."""
    started, done = time.monotonic(), 0
    for _ in range(BATCH):
        event = _lease()
        if event is None:
            break
        done += _handle(event)
        if time.monotonic() - started > PATIENCE:
            break
    return done


def _lease() -> InboundEvent | None:
    """Take one due message for two minutes. Those tried least come first, so a bad one never stands in the way."""
    now = clock.now()
    due = (
        InboundEvent.objects.filter(status=InboundStatus.RECEIVED, next_attempt_at__lte=now)
        .filter(Q(leased_until=None) | Q(leased_until__lt=now))
        .order_by("attempts", "pk")
    )
    if not due.exists():  # the usual answer; on SQLite it takes no write lock
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        event = due.first()
        if event is not None:
            event.leased_until = now + LEASE
            event.attempts += 1
            event.save(update_fields=["leased_until", "attempts"])
    return event


def _handle(event: InboundEvent) -> int:
    try:
        acted = source(event.source).handle(event)
    except (GiveUp, UnknownSource) as exc:
        _failed(event, exc, is_final=True)
        return 0
    except Exception as exc:  # the loop's last line: one bad message must block no other; it is kept and tried again
        _failed(event, exc, is_final=event.attempts >= MAX_ATTEMPTS)
        return 0
    InboundEvent.objects.filter(pk=event.pk).update(
        status=InboundStatus.PROCESSED if acted else InboundStatus.IGNORED,
        processed_at=clock.now(),
        leased_until=None,
        last_error="",
        payload=None,
    )
    return 1


def _failed(event: InboundEvent, exc: Exception, *, is_final: bool) -> None:
    gap = min(FIRST_GAP * 2 ** (event.attempts - 1), LONGEST_GAP)
    logger.warning("message %s, attempt %d: %s", event, event.attempts, type(exc).__name__)
    with transaction.atomic():
        InboundEvent.objects.filter(pk=event.pk).update(
            status=InboundStatus.FAILED if is_final else InboundStatus.RECEIVED,
            next_attempt_at=clock.now() + gap,
            leased_until=None,
            last_error=f"{type(exc).__name__}: {exc}"[:500],
        )
        if is_final:
            logger.error("message %s given up", event)
            mails.staff_notice(
                key=f"inbox-failed:{event.pk}:{event.copies}",
                subject=f"A message of {event.source} could not be handled",
                text=f"{event.summary or event.event_id} was tried {event.attempts} times: {type(exc).__name__}.",
            )
