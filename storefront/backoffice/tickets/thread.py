"""What happened in a ticket, in the order of time: messages, notes of staff, mails that wait for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storefront.support.models import Conversation, HeldMail, InternalNote, Message


@dataclass(frozen=True, slots=True)
class Entry:
    """``kind``: message, note or held, which says what ``thing`` is."""

    kind: str
    at: datetime
    thing: Any


def entries(conversation: Conversation, messages: Sequence[Message]) -> list[Entry]:
    """Everything that staff see; three queries beside the messages."""
    notes = InternalNote.objects.filter(conversation=conversation).select_related("staff")
    held = HeldMail.objects.filter(conversation=conversation).exclude(is_accepted=True)
    found = [
        *(Entry("message", message.created_at, message) for message in messages),
        *(Entry("note", note.created_at, note) for note in notes),
        *(
            Entry("held", mail.received_at, mail)
            for mail in held.select_related("decided_by").prefetch_related("attachments")
        ),
    ]
    return sorted(found, key=lambda entry: entry.at)
