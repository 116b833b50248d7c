"""What staff can do about a webhook: have it handled now, or give it up."""

from __future__ import annotations

from django.db import transaction

from storefront.core import clock
from storefront.inbox.models import InboundEvent, InboundStatus


class RepairError(Exception):
    """The webhook is not in a state for this."""


class BeingHandled(RepairError):
    """A worker is handling it."""


class AlreadyOver(RepairError):
    """It was handled or given up by staff: its content is no longer kept."""


def retry(*, event_id: int) -> InboundEvent:
    """Have a waiting or given-up webhook handled at once, with the full number of attempts before it is given up again.

    Raises BeingHandled, AlreadyOver.
    """
    with transaction.atomic():
        event = locked(event_id)
        if event.status == InboundStatus.FAILED:
            event.status, event.forgiven_attempts = InboundStatus.RECEIVED, event.attempts
        event.next_attempt_at = clock.now()
        event.save(update_fields=["status", "forgiven_attempts", "next_attempt_at"])
    return event


def give_up(*, event_id: int) -> InboundEvent:
    """Nothing more is tried, its content is forgotten, and nobody is warned of it any more; a later copy of it changes
    nothing. Raises BeingHandled, AlreadyOver."""
    with transaction.atomic():
        event = locked(event_id)
        event.status, event.payload, event.sender = InboundStatus.DISMISSED, None, ""
        event.save(update_fields=["status", "payload", "sender"])
    return event


def locked(event_id: int) -> InboundEvent:
    """The webhook, which nobody else changes until the transaction ends. Raises BeingHandled, AlreadyOver."""
    event = InboundEvent.objects.select_for_update().get(pk=event_id)
    if event.status not in (InboundStatus.RECEIVED, InboundStatus.FAILED):
        raise AlreadyOver
    if event.is_leased:
        raise BeingHandled
    return event
