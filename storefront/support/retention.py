"""Tickets closed long ago; and files whose message was never stored, written before a transaction that failed."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from storefront.core import clock
from storefront.core.retention import delete_in_batches, delete_lost_files
from storefront.support.models import Attachment, Conversation
from storefront.support.models.files import FOLDER
from storefront.support.states import ConversationStatus


def clear_closed() -> int:
    """Delete tickets closed before settings.TICKET_KEEP_DAYS, with messages, notes and files. Returns how many."""
    before = clock.now() - timedelta(days=settings.TICKET_KEEP_DAYS)
    closed = Conversation.objects.filter(status=ConversationStatus.CLOSED)
    return delete_in_batches(closed.filter(Q(closed_at__lt=before) | Q(closed_at=None, last_message_at__lt=before)))


def clear_lost_files() -> int:
    """The worker's job: delete files of tickets that no row names any more. Returns how many."""
    return delete_lost_files(
        FOLDER, lambda names: set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
    )
