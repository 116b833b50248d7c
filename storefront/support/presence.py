"""Who of the staff is writing an answer just now, in the cache: a help for colleagues, nothing depends on it."""

from __future__ import annotations

from django.core.cache import cache

from storefront.core import clock
from storefront.support.models import Conversation
from storefront.users.models import User

#: Seconds after which somebody who says nothing more is no longer writing.
FRESH = 30


def note(conversation: Conversation, user: User, *, is_writing: bool) -> list[str]:
    """Note whether ``user`` is writing. Returns the names of the others who are."""
    key = f"support-writing:{conversation.pk}"
    now = clock.now().timestamp()
    known: dict[int, tuple[str, float]] = cache.get(key) or {}
    known = {pk: (name, at) for pk, (name, at) in known.items() if now - at < FRESH and pk != user.pk}
    others = [name for name, _at in known.values()]
    if is_writing:
        known[user.pk] = (user.get_full_name() or user.email, now)
    if is_writing or others:
        cache.set(key, known, FRESH)
    return others
