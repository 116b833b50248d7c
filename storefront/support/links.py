"""Links in mails: one opens a conversation, for reading and writing; one opens the page on which its help is rated."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from storefront.support.models import Conversation

_SALT = "storefront.support.links"
_RATING_SALT = "storefront.support.links.rating"
GOOD_FOR = timedelta(days=60)


def conversation_url(conversation: Conversation) -> str:
    """Absolute, in the active language. Only for mails to the conversation's visitor."""
    token = signing.dumps(conversation.public_id, salt=_SALT)
    return settings.SITE_URL + reverse("chat-link", args=[token])


def rating_url(conversation: Conversation) -> str:
    """Absolute, in the active language. It shows nothing of what was written, and lets nobody read it."""
    token = signing.dumps(conversation.public_id, salt=_RATING_SALT)
    return settings.SITE_URL + reverse("ticket-rating", args=[token])


def read(token: str) -> str | None:
    """The public id in a token; None if it is forged or too old."""
    return _read(token, _SALT)


def read_rating(token: str) -> str | None:
    return _read(token, _RATING_SALT)


def _read(token: str, salt: str) -> str | None:
    try:
        return str(signing.loads(token, salt=salt, max_age=GOOD_FOR))
    except signing.BadSignature:
        return None
