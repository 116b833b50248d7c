"""Incoming messages that have waited too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q

from storefront.core import clock
from storefront.core.audit import Finding
from storefront.inbox.models import InboundEvent, InboundStatus

LATE_AFTER = timedelta(minutes=10)


def checks() -> Iterator[Finding]:
    """Unhandled for ten minutes, or given up."""
    waiting = Q(status=InboundStatus.RECEIVED, received_at__lt=clock.now() - LATE_AFTER)
    for event in InboundEvent.objects.filter(waiting | Q(status=InboundStatus.FAILED)):
        yield Finding(
            "inbox-unhandled", str(event), f"{event.status}, tried {event.attempts} times: {event.last_error}"
        )
