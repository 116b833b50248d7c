"""The link in a mail that opens a conversation, for reading and writing."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from storefront.support.models import Conversation

_SALT = "storefront.support.links"
GOOD_FOR = timedelta(days=60)


def conversation_url(conversation: Conversation) -> str:
    """Absolute, in the active language. Only for mails to the conversation's visitor."""
    token = signing.dumps(conversation.public_id, salt=_SALT)
    return settings.SITE_URL + reverse("chat-link", args=[token])


def read(token: str) -> str | None:
    """The public id in a token; None if it is forged or too old."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=GOOD_FOR))
    except signing.BadSignature:
        return None
