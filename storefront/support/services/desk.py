"""What staff do with a conversation beside answering it. Every function logs nothing: the caller does, in the same
transaction."""

from __future__ import annotations

from django.db import transaction

from storefront.core import clock, states
from storefront.support.errors import AlreadyDecided, AssignedMeanwhile
from storefront.support.models import Conversation, Department, HeldMail, InternalNote
from storefront.support.services import conversations, deadlines
from storefront.users.models import User


def assign(*, conversation: Conversation, to: User | None, expected: int | None) -> bool:
    """Give it to a member of staff, or to nobody. Returns whether that changed anything.

    ``expected``: key of the assignee that the one who assigns had before them (None: nobody). Raises AssignedMeanwhile
    if it is another by now.
    """
    with transaction.atomic():
        locked = states.lock(conversation)
        if locked.assignee_id == (to.pk if to else None):
            return False
        if locked.assignee_id != expected:
            raise AssignedMeanwhile(locked.assignee)
        locked.assignee = to
        locked.save(update_fields=["assignee"])
        return True


def move(*, conversation: Conversation, department: Department | None) -> bool:
    """Give it to a department, with its time to answer. Returns whether that changed anything."""
    with transaction.atomic():
        locked = states.lock(conversation)
        if locked.department_id == (department.pk if department else None):
            return False
        locked.department = department
        deadlines.reckon(locked)
        locked.save(update_fields=["department", *deadlines.FIELDS])
        return True


def note(*, conversation: Conversation, by: User, text: str, key: str) -> None:
    """Add a note that only staff see. Idempotent per ``key``."""
    row = InternalNote(conversation=conversation, staff=by, text=text, key=f"{conversation.pk}:{key}"[:80])
    InternalNote.objects.bulk_create([row], ignore_conflicts=True)


def accept(*, held: HeldMail, by: User) -> None:
    """Take a mail from another address in as a message of the customer. Raises AlreadyDecided."""
    with transaction.atomic():
        conversations.lock(held.conversation)
        locked = _decide(held, by, is_accepted=True)
        message = conversations.write(
            conversation=locked.conversation, text=locked.text, quoted=locked.quoted, key=f"held:{locked.pk}",
            is_by_mail=True,
        )  # fmt: skip
        locked.attachments.update(message=message, conversation=message.conversation if message else None)


def put_aside(*, held: HeldMail, by: User) -> None:
    """Keep a mail out of the conversation; its files are deleted. Raises AlreadyDecided."""
    with transaction.atomic():
        locked = _decide(held, by, is_accepted=False)
        for attachment in locked.attachments.all():
            attachment.delete()


def _decide(held: HeldMail, by: User, *, is_accepted: bool) -> HeldMail:
    locked = states.lock(held)
    if locked.decided_at is not None:
        raise AlreadyDecided
    locked.decided_at, locked.decided_by, locked.is_accepted = clock.now(), by, is_accepted
    locked.save(update_fields=["decided_at", "decided_by", "is_accepted"])
    return locked
