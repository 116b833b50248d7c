"""Storing a message, once however many copies of it come."""

from __future__ import annotations

import json

from django.db import transaction
from django.db.models import F

from storefront.core import clock
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.sources import MAX_EVENT_ID, MAX_SUMMARY, Received

#: How many unproven messages of one sender, and of one source, may wait at a time.
MOST_OF_SENDER, MOST_OF_SOURCE = 100, 2000


class TooManyWaiting(Exception):
    """So much that is unproven waits already that no more is taken in."""


class Unstorable(ValueError):
    """A message without an id that could be kept whole. The same message will never be storable."""


def store(*, source: str, message: Received, sender: str = "") -> InboundEvent:
    """Write the message, or count one more copy of it. A copy of one that was given up is tried anew.

    ``sender`` tells the senders of unproven messages apart (a visitor's throttle key): each has so many places and no
    more, and takes turns with the others. Raises TooManyWaiting when the places are taken, Unstorable for an event id
    that cannot be kept whole (two of them must never look alike).
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
                status=InboundStatus.RECEIVED, attempts=0, next_attempt_at=clock.now()
            )
    return event


def _turn(source: str, sender: str) -> int:
    """How many of this sender's wait already: its next one comes after as many of everybody else's."""
    waiting = InboundEvent.objects.filter(source=source, status=InboundStatus.RECEIVED, is_proven=False)
    own = waiting.filter(sender=sender[:64]).count()
    if own >= MOST_OF_SENDER or waiting.count() >= MOST_OF_SOURCE:
        raise TooManyWaiting(source)
    return own
