"""Reconciliation statements that customers ask for: the worker makes them."""

from __future__ import annotations

from datetime import date

from django.utils.translation import get_language

from storefront.billing.documents import asking
from storefront.billing.documents.content import DocumentKind
from storefront.billing.models import Invoice
from storefront.core import references
from storefront.users.models import User


def ask_for(customer: User, *, first: date, last: date) -> int:
    """One statement for each currency in which the customer has invoices by the day ``last``; returns how many.

    Asked again, it is made again: what was paid since is in it.
    """
    invoices = Invoice.objects.filter(customer=customer, issued_at__date__lte=last)
    currencies = list(invoices.order_by("currency").values_list("currency", flat=True).distinct())
    for currency in currencies:
        asking.ask(
            DocumentKind.RECONCILIATION,
            cause=f"reconciliation:{references.public_id()}",
            customer=customer,
            about={
                "first": first.isoformat(),
                "last": last.isoformat(),
                "currency": currency,
                "language": get_language() or customer.language,
            },
        )
    return len(currencies)
