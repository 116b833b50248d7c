"""Documents mailed by their customer to somebody else, an accountant: the mail holds no text of the customer's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import translation

from storefront.billing.documents.models import Document, DocumentSending
from storefront.notifications import delivery, mails
from storefront.notifications.attachments import AttachedFile
from storefront.users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentForwarded(mails.Mail):
    """``kind`` in the language of the mail; ``sender``: the customer's e-mail, by which the reader knows
    who has sent it."""

    kind: str
    number: str
    day: date
    total: Decimal
    currency: str
    seller: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    subject: str
    text: str
    attachment: str


def preview(document: Document, *, by: User, language: str) -> Preview:
    """The mail as its reader will see it."""
    mail = _mail(document, by=by, language=language)
    with translation.override(language):
        letter = delivery.compose(
            template=mail.template, to=by.email, language=language, key="", context=mail.context()
        )
    return Preview(subject=str(letter.subject), text=str(letter.body), attachment=document.file_name)


def send(document: Document, *, to: str, language: str, by: User) -> DocumentSending:
    """Write the mail to the outbox, and note it. Answers go to the customer."""
    with transaction.atomic():
        noted = DocumentSending.objects.create(document=document, email=to, language=language, sent_by=by)
        mails.enqueue(
            _mail(document, by=by, language=language),
            to=to,
            language=language,
            key=f"document-forwarded-{noted.pk}",
            reply_to=by.email,
            attached=[AttachedFile(path=str(document.pdf.name), name=document.file_name)],
        )
    return noted


def _mail(document: Document, *, by: User, language: str) -> DocumentForwarded:
    with translation.override(language):
        return DocumentForwarded(
            kind=document.get_kind_display(),
            number=document.number,
            day=document.issued_on,
            total=document.gross,
            currency=document.currency,
            seller=document.content.seller.name,
            sender=by.email,
        )
