"""The tax on a sale: what the rules need to know is read here, they decide (``billing.tax``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from storefront.billing import tax
from storefront.billing.payer_details import PayerDetails
from storefront.billing.tax import Buyer, RateTable, SellerTax, TaxDecision
from storefront.core.instants import day_of


def decide_for(*, payer: Mapping[str, str], at: datetime) -> TaxDecision:
    """The tax on a sale at ``at`` to ``payer`` (as on the invoice)."""
    details = PayerDetails.from_json(payer)
    buyer = Buyer(country=details.country, postcode=details.postcode, kind=details.kind, vat_id=details.vat_id)
    return tax.decide(seller=SellerTax(), buyer=buyer, rates=RateTable({}), on=day_of(at))
