"""What a conversation waits for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core.states import Transitions


class ConversationStatus(models.TextChoices):
    OPEN = "open", _("Open")  # the visitor wrote last: we owe an answer
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


#: A closed one opens again by the next message of either side, or by hand.
CONVERSATION_TRANSITIONS: Transitions = {
    ConversationStatus.OPEN: frozenset({ConversationStatus.ANSWERED, ConversationStatus.CLOSED}),
    ConversationStatus.ANSWERED: frozenset({ConversationStatus.OPEN, ConversationStatus.CLOSED}),
    ConversationStatus.CLOSED: frozenset({ConversationStatus.OPEN, ConversationStatus.ANSWERED}),
}
