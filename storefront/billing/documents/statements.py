"""Reconciliation statements that customers ask for: the worker makes them."""

from __future__ import annotations

from datetime import date

from storefront.billing.documents import asking
from storefront.billing.documents.content import DocumentKind
from storefront.billing.models import Invoice
from storefront.core import clock
from storefront.users.models import User


def ask_for(customer: User, *, first: date, last: date) -> int:
    """One statement for each currency in which the customer has invoices, to the payer of the newest one, both days
    included; the same statement is made once a day. Returns how many were asked for."""
    newest: dict[str, Invoice] = {}
    for invoice in Invoice.objects.filter(customer=customer).order_by("issued_at", "pk"):
        newest[invoice.currency] = invoice
    for currency, invoice in newest.items():
        asking.ask(
            DocumentKind.RECONCILIATION,
            cause=f"statement:{customer.pk}:{currency}:{first}:{last}:{clock.today()}",
            customer=customer,
            invoice=invoice,
            about={"first": first.isoformat(), "last": last.isoformat()},
        )
    return len(newest)
