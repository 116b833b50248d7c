"""Which of our accounts a payer is told."""

from __future__ import annotations

from storefront.billing.models import Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.billing.transfers.models import SellerAccount


def for_invoice(invoice: Invoice) -> SellerAccount | None:
    """The first account in the invoice's currency that names the payer's country, else the first that names none; of
    the seller that the invoice names, where they have any. None: no transfer in this currency."""
    found = list(SellerAccount.objects.filter(is_active=True, currency=invoice.currency).select_related("seller"))
    own = [each for each in found if each.seller.name == invoice.seller.get("name")] or found
    country = PayerDetails.from_json(invoice.payer).country
    named = [each for each in own if country in each.country_codes]
    return next(iter(named or [each for each in own if not each.country_codes]), None)


def currencies() -> frozenset[str]:
    """Those in which anybody can pay by bank transfer. One query."""
    return frozenset(SellerAccount.objects.filter(is_active=True).values_list("currency", flat=True))
