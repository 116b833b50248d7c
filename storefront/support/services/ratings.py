"""What customers thought of the help they got."""

from __future__ import annotations

from django.db import transaction

from storefront.core import clock, states
from storefront.support.errors import NotClosed
from storefront.support.models import Author, Conversation


def may_be_asked(conversation: Conversation) -> bool:
    """Whether its visitor is to be asked by mail: once, of what is closed, was answered and has not been rated."""
    is_open = not conversation.is_closed or conversation.merged_into_id is not None
    if is_open or conversation.rating is not None or conversation.rating_asked_at is not None:
        return False
    return bool(conversation.address) and conversation.messages.filter(author=Author.STAFF).exists()


def note_asked(conversation: Conversation) -> None:
    """In the transaction of the mail, under the conversation's lock."""
    if conversation.rating_asked_at is None:
        conversation.rating_asked_at = clock.now()
        conversation.save(update_fields=["rating_asked_at"])


def rate(*, conversation: Conversation, stars: int, words: str = "") -> None:
    """Rate a closed conversation with 1 to 5 stars; again replaces what was said before. Raises NotClosed, ValueError
    for another number of stars."""
    if stars not in range(1, 6):
        raise ValueError(stars)
    with transaction.atomic():
        locked = states.lock(conversation)
        if not locked.is_closed or locked.merged_into_id is not None:
            raise NotClosed
        locked.rating, locked.rating_text, locked.rated_at = stars, words[:1000], clock.now()
        locked.save(update_fields=["rating", "rating_text", "rated_at"])
