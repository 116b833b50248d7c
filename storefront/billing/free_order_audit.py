"""What must always hold of orders over nothing; part of ``billing.audit``."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from storefront.billing.models import Invoice
from storefront.billing.states import InvoiceStatus
from storefront.core.audit import Finding


def checks() -> Iterator[Finding]:
    """An invoice of zero is settled with its cause on record, and nothing else is settled so."""
    nothing_paid = Q(amount=0) & ~Q(status__in=[InvoiceStatus.OPEN, InvoiceStatus.VOID])
    for number in Invoice.objects.filter(nothing_paid, free_order=None).values_list("number", flat=True):
        yield Finding("free-without-cause", number)
    for number in Invoice.objects.exclude(free_order=None).exclude(nothing_paid).values_list("number", flat=True):
        yield Finding("free-with-amount", number)
    waiting = Invoice.objects.filter(amount=0, status=InvoiceStatus.OPEN)
    for number in waiting.values_list("number", flat=True):
        yield Finding("free-and-open", number, "nothing is to be paid, but it is not settled")
