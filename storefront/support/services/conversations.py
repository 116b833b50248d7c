"""Changes of a conversation. Each locks its row, so that concurrent writers see each other's messages."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max

from storefront.core import states
from storefront.support import mails
from storefront.support.models import Author, Conversation, Kind, Message
from storefront.support.states import CONVERSATION_TRANSITIONS, ConversationStatus
from storefront.users.models import User


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
) -> Conversation:
    """Store a first message as a new conversation and tell staff by mail.

    ``key`` is the form's id: the same form sent again, even at the same moment, returns the conversation it started
    the first time. ``text`` is plain and not empty.
    """
    try:
        with transaction.atomic():
            if earlier := _begun(key):
                return earlier
            conversation = Conversation.objects.create(
                kind=kind, customer=customer, name=name, email=email, subject=subject, language=language,
                page_url=page_url, ip_address=ip,
            )  # fmt: skip
            message = _add(conversation, Author.VISITOR, text=text, key=_key("begin", key))
            mails.tell_staff(conversation, message, is_new=True)
    except IntegrityError:  # the other request of a double click came first
        if earlier := _begun(key):
            return earlier
        raise
    return conversation


def write(*, conversation: Conversation, text: str, key: str) -> None:
    """Add a message of the visitor; reopens a closed conversation. Idempotent per ``key``."""
    with transaction.atomic():
        locked = states.lock(conversation)
        own = _key(str(locked.pk), key)
        if Message.objects.filter(key=own).exists():
            return
        was_quiet = mails.is_quiet(locked)
        states.apply(locked, ConversationStatus.OPEN, table=CONVERSATION_TRANSITIONS)
        message = _add(locked, Author.VISITOR, text=text, key=own)
        if was_quiet:
            mails.tell_staff(locked, message, is_new=False)


def answer(*, conversation: Conversation, by: User, text: str, key: str) -> None:
    """Add an answer of staff. It is also mailed, unless the visitor reads it here soon."""
    with transaction.atomic():
        locked = states.lock(conversation)
        own = _key(str(locked.pk), key)
        if Message.objects.filter(key=own).exists():
            return
        states.apply(locked, ConversationStatus.ANSWERED, table=CONVERSATION_TRANSITIONS)
        message = _add(locked, Author.STAFF, text=text, key=own, staff=by)
        mails.tell_visitor_later(locked, message)


def close(*, conversation: Conversation) -> None:
    """Close it. The visitor still sees it, and reopens it by writing."""
    _turn(conversation, ConversationStatus.CLOSED)


def reopen(*, conversation: Conversation) -> None:
    """Put it back among those that wait for an answer."""
    _turn(conversation, ConversationStatus.OPEN)


def adopt(*, public_id: str, customer: User) -> None:
    """Give a conversation without an account to the visitor's account."""
    Conversation.objects.filter(public_id=public_id, customer=None).update(customer=customer)


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


def _turn(conversation: Conversation, status: ConversationStatus) -> None:
    with transaction.atomic():
        states.apply(states.lock(conversation), status, table=CONVERSATION_TRANSITIONS, is_unread=False)


def _add(conversation: Conversation, author: Author, *, text: str, key: str, staff: User | None = None) -> Message:
    """The next message of a locked (or new) conversation."""
    last = conversation.messages.aggregate(last=Max("number"))["last"] or 0
    message = Message.objects.create(
        conversation=conversation, number=last + 1, author=author, staff=staff, text=text, key=key
    )
    conversation.last_message_at, conversation.is_unread = message.created_at, author == Author.VISITOR
    conversation.save(update_fields=["last_message_at", "is_unread"])
    return message


def _begun(key: str) -> Conversation | None:
    message = Message.objects.select_related("conversation").filter(key=_key("begin", key)).first()
    return message.conversation if message else None


def _key(scope: str, key: str) -> str:
    """A form's id within its scope, so that nobody can use up the id of somebody else's message."""
    return f"{scope}:{key}"[:80]
