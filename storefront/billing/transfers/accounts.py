"""Which of our accounts a payer is told."""

from __future__ import annotations

from storefront.billing.models import Invoice, Seller
from storefront.billing.payer_details import PayerDetails
from storefront.billing.transfers.models import SellerAccount


def for_invoice(invoice: Invoice) -> SellerAccount | None:
    """The first account in the invoice's currency that names the payer's country, else the first that names none; of
    the seller that the invoice names. None: no transfer in this currency.

    An invoice keeps a copy of the seller, who may be called otherwise since: where there is one alone, it is theirs.
    """
    found = list(SellerAccount.objects.filter(is_active=True, currency=invoice.currency).select_related("seller"))
    own = [each for each in found if _is_of(each.seller, invoice)]
    if not own and Seller.objects.count() == 1:
        own = found
    country = PayerDetails.from_json(invoice.payer).country
    named = [each for each in own if country in each.country_codes]
    return next(iter(named or [each for each in own if not each.country_codes]), None)


def _is_of(seller: Seller, invoice: Invoice) -> bool:
    """By name, or by what the register calls them: who is renamed keeps that."""
    told = invoice.seller
    registered = seller.registration_number
    return seller.name == told.get("name") or bool(registered and registered == told.get("registration_number"))


def currencies() -> frozenset[str]:
    """Those in which anybody can pay by bank transfer. One query."""
    return frozenset(SellerAccount.objects.filter(is_active=True).values_list("currency", flat=True))
