"""Mails about conversations: to staff about questions, to visitors about answers they have not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from storefront.core import clock, states
from storefront.notifications import mails
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import enqueue
from storefront.support import links, queries
from storefront.support.models import Author, Conversation, Kind, Message
from storefront.support.states import ConversationStatus

KIND = "support.answer"
#: An answer not seen by the visitor after this time is mailed, with all others written until then.
MAIL_AFTER = timedelta(minutes=2)
#: A further message of the visitor is told to staff by mail if nobody has written for so long.
QUIET_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationAnswer(mails.Mail):
    """Staff answered a chat or contact message. ``title``: the reader's subject, may be empty; ``question`` and each
    answer: ``mails.text_lines``."""

    title: str
    question: Sequence[str]
    answers: Sequence[Sequence[str]]
    conversation_url: str


def is_quiet(conversation: Conversation) -> bool:
    """Whether staff may have turned to other things."""
    is_over = conversation.status == ConversationStatus.CLOSED
    return is_over or clock.now() - conversation.last_message_at > QUIET_AFTER


def tell_staff(conversation: Conversation, message: Message, *, is_new: bool) -> None:
    """A mail to settings.STAFF_EMAIL in the caller's transaction, once per message."""
    what = "New question" if is_new else "Another message"
    if conversation.kind == Kind.CONTACT:
        what = "Contact form"
    about = conversation.subject or conversation.person
    screen = settings.SITE_URL + reverse("support-conversation", args=[conversation.pk])
    lines = [
        f"From: {conversation.person}" + (f", {conversation.address}" if conversation.address else ""),
        f"Written from: {conversation.page_url}" if conversation.page_url else "",
        message.text,
        f"Answer here: {screen}",
    ]
    mails.staff_notice(key=f"conversation:{message.pk}", subject=f"{what}: {about}", text="\n\n".join(lines))


def tell_visitor_later(conversation: Conversation, message: Message) -> None:
    """Have ``deliver`` look after an answer; at once where nobody is waiting on a page of ours (contact form)."""
    due = clock.now() if conversation.kind == Kind.CONTACT else clock.now() + MAIL_AFTER
    enqueue(kind=KIND, key=f"answer:{message.pk}", payload={"conversation_id": conversation.pk}, due_at=due)


def deliver(row: OutboxMessage) -> None:
    """Handler of the outbox: one mail with every answer that the visitor has neither read nor been sent.

    Sends nothing if there is none, if the visitor left no address, or if the conversation was deleted.
    """
    with transaction.atomic():
        conversation = Conversation.objects.filter(pk=row.payload["conversation_id"]).first()
        if conversation is None or not conversation.address:
            return
        states.lock(conversation)
        answers = list(queries.unmailed_answers(conversation))
        if not answers:
            return
        conversation.messages.filter(pk__in=[answer.pk for answer in answers]).update(mailed_at=clock.now())
        _mail(conversation, answers)


def _mail(conversation: Conversation, answers: list[Message]) -> None:
    asked = conversation.messages.filter(author=Author.VISITOR, number__lt=answers[-1].number).last()
    with translation.override(conversation.language):  # the link leads to the page in their language
        url = links.conversation_url(conversation)
    mail = ConversationAnswer(
        name=conversation.name or (conversation.customer.name if conversation.customer else ""),
        title=conversation.subject,
        question=mails.text_lines(asked.text if asked else ""),
        answers=[mails.text_lines(answer.text) for answer in answers],
        conversation_url=url,
    )
    key = f"conversation-answer:{answers[-1].pk}"
    mails.enqueue(mail, to=conversation.address, language=conversation.language, key=key)
