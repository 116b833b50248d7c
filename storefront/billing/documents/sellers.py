"""The seller of an invoice and how they issue documents."""

from __future__ import annotations

from storefront.billing.documents.models import DocumentSettings
from storefront.billing.models import Invoice, Seller


def seller_of(invoice: Invoice | None) -> Seller | None:
    """The seller that an invoice names, found by name; else the one of new invoices. None in a shop without any."""
    sellers = list(Seller.objects.select_related("document_settings").order_by("-is_default", "-pk"))
    name = invoice.seller.get("name") if invoice else None
    return next((each for each in sellers if each.name == name), sellers[0] if sellers else None)


def settings_of(invoice: Invoice | None) -> DocumentSettings:
    """As set, or the defaults."""
    seller = seller_of(invoice)
    if seller is None:
        return DocumentSettings()
    return getattr(seller, "document_settings", None) or DocumentSettings(seller=seller)
