"""What others know to keep an open invoice from being paid: ``PAYMENT_BARRIERS``, functions that are given the invoice
and answer with an error, or None."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

from storefront.billing.errors import BillingError
from storefront.billing.models import Invoice


def check(invoice: Invoice) -> None:
    """Raise the first error that one of PAYMENT_BARRIERS has for an invoice. Lock it first."""
    for path in settings.PAYMENT_BARRIERS:
        problem: Callable[[Invoice], BillingError | None] = import_string(path)
        found = problem(invoice)
        if found is not None:
            raise found
