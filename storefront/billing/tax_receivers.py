"""What follows from the tax of an issued invoice."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from storefront.billing import signals
from storefront.billing.models import Invoice
from storefront.billing.services import provisional_sales


@receiver(signals.invoice_issued, dispatch_uid="billing-tax-invoice-issued")
def invoice_issued(sender: object, *, invoice: Invoice, **kwargs: Any) -> None:
    provisional_sales.open_for(invoice)
