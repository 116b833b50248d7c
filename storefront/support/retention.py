"""Tickets closed long ago; and files whose message was never stored, written before a transaction that failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Q

from storefront.core import clock
from storefront.core.retention import delete_in_batches
from storefront.support.models import Attachment, Conversation
from storefront.support.models.files import FOLDER
from storefront.support.states import ConversationStatus

#: No transaction takes longer.
AGE = timedelta(days=1)
#: Names that are looked for at once.
AT_ONCE = 500


def clear_closed() -> int:
    """Delete tickets closed before settings.TICKET_KEEP_DAYS, with messages, notes and files. Returns how many."""
    before = clock.now() - timedelta(days=settings.TICKET_KEEP_DAYS)
    closed = Conversation.objects.filter(status=ConversationStatus.CLOSED)
    return delete_in_batches(closed.filter(Q(closed_at__lt=before) | Q(closed_at=None, last_message_at__lt=before)))


def clear_lost_files() -> int:
    """The worker's job: delete files of tickets that no row names any more. Returns how many."""
    if not default_storage.exists(FOLDER):
        return 0
    folders, _files = default_storage.listdir(FOLDER)
    return sum(_clear(f"{FOLDER}/{folder}") for folder in folders)


def _is_older(path: str, moment: datetime) -> bool:
    try:
        return default_storage.get_modified_time(path) < moment
    except FileNotFoundError:  # it went with its row just now
        return False


def _clear(folder: str) -> int:
    _folders, files = default_storage.listdir(folder)
    before = clock.now() - AGE
    old = [path for path in (f"{folder}/{file}" for file in files) if _is_older(path, before)]
    done = 0
    for start in range(0, len(old), AT_ONCE):
        some = old[start : start + AT_ONCE]
        known = set(Attachment.objects.filter(file__in=some).values_list("file", flat=True))
        for path in set(some) - known:
            default_storage.delete(path)
            done += 1
    return done
