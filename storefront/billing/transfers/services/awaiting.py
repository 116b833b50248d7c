"""Invoices whose money is expected by bank transfer."""

from __future__ import annotations

from django.db.models import QuerySet

from storefront.billing.models import Invoice
from storefront.billing.services import orders
from storefront.billing.states import InvoiceStatus
from storefront.billing.transfers.models import AwaitedTransfer


def expect(invoice: Invoice) -> None:
    """Note that a transfer is on its way; the first time counts. Needs a transaction; the invoice is locked."""
    AwaitedTransfer.objects.get_or_create(invoice=invoice)


def is_expected(invoice: Invoice) -> bool:
    return AwaitedTransfer.objects.filter(invoice_id=invoice.pk).exists()


def move(old: Invoice, new: Invoice) -> None:
    """``new`` takes the place of ``old``, both locked: the buyer still means to pay by transfer."""
    AwaitedTransfer.objects.filter(invoice=old).update(invoice=new)


def awaited() -> QuerySet[AwaitedTransfer]:
    """Those that are still to be paid, the oldest first."""
    found = AwaitedTransfer.objects.filter(invoice__status=InvoiceStatus.OPEN)
    return found.exclude(invoice__order__status=orders.CANCELLED).select_related("invoice__customer", "invoice__order")
