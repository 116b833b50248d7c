"""What follows from the tax of an invoice that is issued, and that is paid."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from storefront.billing import signals
from storefront.billing.models import Invoice
from storefront.billing.services import location_evidence, provisional_sales


@receiver(signals.invoice_issued, dispatch_uid="billing-tax-invoice-issued")
def invoice_issued(sender: object, *, invoice: Invoice, **kwargs: Any) -> None:
    provisional_sales.open_for(invoice)


@receiver(signals.invoice_paid, dispatch_uid="billing-tax-invoice-paid")
def invoice_paid(sender: object, *, invoice: Invoice, **kwargs: Any) -> None:
    location_evidence.check(invoice)
