"""The tax on a sale: what the rules need to know is read here, they decide (``billing.tax``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from storefront.billing import tax
from storefront.billing.models import Seller, TaxRate
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import tax_threshold
from storefront.billing.tax import Buyer, RateRow, RateTable, SellerTax, TaxDecision, TaxRegime
from storefront.billing.tax.territories import area_of
from storefront.core.instants import day_of

_NOTHING = Decimal(0)


def decide_for(
    *, payer: Mapping[str, str], at: datetime, published: Decimal = _NOTHING, currency: str = ""
) -> TaxDecision:
    """The tax on a sale at ``at`` to ``payer`` (as on the invoice).

    ``published``: what is sold, at published prices in major units of ``currency``; it may take the seller above the
    threshold of sales to consumers in other member states. Raises TaxRateMissing.
    """
    seller, on = settings(), day_of(at)
    buyer = buyer_of(PayerDetails.from_json(payer))
    rates = rates_for(seller, buyer)
    is_passed = False
    if tax_threshold.matters(seller, buyer):
        home = rates.at(seller.country, on) if seller.prices_include_tax else None
        net = published * 100 / (100 + home.rate) if home else published
        is_passed = tax_threshold.is_passed(at=at, net=net, currency=currency)
    return tax.decide(seller=seller, buyer=buyer, rates=rates, on=on, is_threshold_passed=is_passed)


def settings() -> SellerTax:
    """Those of the seller of new invoices."""
    seller = Seller.objects.filter(is_default=True).order_by("-pk").first()
    return settings_of(seller) if seller else SellerTax()


def settings_of(seller: Seller) -> SellerTax:
    return SellerTax(
        regime=seller.tax_regime,
        country=seller.country,
        uses_oss=seller.uses_oss,
        prices_include_tax=seller.prices_include_tax,
        unverified=seller.unverified_vat_ids,
        exemption=seller.tax_exemption,
    )


def buyer_of(payer: PayerDetails) -> Buyer:
    return Buyer(country=payer.country, postcode=payer.postcode, kind=payer.kind, vat_id=payer.vat_id)


def rates_for(seller: SellerTax, buyer: Buyer) -> RateTable:
    """The rates that may apply; one query, or none where no tax is charged."""
    if seller.regime in (TaxRegime.NONE, TaxRegime.EXEMPT):
        return RateTable({})
    found = defaultdict(list)
    for row in TaxRate.objects.filter(country__in={seller.country, area_of(buyer.country).country} - {""}):
        found[row.country].append(RateRow(row.rate, row.valid_from, row.valid_to, row.kind))
    return RateTable(found)
