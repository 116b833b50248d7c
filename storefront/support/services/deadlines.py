"""Until when an answer is due: the department's working hours since the customer's first unanswered message."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from storefront.support import working_time
from storefront.support.models import Author, Conversation, Department, OpeningHours
from storefront.support.states import Alarm, ConversationStatus
from storefront.support.working_time import Shift

#: Part of the time after which staff are warned.
WARNED_AT = 0.8
FIELDS = ["due_at", "warn_at", "alarm"]


def begin(conversation: Conversation, *, since: datetime) -> None:
    """Set on the instance when its answer is due; the caller saves ``FIELDS``."""
    hours = conversation.department.answer_hours if conversation.department else None
    conversation.alarm = Alarm.NONE
    if hours is None:
        conversation.due_at = conversation.warn_at = None
        return
    shifts, zone, whole = shifts_of_the_week(), timezone.get_default_timezone(), timedelta(hours=hours)
    conversation.due_at = working_time.after(since, whole, shifts=shifts, zone=zone)
    conversation.warn_at = working_time.after(since, whole * WARNED_AT, shifts=shifts, zone=zone)


def end(conversation: Conversation) -> None:
    """Set on the instance that no answer is due; the caller saves ``FIELDS``."""
    conversation.due_at = conversation.warn_at = None
    conversation.alarm = Alarm.NONE


def reckon(conversation: Conversation) -> None:
    """Set them anew, after the department was changed; the caller saves ``FIELDS``."""
    since = waiting_since(conversation)
    if since is None:
        end(conversation)
    else:
        begin(conversation, since=since)


def waiting_since(conversation: Conversation) -> datetime | None:
    """When the customer wrote first what nobody has answered; None if nothing waits."""
    if conversation.status != ConversationStatus.OPEN:
        return None
    answered = conversation.messages.filter(author=Author.STAFF).order_by("-number").values_list("number", flat=True)
    waiting = conversation.messages.filter(author=Author.VISITOR, number__gt=answered.first() or 0)
    return waiting.order_by("number").values_list("created_at", flat=True).first()


def shifts_of_the_week() -> list[Shift]:
    return [Shift(*row) for row in OpeningHours.objects.values_list("weekday", "opens", "closes")]


def default_department() -> Department | None:
    """Where chats and messages of the contact form arrive; None if no department is marked for them."""
    return Department.objects.filter(is_default=True).first()
