"""What a message of the outbox says, as its reader sees it, with every secret masked. Writes nothing and sends nothing.

Mails are written anew from what is stored: a text that was changed since is shown as it is now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.utils import translation
from django.utils.module_loading import import_string

from storefront.core.language import nearest_language
from storefront.core.log_masking import mask
from storefront.notifications.delivery import compose
from storefront.notifications.mails import Mail
from storefront.notifications.models import OutboxMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A mail whose text is made at the last moment; ``key``: its stable id."""

    mail: Mail
    to: str
    language: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A mail as it would be sent now. ``html`` and ``text`` hold no working secret link."""

    to: str
    language: str
    subject: str
    text: str
    html: str


def is_mail(message: OutboxMessage) -> bool:
    """Whether it goes to a person; all others are for programs."""
    return message.kind == "mail" or message.kind in settings.OUTBOX_DRAFTS


def preview(message: OutboxMessage) -> Preview | None:
    """The mail, or None: no mail, nothing would be sent any more, or its text left the shop with an earlier release."""
    if message.kind == "mail":
        told = message.payload
        return _written(told["template"], told["context"], to=told["to"], language=told["language"], key=message.key)
    draft = next(iter(_drafts(message)), None)
    if draft is None:
        return None
    return _written(draft.mail.template, draft.mail.context(), to=draft.to, language=draft.language, key=draft.key)


def _drafts(message: OutboxMessage) -> list[Draft]:
    path = settings.OUTBOX_DRAFTS.get(message.kind)
    if path is None:
        return []
    drafts: Callable[[OutboxMessage], list[Draft]] = import_string(path)
    return drafts(message)


def _written(template: str, context: dict[str, Any], *, to: str, language: str, key: str) -> Preview | None:
    language = nearest_language(language)
    try:
        with translation.override(language):
            letter = compose(template=template, to=to, language=language, key=key, context=context)
    except TemplateDoesNotExist:
        return None
    html = next((str(content) for content, kind in letter.alternatives if kind == "text/html"), "")
    return Preview(
        to=to, language=language, subject=mask(str(letter.subject)), text=mask(str(letter.body)), html=mask(html)
    )
