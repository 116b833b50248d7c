"""Stores a message once, however many copies arrive."""

from __future__ import annotations

import json

from django.db import transaction
from django.db.models import F

from storefront.core import clock
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.sources import MAX_EVENT_ID, MAX_REFERENCE, MAX_SUMMARY, Received

#: Most unproven messages of one sender, and of one source, that may wait at a time.
MOST_OF_SENDER, MOST_OF_SOURCE = 100, 2000


class TooManyWaiting(Exception):
    """Too many unproven messages are waiting; no more are accepted."""


class Unstorable(ValueError):
    """The message has no usable id; sending it again cannot help."""


def store(*, source: str, message: Received, sender: str = "") -> InboundEvent:
    """Store the message, or count one more copy of it. A copy of one that was given up is handled again.

    ``sender`` identifies senders of unproven messages (a visitor's throttle key): each has MOST_OF_SENDER places and
    takes turns with the others. Raises TooManyWaiting when the places are taken, Unstorable for an event id that is
    empty, not printable or too long to be stored untruncated.
    """
    if not 0 < len(message.event_id) <= MAX_EVENT_ID or not message.event_id.isprintable():
        raise Unstorable("an event needs an id of 1 to 255 printable characters")
    known = InboundEvent.objects.filter(source=source, event_id=message.event_id)
    turn = 0 if message.is_proven or known.exists() else _turn(source, sender)
    with transaction.atomic():
        event, is_new = InboundEvent.objects.get_or_create(
            source=source,
            event_id=message.event_id,
            defaults={
                "summary": message.summary[:MAX_SUMMARY],
                "reference": message.reference[:MAX_REFERENCE],
                "payload": json.dumps(dict(message.payload)),
                "is_proven": message.is_proven,
                "sender": sender[:64],
                "turn": turn,
            },
        )
        if not is_new:
            same = InboundEvent.objects.filter(pk=event.pk)
            same.update(copies=F("copies") + 1)
            same.filter(status=InboundStatus.FAILED).update(
                status=InboundStatus.RECEIVED, forgiven_attempts=F("attempts"), next_attempt_at=clock.now()
            )
    return event


def _turn(source: str, sender: str) -> int:
    """How many messages of this sender are waiting: the next one comes after as many of everybody else."""
    waiting = InboundEvent.objects.filter(source=source, status=InboundStatus.RECEIVED, is_proven=False)
    own = waiting.filter(sender=sender[:64]).count()
    if own >= MOST_OF_SENDER or waiting.count() >= MOST_OF_SOURCE:
        raise TooManyWaiting(source)
    return own
