"""Issued documents by mail, as attachments."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation

from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import Document, PaperCopy
from storefront.billing.documents.printing import words
from storefront.billing.models import Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.core.language import absolute_url
from storefront.notifications import mails
from storefront.notifications.attachments import AttachedFile

#: Kinds that are mailed as soon as they are issued; the others wait in the account, under Documents.
MAILED = (DocumentKind.ACT, DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentIssued(mails.Mail):
    """A document is issued, and attached. ``title``: what it is; ``order_number`` "" where it belongs to no order."""

    title: str
    number: str
    order_number: str
    account_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPosted(mails.Mail):
    """A document signed by hand was posted to ``address``. ``track_number`` "" where there is none."""

    title: str
    number: str
    address: str
    track_number: str


def recipient(document: Document) -> str:
    """The e-mail for documents that the payer named, else the one that the customer logs in with."""
    invoice: Invoice | None = document.invoice
    named = PayerDetails.from_json(invoice.payer).documents_email if invoice else ""
    return named or document.customer.email


def document_issued(document: Document, *, again: str = "") -> None:
    """``again`` names another sending of the same document; without it a document is mailed once."""
    mail = DocumentIssued(
        name=_name(document),
        title=title(document),
        number=document.number,
        order_number=document.content.order_number,
        account_url=absolute_url("account-home", language=document.language),
    )
    key = ":".join(filter(None, ("document", document.public_id, again)))
    _enqueue(mail, document, key=key, attached=[attached(document)])


def paper_posted(paper: PaperCopy) -> None:
    document = paper.document
    mail = PaperPosted(
        name=_name(document),
        title=title(document),
        number=document.number,
        address=", ".join(paper.address.splitlines()),
        track_number=paper.track_number,
    )
    _enqueue(mail, document, key=f"paper-posted:{document.public_id}")


def attached(document: Document) -> AttachedFile:
    return AttachedFile(path=str(document.pdf.name), name=document.file_name)


def title(document: Document) -> str:
    """What it is called, in its language."""
    with translation.override(document.language):
        return str(words.TITLES[document.kind])


def _enqueue(mail: mails.Mail, document: Document, *, key: str, attached: list[AttachedFile] | None = None) -> None:
    mails.enqueue(mail, to=recipient(document), language=document.language, key=key, attached=attached or [])


def _name(document: Document) -> str:
    return (document.invoice.payer.get("name") if document.invoice else "") or document.customer.get_full_name()
