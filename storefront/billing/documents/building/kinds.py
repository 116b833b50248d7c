"""Which builder makes which kind, and the day it is dated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from storefront.billing.documents.building import credit_notes, debit_notes, invoices, statements
from storefront.billing.documents.building.basis import Basis
from storefront.billing.documents.content import Content, DocumentKind
from storefront.billing.documents.models import DocumentRequest
from storefront.core import clock
from storefront.core.instants import day_of
from storefront.core.language import nearest_language

Builder = Callable[[Basis], Content]

BUILDERS: Mapping[str, Builder] = {
    DocumentKind.INVOICE: invoices.invoice,
    DocumentKind.ADVANCE_INVOICE: invoices.invoice,
    DocumentKind.RECEIPT: invoices.receipt,
    DocumentKind.ACT: invoices.act,
    DocumentKind.CREDIT_NOTE: credit_notes.credit_note,
    DocumentKind.DEBIT_NOTE: debit_notes.debit_note,
    DocumentKind.RECONCILIATION: statements.statement,
}


def day_of_issue(request: DocumentRequest) -> date:
    """The day printed on the document: an invoice's own, an act's by ``invoices.day_rights_passed``, a receipt's the
    day it was paid, a credit note's and a debit note's that of the money's movement, others today."""
    kind, invoice = request.kind, request.invoice
    if kind in (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE) and invoice:
        return day_of(invoice.issued_at)
    if kind == DocumentKind.ACT and invoice:
        return invoices.day_rights_passed(invoice)
    if kind == DocumentKind.RECEIPT and invoice and invoice.paid_at:
        return day_of(invoice.paid_at)
    return clock.today() if kind in (DocumentKind.RECONCILIATION, DocumentKind.CONTRACT) else day_of(request.created_at)


def builder(kind: str) -> Builder:
    """Of the kind; those of other rooms are named in settings.DOCUMENT_BUILDERS. Raises KeyError."""
    return BUILDERS[kind] if kind in BUILDERS else cast(Builder, import_string(settings.DOCUMENT_BUILDERS[kind]))


def language_of(request: DocumentRequest) -> str:
    """The first language of the document."""
    if request.invoice:
        return invoices.language_of(request.invoice)
    return nearest_language(str(request.about.get("language") or ""))
