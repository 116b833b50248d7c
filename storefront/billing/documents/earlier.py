"""Documents of invoices that were issued before there were any: asked for by staff, dated by the same rules.

They are neither mailed nor posted nor due: nobody expects the act of last year's order. Customers find them in their
account.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from storefront.billing.documents import asking, signals
from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import DocumentRequest
from storefront.billing.documents.models.requests import EARLIER
from storefront.billing.models import Invoice, Payment, Refund
from storefront.billing.states import InvoiceStatus

_KINDS = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)


def invoices(first: date | None = None, last: date | None = None) -> QuerySet[Invoice]:
    """Paid or refunded ones of which no document was ever asked for, the oldest first; by the days they were issued,
    both included."""
    asked = DocumentRequest.objects.filter(invoice=OuterRef("pk"), kind__in=_KINDS)
    found = Invoice.objects.filter(~Exists(asked), status__in=(InvoiceStatus.PAID, InvoiceStatus.REFUNDED))
    if first:
        found = found.filter(issued_at__gte=_midnight(first))
    if last:
        found = found.filter(issued_at__lte=datetime.combine(last, time.max, timezone.get_default_timezone()))
    return found.order_by("issued_at", "pk")


def ask(found: QuerySet[Invoice]) -> Counter[str]:
    """Ask for the documents of these invoices, each in a transaction of its own; the worker issues them. Returns how
    many of each kind. Safe to stop and to repeat."""
    counted: Counter[str] = Counter()
    for pk in list(found.values_list("pk", flat=True)):
        with transaction.atomic():
            invoice = Invoice.objects.select_related("customer").get(pk=pk)
            _ask(invoice)
            kinds = DocumentRequest.objects.filter(invoice=invoice).values_list("kind", flat=True)
            counted.update(kinds)
    return counted


def _ask(invoice: Invoice) -> None:
    asking.invoice_issued(invoice, is_earlier=True)
    payment = Payment.objects.filter(attempt__invoice=invoice).order_by("pk").first()
    asking.invoice_paid(invoice, payment, is_earlier=True)
    if invoice.amount and Refund.objects.filter(payment__attempt__invoice=invoice).exists():
        cause, about = f"credit_note:invoice:{invoice.pk}", {EARLIER: True}
        asking.ask(DocumentKind.CREDIT_NOTE, cause=cause, customer=invoice.customer, invoice=invoice, about=about)
    signals.earlier_documents_wanted.send(sender=Invoice, invoice=invoice)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())
