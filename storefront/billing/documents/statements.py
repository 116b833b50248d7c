"""Reconciliation statements that customers ask for: the worker makes them."""

from __future__ import annotations

from datetime import date

from storefront.billing.documents import asking
from storefront.billing.documents.building import statements
from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.errors import NotNeeded
from storefront.billing.documents.models import DocumentRequest
from storefront.billing.models import Invoice
from storefront.users.models import User


def ask_for(customer: User, *, first: date, last: date) -> int:
    """One statement for each currency in which the customer has invoices of ours, to the payer of the newest one, both
    days included. (Invoices of what a payment provider sold are its own: ``asking.ask``.) One that would say the same
    as an earlier one is not made again. Returns how many were asked for.

    Raises NotNeeded where there is nothing in the period and no balance before it.
    """
    newest: dict[str, Invoice] = {}
    for invoice in Invoice.objects.filter(customer=customer).order_by("issued_at", "pk"):
        if not invoice.sold_by:
            newest[invoice.currency] = invoice
    wanted = [
        invoice
        for currency, invoice in newest.items()
        if statements.says_something(customer.pk, currency, first=first, last=last)
    ]
    if not wanted:
        raise NotNeeded
    return sum(_ask(customer, invoice, first, last) for invoice in wanted)


def _ask(customer: User, invoice: Invoice, first: date, last: date) -> bool:
    """The cause names what it would say: the account's last entry and the invoice whose payer it is addressed to."""
    entries = statements.entries(customer.pk, invoice.currency, until=last)
    end = entries.order_by("-pk").values_list("pk", flat=True).first() or 0
    cause = f"statement:{customer.pk}:{invoice.currency}:{first}:{last}:{invoice.pk}:{end}"
    if DocumentRequest.objects.filter(cause=cause).exists():
        return False
    about = {"first": first.isoformat(), "last": last.isoformat()}
    asking.ask(DocumentKind.RECONCILIATION, cause=cause, customer=customer, invoice=invoice, about=about)
    return True
