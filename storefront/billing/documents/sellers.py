"""The seller of an invoice and how they issue documents."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from storefront.billing.documents import numbering
from storefront.billing.documents.models import DocumentSettings
from storefront.billing.models import Invoice, Seller
from storefront.core import clock


def seller_of(invoice: Invoice | None) -> Seller | None:
    """The seller that an invoice names, found by name; else the one of new invoices. None in a shop without any."""
    sellers = list(Seller.objects.select_related("document_settings").order_by("-is_default", "-pk"))
    name = invoice.seller.get("name") if invoice else None
    return next((each for each in sellers if each.name == name), sellers[0] if sellers else None)


def check_series(seller: Seller, series: str) -> None:
    """Raise ValidationError if a seller's numbers cannot begin like this: another seller's do, or this year's numbers
    begin otherwise already and would have a gap."""
    year = clock.today().year
    is_begun = numbering.is_begun(seller.pk, year)
    kept = DocumentSettings.objects.filter(seller=seller).values_list("series", flat=True).first() or ""
    is_new = series.upper() != kept.upper()
    others = Seller.objects.exclude(pk=seller.pk).values_list("document_settings__series", flat=True)
    # Who numbers like this already goes on; the other one has to choose.
    if (is_new or not is_begun) and series.upper() in {(each or "").upper() for each in others}:
        raise ValidationError(_("Another seller's numbers begin like this."))
    if is_new and is_begun:
        text = _("Numbers of %(year)s begin otherwise already. Change it in January, before the first document.")
        raise ValidationError(text % {"year": year})


def settings_of(invoice: Invoice | None) -> DocumentSettings:
    """As set, or the defaults."""
    seller = seller_of(invoice)
    if seller is None:
        return DocumentSettings()
    return getattr(seller, "document_settings", None) or DocumentSettings(seller=seller)
