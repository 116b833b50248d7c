"""What customers thought of the help they got."""

from __future__ import annotations

from django.db import transaction

from storefront.core import clock, states
from storefront.support.errors import NotClosed
from storefront.support.models import Conversation


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
