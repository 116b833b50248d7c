"""Renders a mail in the reader's language and sends it through Django's mail API."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Sequence
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
from anymail.message import AnymailStatus
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from storefront.core import clock
from storefront.core.language import absolute_url, nearest_language
from storefront.core.signals import rows_written
from storefront.core.user_input import emails
from storefront.notifications import addresses, values
from storefront.notifications.attachments import AttachedFile, attach
from storefront.notifications.companies import company
from storefront.notifications.kinds import WRITTEN_BY_PEOPLE, why_withheld
from storefront.notifications.mails import Mail
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import PermanentFailure, TryLater, Withheld

logger = logging.getLogger(__name__)

#: How long a mail that was handed over may take to appear in the company's own search.
FOUND_AFTER = timedelta(seconds=30)
#: 4xx answers that may succeed later, or once our configuration is corrected.
_RETRY_STATUS = frozenset({401, 403, 404, 408, 425, 429})
_MANY_LINES = re.compile(r"\n{3,}")


def deliver(message: OutboxMessage) -> None:
    """Send one row of kind ``mail``.

    Raises PermanentFailure when the address or the content is refused, Withheld where ``kinds`` says that the address
    must not get it, TryLater while it is too early to ask the company about an earlier attempt. All else (company
    down, time-out, rate limit, wrong key) is raised as it is, and the outbox tries again.
    """
    payload = message.payload
    _send(
        payload["template"],
        payload["context"],
        to=payload["to"],
        language=payload["language"],
        row=message,
        key=message.key,
        reply_to=payload.get("reply_to", ""),
        attached=[AttachedFile(**file) for file in payload.get("attached", ())],
    )


def send(mail: Mail, *, to: str, language: str, row: OutboxMessage, key: str) -> None:
    """Send a mail whose text was not stored in ``row``, because it holds a secret link or is made at the last moment.

    ``key`` becomes the stable Message-ID. Raises as ``deliver``.
    """
    _send(mail.template, mail.context(), to=to, language=language, row=row, key=key)


def _send(
    template: str,
    context: dict[str, Any],
    *,
    to: str,
    language: str,
    row: OutboxMessage,
    key: str,
    reply_to: str = "",
    attached: Sequence[AttachedFile] = (),
) -> None:
    """Render and hand over. The hand-over is noted in ``row`` first; a later attempt that finds the note asks the
    company whether it has the mail, where the company can tell."""
    try:
        validate_email(to)
    except ValidationError as exc:
        raise PermanentFailure("not an address") from exc
    _open_way(template, to)
    language = nearest_language(language)
    with translation.override(language):
        letter = compose(template=template, to=to, language=language, key=key, context=context, reply_to=reply_to)
    attach(letter, attached)
    if row.handed_over_at and _has_arrived(letter, row):
        return
    with transaction.atomic():
        rows = OutboxMessage.objects.filter(pk=row.pk)
        rows.update(
            handed_over_at=clock.now(),
            template=template,
            recipient=emails.spelling(to)[:254],
            subject=letter.subject[:255],
        )
        rows_written.send(sender=OutboxMessage, rows=rows)
    _hand_over(letter)
    status: AnymailStatus | None = getattr(letter, "anymail_status", None)
    if status and isinstance(status.message_id, str):
        _keep_reference(row, status.message_id)


def _hand_over(letter: EmailMultiAlternatives) -> None:
    try:
        letter.send()
    except AnymailRecipientsRefused as exc:
        addresses.bounced(letter.to[0], at=clock.now(), detail="refused by the mail company")
        raise Withheld("the mail company sends nothing to this address") from exc
    except (AnymailInvalidAddress, AnymailSerializationError, AnymailUnsupportedFeature) as exc:
        raise PermanentFailure(type(exc).__name__) from exc
    except AnymailAPIError as exc:
        if company().is_repetition(exc):
            return  # an earlier attempt was accepted
        if _is_refusal(exc.status_code):
            raise PermanentFailure(f"refused with {exc.status_code}") from exc
        raise
    except SMTPRecipientsRefused as exc:
        if _is_of_the_address(exc):
            raise Withheld("the mail server knows no such address") from exc
        if all(500 <= code < 600 for code, _ in exc.recipients.values()):
            raise PermanentFailure("recipient refused") from exc
        raise
    except SMTPResponseException as exc:
        if exc.smtp_code in {550, 551, 552, 553, 554}:
            raise PermanentFailure(f"refused with {exc.smtp_code}") from exc
        raise


def _is_of_the_address(refusal: SMTPRecipientsRefused) -> bool:
    """Whether a mail server refused the address itself (5.1.x), which is noted; other codes are about the sender, the
    content or the configuration: https://www.rfc-editor.org/rfc/rfc3463#section-3.2."""
    said = {email: answer for email, (_code, answer) in refusal.recipients.items()}
    texts = {email: _decoded(answer) for email, answer in said.items()}
    bad = {email: text for email, text in texts.items() if text.startswith("5.1.")}
    for email, text in bad.items():
        addresses.bounced(email, at=clock.now(), detail=text, is_suppressed=False)
    return len(bad) == len(texts)


def _decoded(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _open_way(template: str, to: str) -> None:
    """Raise Withheld, or lift the company's suppression of an address that may be tried again."""
    address = addresses.find(to)
    if address is None:
        return
    if reason := why_withheld(template, address):
        raise Withheld(reason)
    if address.is_suppressed:
        company().admit(address.email)
        addresses.admitted(address)


def _keep_reference(row: OutboxMessage, reference: str) -> None:
    OutboxMessage.objects.filter(pk=row.pk).update(provider_reference=reference[:255])


def _has_arrived(letter: EmailMultiAlternatives, row: OutboxMessage) -> bool:
    """Whether the company has the mail of an interrupted attempt; False where it cannot tell."""
    sender = company()
    if not sender.can_tell() or row.handed_over_at is None:
        return False
    if reference := sender.taken(letter, _stable_id(letter)):
        _keep_reference(row, reference)
        logger.info("mail %s had been sent before its sender was cut off", row.key)
        return True
    if clock.now() - row.handed_over_at < FOUND_AFTER:
        raise TryLater("it may have been sent just now")
    return False


def _stable_id(letter: EmailMultiAlternatives) -> str:
    return letter.extra_headers["Message-ID"].partition("@")[0].strip("<")


def compose(
    *, template: str, to: str, language: str, key: str, context: dict[str, Any], reply_to: str = ""
) -> EmailMultiAlternatives:
    """The mail in the active language, text and HTML. Values of ``context`` reach headers only as one line."""
    words = values.unpack(context) | {
        "shop_name": settings.SHOP_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "site_url": absolute_url("home", language=language),
        "language": language,
        "recipient": to,
    }
    subject = values.one_line(rendered(template, "subject.txt", words))
    letter = EmailMultiAlternatives(
        subject=subject,
        body=_MANY_LINES.sub("\n\n", rendered(template, "body.txt", words)).strip() + "\n",
        from_email=_sender(),
        to=[to],
        reply_to=[reply_to or settings.SUPPORT_EMAIL],
        headers={"Message-ID": message_id(key), **_unsubscribing(words)},
        connection=company().connection(),
    )
    if template not in WRITTEN_BY_PEOPLE:
        letter.extra_headers["Auto-Submitted"] = "auto-generated"
    company().mark(letter, _stable_id(letter))
    letter.attach_alternative(
        get_template(f"email/{template}/body.html").render(words | {"subject": subject}), "text/html"
    )
    return letter


def _unsubscribing(words: dict[str, Any]) -> dict[str, str]:
    """Headers for the mail program's own button: https://www.rfc-editor.org/rfc/rfc8058"""
    url = words.get("unsubscribe_url")
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url else {}


def message_id(key: str) -> str:
    """The same id for every attempt, so that mail programs show a mail sent twice only once."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{digest}@{domain}>"


def rendered(template: str, part: str, words: dict[str, Any]) -> str:
    """A part of a mail in plain text, in the active language."""
    # Plain text is not HTML: escaping it would show "&amp;" to the reader.
    backend_template: Any = get_template(f"email/{template}/{part}")
    return str(backend_template.template.render(Context(words, autoescape=False)))


def _sender() -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or settings.SHOP_NAME, address))


def _is_refusal(status: int | None) -> bool:
    return status is not None and 400 <= status < 500 and status not in _RETRY_STATUS
