"""What the pages show of documents, and of those that are still being made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from storefront.account.documents.periods import Asked
from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import Document, DocumentRequest, RequestStatus
from storefront.billing.models import Invoice
from storefront.core import clock
from storefront.core.instants import day_of
from storefront.users.models import User

#: So many of those that are being made are named.
MOST_PENDING = 20


@dataclass(frozen=True, slots=True)
class Pending:
    """A document that is to come; ``badge`` is the end of a badge's CSS class, ``words`` say when, or why not yet."""

    title: str
    invoice: Invoice | None
    badge: str
    label: str
    words: str


def of(customer: User, asked: Asked | None = None) -> QuerySet[Document]:
    """The customer's documents, newest first, with their invoices."""
    found = Document.objects.filter(customer=customer).select_related("invoice")
    if asked and asked.first:
        found = found.filter(issued_on__gte=asked.first)
    if asked and asked.last:
        found = found.filter(issued_on__lte=asked.last)
    if asked and asked.invoice:
        found = found.filter(invoice__number=asked.invoice).exclude(kind=DocumentKind.RECONCILIATION)
    return found.order_by("-issued_on", "-pk")


def months_of(customer: User) -> list[date]:
    """The first days of the months in which documents were issued."""
    return list(Document.objects.filter(customer=customer).dates("issued_on", "month"))


def of_invoices(customer: User, invoices: Sequence[Invoice]) -> list[Document]:
    """The customer's documents of these invoices, in the order they were issued."""
    found = of(customer).filter(invoice__in=invoices).exclude(kind=DocumentKind.RECONCILIATION)
    return list(found.order_by("issued_on", "pk"))


def sheet_of(customer: User, invoice: Invoice) -> Document | None:
    """The invoice itself as a document, once it is issued."""
    kinds = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)
    return of(customer).filter(invoice=invoice, kind__in=kinds).first()


def pending(customer: User, *, invoice: str = "") -> list[Pending]:
    """What is being made for the customer, of an invoice's number alone if named."""
    found = DocumentRequest.objects.filter(
        customer=customer, status__in=(RequestStatus.WAITING, RequestStatus.FAILED)
    ).select_related("invoice")
    if invoice:
        found = found.filter(invoice__number=invoice).exclude(kind=DocumentKind.RECONCILIATION)
    return [_pending(request) for request in found.order_by("-pk")[:MOST_PENDING]]


def _pending(request: DocumentRequest) -> Pending:
    title = request.get_kind_display()
    if request.status == RequestStatus.FAILED:
        words = _("Something in it needs our staff. They have been told and will issue it.")
        return Pending(title, request.sale, "expired", _("Not issued yet"), words)
    on = day_of(request.next_attempt_at)
    if not request.tries and on > clock.today():
        words = _("It will be issued on %(day)s.") % {"day": date_format(on, "j E Y")}
        return Pending(title, request.sale, "pending", _("Planned"), words)
    return Pending(title, request.sale, "progress", _("Being made"), _("It will be here in a moment."))
