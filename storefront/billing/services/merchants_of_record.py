"""Payment methods whose provider sells in its own name (merchant of record), and what they can sell."""

from __future__ import annotations

from storefront.billing.gateway_registry import gateway, names
from storefront.billing.models import Invoice
from storefront.billing.services import part_payments
from storefront.billing.states import InvoiceKind
from storefront.gateways.errors import ConfigurationError


def provider_of(method: str) -> str:
    """The provider that sells what is paid by a method, as people write it; "" where we do. Raises
    ConfigurationError."""
    if method not in names():
        return ""
    adapter = gateway(method)
    return adapter.verbose_name if adapter.is_merchant_of_record else ""


def may_pay(invoice: Invoice, method: str) -> bool:
    """Whether money that came by a method can pay the invoice: what a provider sells is paid to it alone."""
    if not invoice.sold_by:
        return True
    try:
        return method in names() and str(gateway(method).verbose_name) == invoice.sold_by
    except ConfigurationError:
        return False


def can_be_sold(invoice: Invoice) -> bool:
    """Whether a provider can sell it: not money paid in advance, nor what is paid in part already."""
    return invoice.kind != InvoiceKind.ADVANCE_PAYMENT and part_payments.due(invoice) == invoice.amount
