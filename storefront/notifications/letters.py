"""From a row of the outbox to a mail: rendered in the reader's language, sent through Django's mail API."""

from __future__ import annotations

import hashlib
import logging
import re
from datetime import timedelta
from email.utils import formataddr, parseaddr
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from anymail.exceptions import (
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from storefront.core import clock
from storefront.core.language import absolute, spoken
from storefront.notifications import values
from storefront.notifications.companies import company
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import PermanentFailure, TryLater

logger = logging.getLogger(__name__)

#: A mail that was being handed over may take so long to be found by the company's own search.
FOUND_AFTER = timedelta(seconds=30)
#: 4xx answers that mending our own set-up, or waiting, can turn into a success.
_RETRY_STATUS = frozenset({401, 403, 404, 408, 425, 429})

_MANY_LINES = re.compile(r"\n{3,}")


def deliver(message: OutboxMessage) -> None:
    """Send one row of kind ``mail``.

    Raises PermanentFailure when the address or the content is refused; whatever else goes wrong (provider down,
    time-out, rate limit, wrong key) is raised as it is, and the outbox tries again.
    """
    payload = message.payload
    send(
        template=payload["template"],
        to=payload["to"],
        language=payload["language"],
        row=message,
        key=message.key,
        context=payload["context"],
    )


def send(*, template: str, to: str, language: str, row: OutboxMessage, key: str, context: dict[str, Any]) -> None:
    """Render ``templates/email/<template>/`` and send it to one address.

    ``context`` is JSON as made by ``values.pack``; ``key`` becomes the stable Message-ID. The hand-over is noted in
    ``row`` before it begins; a later attempt that finds the note asks the company first, where the company can tell.
    Raises as ``deliver``, and TryLater while it is too early to ask.
    """
    try:
        validate_email(to)
    except ValidationError as exc:
        raise PermanentFailure("not an address") from exc
    language = spoken(language)
    with translation.override(language):
        letter = compose(template=template, to=to, language=language, key=key, context=context)
    if row.handed_over_at and _has_arrived(letter, row):
        return
    OutboxMessage.objects.filter(pk=row.pk).update(handed_over_at=clock.now())
    try:
        letter.send()
    except (AnymailInvalidAddress, AnymailRecipientsRefused, AnymailSerializationError) as exc:
        raise PermanentFailure(type(exc).__name__) from exc
    except AnymailUnsupportedFeature as exc:
        raise PermanentFailure(type(exc).__name__) from exc
    except AnymailAPIError as exc:
        if company().is_repetition(exc):
            return  # an earlier try was taken
        if _is_refusal(exc.status_code):
            raise PermanentFailure(f"refused with {exc.status_code}") from exc
        raise
    except SMTPRecipientsRefused as exc:
        if all(500 <= code < 600 for code, _ in exc.recipients.values()):
            raise PermanentFailure("recipient refused") from exc
        raise
    except SMTPResponseException as exc:
        if exc.smtp_code in {550, 551, 552, 553, 554}:
            raise PermanentFailure(f"refused with {exc.smtp_code}") from exc
        raise


def _has_arrived(letter: EmailMultiAlternatives, row: OutboxMessage) -> bool:
    """Whether a try that was cut off got through, as the company knows; False where it cannot tell."""
    mails = company()
    if not mails.can_tell() or row.handed_over_at is None:
        return False
    if mails.has_taken(letter, _stable_id(letter)):
        logger.info("mail %s had been sent before its sender was cut off", row.key)
        return True
    if clock.now() - row.handed_over_at < FOUND_AFTER:
        raise TryLater("it may have been sent just now")
    return False


def _stable_id(letter: EmailMultiAlternatives) -> str:
    return letter.extra_headers["Message-ID"].partition("@")[0].strip("<")


def compose(*, template: str, to: str, language: str, key: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    """The mail in the active language, text and HTML. Nothing in ``context`` can reach a header but as one line."""
    words = values.unpack(context) | {
        "shop_name": settings.SHOP_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "site_url": absolute("home", language=language),
        "language": language,
        "recipient": to,
    }
    subject = values.one_line(_text(template, "subject.txt", words))
    letter = EmailMultiAlternatives(
        subject=subject,
        body=_MANY_LINES.sub("\n\n", _text(template, "body.txt", words)).strip() + "\n",
        from_email=_sender(),
        to=[to],
        reply_to=[settings.SUPPORT_EMAIL],
        headers={"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"},
        connection=company().connection(),
    )
    company().mark(letter, _stable_id(letter))
    letter.attach_alternative(
        get_template(f"email/{template}/body.html").render(words | {"subject": subject}), "text/html"
    )
    return letter


def message_id(key: str) -> str:
    """The same id for every try of one message, so that a mail sent twice is shown once."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{digest}@{domain}>"


def _text(template: str, part: str, words: dict[str, Any]) -> str:
    # Plain text is not HTML: escaping it would show "&amp;" to the reader.
    backend_template: Any = get_template(f"email/{template}/{part}")
    return str(backend_template.template.render(Context(words, autoescape=False)))


def _sender() -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or settings.SHOP_NAME, address))


def _is_refusal(status: int | None) -> bool:
    return status is not None and 400 <= status < 500 and status not in _RETRY_STATUS
