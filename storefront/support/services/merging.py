"""Two conversations of one customer become one: messages, notes, files and waiting mails, in the order of time."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from storefront.core import clock, states
from storefront.support.errors import NotMergeable
from storefront.support.models import Author, Conversation, Message
from storefront.support.services import deadlines
from storefront.support.states import ConversationStatus

#: Above every number there is, while the messages get their new ones.
_APART = 1_000_000
_ABOUT = ("order", "invoice", "license")


def check(*, source: Conversation, target: Conversation) -> None:
    """Raises NotMergeable."""
    if source.pk == target.pk:
        raise NotMergeable("same")
    if source.customer_id is None or source.customer_id != target.customer_id:
        raise NotMergeable("customer")
    if source.merged_into_id is not None or target.merged_into_id is not None:
        raise NotMergeable("merged")


def merge(*, source: Conversation, target: Conversation) -> None:
    """Move everything of ``source`` into ``target``; ``source`` is closed and leads there. Raises NotMergeable."""
    with transaction.atomic():
        for each in sorted((source, target), key=lambda conversation: conversation.pk):
            states.lock(each)
        check(source=source, target=target)
        _move_messages(source, target)
        source.notes.update(conversation=target)
        source.held_mails.update(conversation=target)
        source.attachments.update(conversation=target)
        source.merged.update(merged_into=target)
        _join(source, target)


def _move_messages(source: Conversation, target: Conversation) -> None:
    """One row of numbers in the order of time. What the customer has not read of either stays unread."""
    unread = _unread(source) | _unread(target)
    source.messages.update(number=F("number") + 2 * _APART)
    target.messages.update(number=F("number") + _APART)
    source.messages.update(conversation=target)
    in_order = list(target.messages.order_by("created_at", "number"))
    for number, message in enumerate(in_order, start=1):
        message.number = number
    Message.objects.bulk_update(in_order, ["number"], batch_size=200)
    first_unread = next((message.number for message in in_order if message.pk in unread), len(in_order) + 1)
    target.read_by_visitor = first_unread - 1


def _unread(conversation: Conversation) -> set[int]:
    answers = conversation.messages.filter(author=Author.STAFF, number__gt=conversation.read_by_visitor)
    return set(answers.values_list("pk", flat=True))


def _join(source: Conversation, target: Conversation) -> None:
    target.last_message_at = max(source.last_message_at, target.last_message_at)
    target.is_unread = source.is_unread or target.is_unread
    for name in ("department", "assignee", *_ABOUT):
        if getattr(target, f"{name}_id") is None:
            setattr(target, name, getattr(source, name))
    last = target.messages.order_by("-number").first()
    if source.status == ConversationStatus.OPEN and last is not None and last.author == Author.VISITOR:
        target.status, target.closed_at = ConversationStatus.OPEN, None
    deadlines.reckon(target)
    target.save()
    deadlines.end(source)
    source.status, source.closed_at, source.is_unread = ConversationStatus.CLOSED, clock.now(), False
    source.merged_into, source.read_by_visitor = target, 0
    source.save()
