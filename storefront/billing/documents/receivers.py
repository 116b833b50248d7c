"""Documents are asked for in the transaction that causes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.dispatch import receiver

from storefront.billing import signals
from storefront.billing.documents import asking, asking_for_notes, mails, papers
from storefront.billing.documents.models import Document
from storefront.billing.documents.models.requests import EARLIER
from storefront.billing.documents.signals import document_issued
from storefront.billing.models import Invoice, Payment, Refund


@receiver(signals.invoice_issued, dispatch_uid="documents-invoice-issued")
def invoice_issued(sender: object, *, invoice: Invoice, **kwargs: Any) -> None:
    asking.invoice_issued(invoice)


@receiver(signals.invoice_voided, dispatch_uid="documents-invoice-voided")
def invoice_voided(sender: object, *, invoice: Invoice, **kwargs: Any) -> None:
    asking.invoice_voided(invoice)


@receiver(document_issued, dispatch_uid="documents-issued")
def issued(sender: object, *, document: Document, **kwargs: Any) -> None:
    """Mailed, and put with those to be posted, in the transaction that issues it. What is owed by law is issued also
    after its customer was erased, from the invoice as it was frozen; it is kept and sent to nobody."""
    if document.request.about.get(EARLIER) or document.customer.erased_at is not None:
        return
    papers.ask_where_always(document)
    if document.kind in mails.MAILED:
        mails.document_issued(document)


@receiver(signals.invoice_paid, dispatch_uid="documents-invoice-paid")
def invoice_paid(sender: object, *, invoice: Invoice, payment: Payment | None, **kwargs: Any) -> None:
    asking.invoice_paid(invoice, payment)


@receiver(signals.invoice_reopened, dispatch_uid="documents-invoice-reopened")
def invoice_reopened(sender: object, *, invoice: Invoice, **kwargs: Any) -> None:
    asking.invoice_reopened(invoice)


@receiver(signals.refund_succeeded, dispatch_uid="documents-refund-succeeded")
def refund_succeeded(sender: object, *, refund: Refund, **kwargs: Any) -> None:
    asking_for_notes.refund_succeeded(refund)


@receiver(signals.refund_returned, dispatch_uid="documents-refund-returned")
def refund_returned(sender: object, *, refund: Refund, **kwargs: Any) -> None:
    asking_for_notes.refund_returned(refund)


@receiver(signals.refunds_unlisted, dispatch_uid="documents-refunds-unlisted")
def refunds_unlisted(sender: object, *, payment: Payment, change: Decimal, **kwargs: Any) -> None:
    asking_for_notes.refunds_unlisted(payment, change)


@receiver(signals.dispute_booked, dispatch_uid="documents-dispute-booked")
def dispute_booked(sender: object, *, payment: Payment, change: Decimal, **kwargs: Any) -> None:
    asking_for_notes.dispute_booked(payment, change)


@receiver(signals.invoice_refunded, dispatch_uid="documents-invoice-refunded")
def invoice_refunded(sender: object, *, invoice: Invoice, **kwargs: Any) -> None:
    asking_for_notes.invoice_refunded(invoice)
