"""WebMoney: its pay page, by a prepared link (X22), and invoices in the buyer's Keeper (X20)."""

from storefront.gateways.payments.webmoney.gateway import Gateway
from storefront.gateways.payments.webmoney.invoices import InvoiceGateway

__all__ = ["Gateway", "InvoiceGateway"]
