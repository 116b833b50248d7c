"""Who counts as a consumer in the EU, whom Directive 2011/83/EU protects."""

from __future__ import annotations

from storefront.billing.payer_details import PayerDetails
from storefront.billing.tax.territories import EU


def is_consumer_in_eu(payer: PayerDetails, *, seller_country: str) -> bool:
    """A person without a VAT id whose country is a member state. Who named no country counts as one of the seller's
    (``seller_country``, ISO 3166-1)."""
    country = payer.country or seller_country
    return not payer.is_company and not payer.vat_id and country.upper() in EU
