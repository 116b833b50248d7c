"""Messages of the contact form: conversations that staff answers by mail."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from storefront.core import clock
from storefront.support.models import Conversation, Kind
from storefront.support.services import conversations
from storefront.users.models import User


def receive(
    *,
    name: str,
    email: str,
    subject: str,
    message: str,
    page_url: str,
    customer: User | None,
    language: str,
    ip: str | None,
) -> Conversation:
    """Store a contact message and tell staff by mail, both once.

    The same text from the same person within a day is the same form sent twice. ``page_url``: the page it was written
    on; ``language``: that of the answer; ``ip``: the visitor's address, if known. Returns the conversation, new or not.
    """
    words = [email.strip().lower(), subject.strip(), message.strip(), customer.pk if customer else None]
    today = clock.now().date()
    yesterdays = Conversation.objects.filter(
        messages__key=f"begin:{_key(words, str(today - timedelta(days=1)))}",
        created_at__gt=clock.now() - timedelta(days=1),
    ).first()
    return yesterdays or conversations.begin(
        key=_key(words, str(today)),
        text=message.strip(),
        language=language,
        page_url=page_url,
        customer=customer,
        name=name.strip(),
        email=email.strip(),
        subject=subject.strip(),
        kind=Kind.CONTACT,
        ip=ip,
    )


def _key(words: list[object], day: str) -> str:
    return hashlib.sha256(json.dumps([*words, day]).encode()).hexdigest()
