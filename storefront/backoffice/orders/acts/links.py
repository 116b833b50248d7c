"""The buttons of acts beside an order and its invoice."""

from __future__ import annotations

from storefront.backoffice.pages import ActLink
from storefront.billing.models import Invoice


def of_invoice(invoice: Invoice) -> list[ActLink]:
    """What can be done with an invoice and its order as they stand."""
    return []
