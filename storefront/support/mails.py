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
from storefront.support import links, queries, reply_address
from storefront.support.models import Attachment, Author, Conversation, HeldMail, Kind, Message
from storefront.support.services import ratings
from storefront.support.states import ConversationStatus, HeldReason

KIND = "support.answer"
#: An answer not seen by the visitor after this time is mailed, with all others written until then.
MAIL_AFTER = timedelta(minutes=2)
#: A further message of the visitor is told to staff by mail if nobody has written for so long.
QUIET_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationAnswer(mails.Mail):
    """Staff answered a chat or contact message. ``title``: the reader's subject, may be empty; ``question`` and each
    answer: ``mails.text_lines``. ``rating_url``: set if it is closed now, and this mail asks how they were helped."""

    title: str
    question: Sequence[str]
    answers: Sequence[Sequence[str]]
    conversation_url: str
    ticket_number: str = ""
    files: Sequence[str] = ()
    may_reply: bool = False
    rating_url: str = ""

    @property
    def group(self) -> str:
        return f"ticket:{self.ticket_number}" if self.ticket_number else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReceived(mails.Mail):
    """A new ticket has arrived: its number, what was written, the names of its files."""

    ticket_number: str
    title: str
    question: Sequence[str]
    files: Sequence[str]
    conversation_url: str
    may_reply: bool

    @property
    def group(self) -> str:
        return f"ticket:{self.ticket_number}"


def is_quiet(conversation: Conversation) -> bool:
    """Whether staff may have turned to other things."""
    is_over = conversation.status == ConversationStatus.CLOSED
    return is_over or clock.now() - conversation.last_message_at > QUIET_AFTER


def staff_address(conversation: Conversation) -> str:
    """Who is told about it: its department, or settings.STAFF_EMAIL."""
    own = conversation.department.email if conversation.department else ""
    return own or settings.STAFF_EMAIL


def tell_staff(conversation: Conversation, message: Message, *, is_new: bool) -> None:
    """A mail to the department in the caller's transaction, once per message."""
    what = "New question" if is_new else "Another message"
    if conversation.kind == Kind.CONTACT:
        what = "Contact form"
    elif conversation.kind == Kind.TICKET:
        what = f"New ticket {conversation.number}" if is_new else f"Ticket {conversation.number}"
    about = conversation.subject or conversation.person
    screen = settings.SITE_URL + reverse("support-conversation", args=[conversation.pk])
    lines = [
        f"From: {conversation.person}" + (f", {conversation.address}" if conversation.address else ""),
        f"Written from: {conversation.page_url}" if conversation.page_url else "",
        message.text,
        *(f"File: {name}" for name in _files([message])),
        f"Answer here: {screen}",
    ]
    notify(conversation, key=f"conversation:{message.pk}", subject=f"{what}: {about}", lines=lines)


def notify(conversation: Conversation, *, key: str, subject: str, lines: Sequence[str], to: str = "") -> None:
    """A notice to staff, in English: to the department, or to one of them."""
    notice = mails.StaffNotice(title=subject, paragraphs=mails.paragraphs("\n\n".join(lines)))
    mails.enqueue(notice, to=to or staff_address(conversation), language="en", key=key)


def tell_of_held(held: HeldMail) -> None:
    """Staff must decide about a mail that is not from the ticket's own address, or only seems to be."""
    conversation = held.conversation
    screen = settings.SITE_URL + reverse("support-conversation", args=[conversation.pk])
    what, subject = f"{held.sender} wrote to {conversation.number}, which is not theirs.", "From another address"
    if held.reason == HeldReason.UNPROVEN:
        what = f"A mail to {conversation.number} says that it is from {held.sender}; that domain did not send it."
        subject = "Perhaps not from its sender"
    lines = [what, f"Decide here: {screen}"]
    notify(conversation, key=f"held:{held.pk}", subject=f"{subject}: {conversation.number}", lines=lines)


def tell_of_full(last: HeldMail) -> None:
    """So many mails of a ticket wait for a decision that the next ones are not kept: told once while it is so."""
    conversation = last.conversation
    screen = settings.SITE_URL + reverse("support-conversation", args=[conversation.pk])
    lines = ["So many of its mails wait that further ones are dropped.", f"Decide here: {screen}"]
    notify(
        conversation, key=f"held-full:{last.pk}", subject=f"No more mails are kept: {conversation.number}", lines=lines
    )


def confirm(conversation: Conversation, message: Message) -> None:
    """Tell the customer that the ticket has arrived."""
    mail = TicketReceived(
        name=name_of(conversation),
        ticket_number=conversation.number,
        title=conversation.subject,
        question=mails.text_lines(message.text),
        files=_files([message]),
        conversation_url=url_of(conversation),
        may_reply=reply_address.is_open(),
    )
    send(mail, conversation, key=f"ticket:{conversation.pk}")


def tell_visitor_later(conversation: Conversation, message: Message) -> None:
    """Have ``deliver`` look after an answer; at once where nobody is waiting on a page of ours."""
    due = clock.now() + MAIL_AFTER if conversation.kind == Kind.CHAT else clock.now()
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
    asks = ratings.may_be_asked(conversation)
    mail = ConversationAnswer(
        name=name_of(conversation),
        title=conversation.subject,
        question=mails.text_lines(asked.text if asked else ""),
        answers=[mails.text_lines(answer.text) for answer in answers],
        conversation_url=url_of(conversation),
        ticket_number=conversation.number if conversation.kind == Kind.TICKET else "",
        files=_files(answers),
        may_reply=reply_address.is_open(),
        rating_url=rating_url(conversation) if asks else "",
    )
    send(mail, conversation, key=f"conversation-answer:{answers[-1].pk}")
    if asks:
        ratings.note_asked(conversation)


def send(mail: mails.Mail, conversation: Conversation, *, key: str) -> None:
    to, reply_to = conversation.address, reply_address.of(conversation)
    mails.enqueue(mail, to=to, language=conversation.language, key=key, reply_to=reply_to)


def name_of(conversation: Conversation) -> str:
    return conversation.name or (conversation.customer.name if conversation.customer else "")


def url_of(conversation: Conversation) -> str:
    with translation.override(conversation.language):  # the link leads to the page in their language
        return links.conversation_url(conversation)


def rating_url(conversation: Conversation) -> str:
    with translation.override(conversation.language):
        return links.rating_url(conversation)


def _files(messages: Sequence[Message]) -> list[str]:
    found = Attachment.objects.filter(message__in=messages).order_by("pk")
    return list(found.values_list("name", flat=True))
