"""Queries about conversations."""

from __future__ import annotations

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from storefront.support.models import Author, CannedAnswer, Conversation, Kind, Message
from storefront.support.states import ConversationStatus
from storefront.users.models import User

#: Most messages of one conversation on a page.
LAST_MESSAGES = 200


def messages_of(conversation: Conversation, *, after: int = 0) -> list[Message]:
    """The newest messages with a number above ``after``, oldest first."""
    newest = conversation.messages.select_related("staff").prefetch_related("attachments").filter(number__gt=after)
    return list(reversed(newest.order_by("-number")[:LAST_MESSAGES]))


def unread_answers(public_id: str) -> int:
    """Number of answers the visitor has not been shown; one query."""
    answers = Message.objects.filter(conversation__public_id=public_id, author=Author.STAFF)
    return answers.filter(number__gt=F("conversation__read_by_visitor")).count()


def unmailed_answers(conversation: Conversation) -> QuerySet[Message]:
    """Answers that were neither shown to the visitor nor mailed."""
    answers = conversation.messages.filter(author=Author.STAFF, mailed_at=None)
    return answers.filter(number__gt=conversation.read_by_visitor)


def latest_of(customer: User) -> Conversation | None:
    """The customer's newest conversation that is not closed, chat or contact form: what the chat goes on with."""
    going_on = Conversation.objects.filter(customer=customer).exclude(status=ConversationStatus.CLOSED)
    going_on = going_on.exclude(kind=Kind.TICKET)
    return going_on.order_by("-last_message_at", "-pk").first()


def earlier_of(customer: User, *, but: Conversation | None) -> QuerySet[Conversation]:
    """The customer's other conversations, newest first."""
    others = with_last_text(Conversation.objects.filter(customer=customer, merged_into=None))
    return others.exclude(pk=but.pk) if but else others


def unread_for(customer: User) -> int:
    """Number of answers in all conversations of the customer that they have not been shown; one query."""
    answers = Message.objects.filter(conversation__customer=customer, conversation__merged_into=None)
    answers = answers.filter(author=Author.STAFF, number__gt=F("conversation__read_by_visitor"))
    return answers.count()


def tickets_of(customer: User) -> QuerySet[Conversation]:
    """The customer's conversations of every kind, with what the page of one shows."""
    related = ("customer", "department", "order", "invoice", "license", "merged_into")
    return Conversation.objects.filter(customer=customer).select_related(*related)


def listed_for(customer: User) -> QuerySet[Conversation]:
    """The customer's tickets for the list, newest first: each with ``last_text`` and ``unread``, the number of answers
    they have not seen. One query."""
    unread = Message.objects.filter(
        conversation=OuterRef("pk"), author=Author.STAFF, number__gt=OuterRef("read_by_visitor")
    )
    count = unread.order_by().values("conversation").annotate(count=Count("pk")).values("count")
    listed = with_last_text(Conversation.objects.filter(customer=customer, merged_into=None))
    listed = listed.annotate(unread=Coalesce(Subquery(count), 0, output_field=IntegerField()))
    return listed.select_related("department").order_by("-last_message_at", "-pk")


def with_last_text(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Each with ``last_text``, what was written last, for lists."""
    last = Message.objects.filter(conversation=OuterRef("pk")).order_by("-number").values("text")[:1]
    return conversations.annotate(last_text=Subquery(last))


def canned_for(conversation: Conversation) -> QuerySet[CannedAnswer]:
    """The canned answers of its department and those of all departments."""
    return CannedAnswer.objects.filter(Q(department=None) | Q(department=conversation.department_id))


def others_of(conversation: Conversation) -> QuerySet[Conversation]:
    """The same customer's other tickets, the latest first; none of a visitor without an account."""
    if conversation.customer_id is None:
        return Conversation.objects.none()
    others = Conversation.objects.filter(customer_id=conversation.customer_id, merged_into=None)
    return others.exclude(pk=conversation.pk).order_by("-last_message_at", "-pk")


def unread_count() -> int:
    """How many conversations hold something that no member of staff has seen."""
    return Conversation.objects.filter(is_unread=True).count()
