"""'Was this helpful?': counted, and nothing is kept about who answered."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpRequest

from cms.articles.models.votes import HelpVotes
from storefront.core import throttle, visitor


def vote(request: HttpRequest, *, page_id: int, is_helpful: bool) -> bool:
    """Count a reader's answer, once a day for each page and visitor's address; returns whether it was counted.

    The limits are settings.THROTTLES["help-vote"] (all pages) and ["help-vote-page"] (this one).
    """
    try:
        throttle.hit_key("help-vote-page", f"{visitor.throttle_key(request)}:{page_id}")
        throttle.hit("help-vote", request)
    except throttle.Throttled:
        return False
    column = "yes" if is_helpful else "no"
    HelpVotes.objects.get_or_create(page_id=page_id)
    HelpVotes.objects.filter(page_id=page_id).update(**{column: F(column) + 1})
    return True
