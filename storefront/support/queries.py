"""Queries about conversations."""

from __future__ import annotations

from django.db.models import F, OuterRef, QuerySet, Subquery

from storefront.support.models import Author, Conversation, Message
from storefront.support.states import ConversationStatus
from storefront.users.models import User

#: Most messages of one conversation on a page.
LAST_MESSAGES = 200


def messages_of(conversation: Conversation, *, after: int = 0) -> list[Message]:
    """The newest messages with a number above ``after``, oldest first."""
    newest = conversation.messages.select_related("staff").filter(number__gt=after).order_by("-number")[:LAST_MESSAGES]
    return list(reversed(newest))


def unread_answers(public_id: str) -> int:
    """Number of answers the visitor has not been shown; one query."""
    answers = Message.objects.filter(conversation__public_id=public_id, author=Author.STAFF)
    return answers.filter(number__gt=F("conversation__read_by_visitor")).count()


def unmailed_answers(conversation: Conversation) -> QuerySet[Message]:
    """Answers that were neither shown to the visitor nor mailed."""
    answers = conversation.messages.filter(author=Author.STAFF, mailed_at=None)
    return answers.filter(number__gt=conversation.read_by_visitor)


def latest_of(customer: User) -> Conversation | None:
    """The customer's newest conversation that is not closed, chat or contact form."""
    going_on = Conversation.objects.filter(customer=customer).exclude(status=ConversationStatus.CLOSED)
    return going_on.order_by("-last_message_at", "-pk").first()


def earlier_of(customer: User, *, but: Conversation | None) -> QuerySet[Conversation]:
    """The customer's other conversations, newest first."""
    others = with_last_text(Conversation.objects.filter(customer=customer))
    return others.exclude(pk=but.pk) if but else others


def with_last_text(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Each with ``last_text``, what was written last, for lists."""
    last = Message.objects.filter(conversation=OuterRef("pk")).order_by("-number").values("text")[:1]
    return conversations.annotate(last_text=Subquery(last))


def unread_count() -> int:
    """How many conversations hold something that no member of staff has seen."""
    return Conversation.objects.filter(is_unread=True).count()
