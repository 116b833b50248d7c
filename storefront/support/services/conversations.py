"""Changes of a conversation by those who talk in it. Each locks its row, so that concurrent writers see each other's
messages. What is written to a conversation that was merged into another arrives there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from storefront.core import clock, states
from storefront.core.uploads.checking import CheckedFile
from storefront.support import mails, rating_requests
from storefront.support.errors import NewerMessages
from storefront.support.models import Author, Conversation, Department, Kind, Message
from storefront.support.services import deadlines, files
from storefront.support.states import CONVERSATION_TRANSITIONS, ConversationStatus
from storefront.users.models import User


@dataclass(frozen=True, slots=True)
class About:
    """What a ticket is about: an order, an invoice, a license of the customer's own."""

    order: Any = None
    invoice: Any = None
    license: Any = None


def begin(
    *,
    key: str,
    text: str,
    language: str,
    page_url: str,
    customer: User | None,
    name: str = "",
    email: str = "",
    subject: str = "",
    kind: str = Kind.CHAT,
    ip: str | None = None,
    department: Department | None = None,
    about: About | None = None,
    attachments: Sequence[CheckedFile] = (),
) -> Conversation:
    """Store a first message as a new conversation and tell staff by mail; of a ticket its customer, too.

    ``key`` is the form's id: the same form sent again, even at the same moment, returns the conversation it started
    the first time. ``text`` is plain and not empty. Without a ``department`` it goes to the default one.
    """
    about = about or About()
    try:
        with transaction.atomic():
            if earlier := _begun(key):
                return earlier
            conversation = Conversation.objects.create(
                kind=kind, customer=customer, name=name, email=email, subject=subject, language=language,
                page_url=page_url, ip_address=ip, department=department or deadlines.default_department(),
                order=about.order, invoice=about.invoice, license=about.license,
            )  # fmt: skip
            message = _add(conversation, Author.VISITOR, text=text, key=_key("begin", key), attachments=attachments)
            mails.tell_staff(conversation, message, is_new=True)
            if kind == Kind.TICKET:
                mails.confirm(conversation, message)
    except IntegrityError:  # the other request of a double click came first
        if earlier := _begun(key):
            return earlier
        raise
    return conversation


def write(
    *,
    conversation: Conversation,
    text: str,
    key: str,
    attachments: Sequence[CheckedFile] = (),
    quoted: str = "",
    is_by_mail: bool = False,
) -> Message | None:
    """Add a message of the visitor; reopens a closed conversation. Idempotent per ``key``: None if it is there.

    ``quoted`` is what a mail repeated of earlier ones.
    """
    with transaction.atomic():
        locked = lock(conversation)
        own = _key(str(conversation.pk), key)
        if Message.objects.filter(key=own).exists():
            return None
        was_quiet = mails.is_quiet(locked)
        states.apply(locked, ConversationStatus.OPEN, table=CONVERSATION_TRANSITIONS, closed_at=None)
        message = _add(
            locked, Author.VISITOR, text=text, key=own, attachments=attachments, quoted=quoted, is_by_mail=is_by_mail
        )
        if was_quiet:
            mails.tell_staff(locked, message, is_new=False)
        return message


def is_written(*, conversation: Conversation, key: str) -> bool:
    """Whether ``write`` or ``answer`` with this key has added its message."""
    return Message.objects.filter(key=_key(str(conversation.pk), key)).exists()


def answer(
    *,
    conversation: Conversation,
    by: User,
    text: str,
    key: str,
    attachments: Sequence[CheckedFile] = (),
    seen: int | None = None,
) -> None:
    """Add an answer of staff. It is also mailed, unless the visitor reads it here soon.

    ``seen``: number of the last message its author had before them. Raises NewerMessages if there is a later one.
    """
    with transaction.atomic():
        locked = lock(conversation)
        own = _key(str(conversation.pk), key)
        if Message.objects.filter(key=own).exists():
            return
        newer = list(locked.messages.select_related("staff").filter(number__gt=seen)) if seen is not None else []
        if newer:
            raise NewerMessages(newer)
        states.apply(locked, ConversationStatus.ANSWERED, table=CONVERSATION_TRANSITIONS, closed_at=None)
        if locked.assignee_id is None:
            locked.assignee = by
            locked.save(update_fields=["assignee"])
        message = _add(locked, Author.STAFF, text=text, key=own, staff=by, attachments=attachments)
        mails.tell_visitor_later(locked, message)


def close(*, conversation: Conversation, is_by_staff: bool = False) -> None:
    """Close it. The visitor still sees it, and reopens it by writing; if staff close it, a mail asks for a rating."""
    _turn(conversation, ConversationStatus.CLOSED, asks=is_by_staff)


def reopen(*, conversation: Conversation) -> None:
    """Put it back among those that wait for an answer."""
    _turn(conversation, ConversationStatus.OPEN)


def adopt(*, public_id: str, customer: User) -> None:
    """Give a conversation without an account to the visitor's account."""
    with transaction.atomic():
        for conversation in Conversation.objects.select_for_update().filter(public_id=public_id, customer=None):
            conversation.customer = customer
            conversation.save(update_fields=["customer"])


def seen_by_visitor(*, conversation: Conversation, number: int) -> None:
    """Note what the visitor was shown: messages up to this ``number``."""
    if number > conversation.read_by_visitor:
        # An UPDATE, not save(): a slow request must not undo what a later one noted.
        Conversation.objects.filter(pk=conversation.pk, read_by_visitor__lt=number).update(read_by_visitor=number)
        conversation.read_by_visitor = number


def seen_by_staff(*, conversation: Conversation) -> None:
    """Call it before the messages are read, so that one that arrives meanwhile stays unread."""
    if conversation.is_unread:
        Conversation.objects.filter(pk=conversation.pk).update(is_unread=False)
        conversation.is_unread = False


def lock(conversation: Conversation) -> Conversation:
    """The conversation, locked; the one it was merged into, if it was."""
    locked = states.lock(conversation)
    while locked.merged_into_id is not None:
        locked = states.lock(Conversation.objects.get(pk=locked.merged_into_id))
    return locked


def _turn(conversation: Conversation, status: ConversationStatus, *, asks: bool = False) -> None:
    with transaction.atomic():
        locked = states.lock(conversation)
        if locked.merged_into_id is not None:
            return  # it stays closed; the one that goes on is closed by itself
        at = clock.now() if status == ConversationStatus.CLOSED else None
        if states.apply(locked, status, table=CONVERSATION_TRANSITIONS, is_unread=False, closed_at=at):
            deadlines.reckon(locked)
            locked.save(update_fields=deadlines.FIELDS)
            if asks:
                rating_requests.ask_later(locked)


def _add(
    conversation: Conversation,
    author: Author,
    *,
    text: str,
    key: str,
    staff: User | None = None,
    attachments: Sequence[CheckedFile] = (),
    quoted: str = "",
    is_by_mail: bool = False,
) -> Message:
    """The next message of a locked (or new) conversation."""
    last = conversation.messages.aggregate(last=Max("number"))["last"] or 0
    message = Message.objects.create(
        conversation=conversation, number=last + 1, author=author, staff=staff, text=text, key=key, quoted=quoted,
        is_by_mail=is_by_mail,
    )  # fmt: skip
    files.attach(attachments, conversation=conversation, message=message)
    conversation.last_message_at, conversation.is_unread = message.created_at, author == Author.VISITOR
    if author == Author.STAFF:
        deadlines.end(conversation)
    elif conversation.due_at is None:
        deadlines.begin(conversation, since=message.created_at)
    conversation.save(update_fields=["last_message_at", "is_unread", *deadlines.FIELDS])
    return message


def _begun(key: str) -> Conversation | None:
    message = Message.objects.select_related("conversation").filter(key=_key("begin", key)).first()
    return message.conversation if message else None


def _key(scope: str, key: str) -> str:
    """A form's id within its scope, so that nobody can use up the id of somebody else's message."""
    return f"{scope}:{key}"[:80]
