"""Storing a proven message, once however many copies of it come."""

from __future__ import annotations

import json

from django.db import transaction
from django.db.models import F

from storefront.core import clock
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.sources import MAX_EVENT_ID, MAX_SUMMARY, Received


def store(*, source: str, message: Received) -> InboundEvent:
    """Write the message, or count one more copy of it. A copy of one that was given up is tried anew.

    Raises ValueError for an event id that cannot be kept whole (two of them must never look alike).
    """
    if not 0 < len(message.event_id) <= MAX_EVENT_ID:
        raise ValueError("an event needs an id of 1 to 255 characters")
    payload = json.dumps(dict(message.payload))
    with transaction.atomic():
        event, is_new = InboundEvent.objects.get_or_create(
            source=source,
            event_id=message.event_id,
            defaults={"summary": message.summary[:MAX_SUMMARY], "payload": payload},
        )
        if not is_new:
            same = InboundEvent.objects.filter(pk=event.pk)
            same.update(copies=F("copies") + 1)
            same.filter(status=InboundStatus.FAILED).update(
                status=InboundStatus.RECEIVED, attempts=0, next_attempt_at=clock.now()
            )
    return event
