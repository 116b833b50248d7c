"""What a conversation waits for."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from storefront.core.states import Transitions


class ConversationStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("ticket", "Open")  # the visitor wrote last: we owe an answer
    ANSWERED = "answered", pgettext_lazy("ticket", "Answered")
    CLOSED = "closed", pgettext_lazy("ticket", "Closed")


#: A closed one opens again by the next message of either side, or by hand.
CONVERSATION_TRANSITIONS: Transitions = {
    ConversationStatus.OPEN: frozenset({ConversationStatus.ANSWERED, ConversationStatus.CLOSED}),
    ConversationStatus.ANSWERED: frozenset({ConversationStatus.OPEN, ConversationStatus.CLOSED}),
    ConversationStatus.CLOSED: frozenset({ConversationStatus.OPEN, ConversationStatus.ANSWERED}),
}


class Alarm(models.IntegerChoices):
    """What staff was told about an answer that is due."""

    NONE = 0, _("In time")
    WARNED = 1, _("Due soon")
    OVERDUE = 2, _("Overdue")


class HeldReason(models.TextChoices):
    """Why a mail waits for staff."""

    SENDER = "sender", _("From another address")
    UNPROVEN = "unproven", _("Perhaps not from its sender")
    TOO_MANY = "too_many", _("Too many mails within an hour")
