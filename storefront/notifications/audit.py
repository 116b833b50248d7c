"""Outgoing messages that have waited too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F, Q

from storefront.core import clock
from storefront.core.audit import Finding
from storefront.notifications.models import OutboxMessage, OutboxStatus

LATE_AFTER = timedelta(minutes=10)
MOST_TRIES = 10


def checks() -> Iterator[Finding]:
    """Unsent for ten minutes, given up, or tried more than ten times."""
    late = clock.now() - LATE_AFTER
    overdue = Q(status=OutboxStatus.PENDING, created_at__lt=late, next_attempt_at__lt=late)
    tired = Q(status=OutboxStatus.PENDING, attempts__gt=F("forgiven_attempts") + MOST_TRIES)
    for row in OutboxMessage.objects.filter(overdue | tired | Q(status=OutboxStatus.DEAD)):
        yield Finding("outbox-unsent", row.key, f"{row.status}, tried {row.attempts} times: {row.last_error}")
