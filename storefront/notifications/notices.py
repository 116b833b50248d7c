"""Whether a mail that something depends on has reached its reader, as far as is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storefront.notifications.models import DeliveryStatus, OutboxMessage, OutboxStatus

_CAME_BACK = (DeliveryStatus.BOUNCED, DeliveryStatus.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class Notice:
    """``sent_at``: when it was sent, None if it was not yet. ``is_lost``: it never will be, or it came back."""

    sent_at: datetime | None
    is_lost: bool


def of(key: str) -> Notice:
    """About the mail with this key; one that was never written is lost. One query."""
    row = OutboxMessage.objects.filter(key=key).first()
    if row is None:
        return Notice(None, is_lost=True)
    is_sent = row.status == OutboxStatus.SENT
    is_lost = row.delivery_status in _CAME_BACK or row.status not in (OutboxStatus.SENT, OutboxStatus.PENDING)
    return Notice(row.sent_at if is_sent and not is_lost else None, is_lost=is_lost)
