"""The decision: place of supply of electronically supplied services, by the EU's rules or simpler ones.

Directive 2006/112/EC, Articles 44, 45, 58, 59c and 196 (https://eur-lex.europa.eu/eli/dir/2006/112/2025-04-14), and
Implementing Regulation (EU) 282/2011, Article 18: who names no valid VAT id may be treated as a consumer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from storefront.billing.errors import TaxRateMissing
from storefront.billing.payer_details import PayerKind
from storefront.billing.tax.decision import TaxDecision
from storefront.billing.tax.facts import TaxFacts
from storefront.billing.tax.inputs import Buyer, RateRow, RateTable, SellerTax, TaxRegime, Unverified, VatOutcome
from storefront.billing.tax.territories import EU, Area, area_of, vat_prefix
from storefront.billing.tax.treatments import TaxReason, TaxTreatment

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Way:
    """A treatment, whose rate it takes (as the table names it; "" for none), and why."""

    treatment: TaxTreatment
    reason: TaxReason
    rate_of: str = ""


def decide(
    *, seller: SellerTax, buyer: Buyer, rates: RateTable, on: date, is_threshold_passed: bool = False
) -> TaxDecision:
    """The tax on a sale on the day ``on`` (the seller's).

    ``is_threshold_passed``: this sale or an earlier one took the seller's sales to consumers in other member states
    above the sum of Article 59c. Raises TaxRateMissing if the table lacks a rate that applies.
    """
    way = _way(seller, buyer, rates, on, is_threshold_passed)
    included = _included(seller, rates, on)
    row = _row(rates, way.rate_of, on) if way.rate_of else None
    return TaxDecision(
        treatment=way.treatment.value,
        rate=row.rate if row else _NOTHING,
        included_rate=included,
        facts=TaxFacts(
            reason=way.reason.value,
            country=buyer.country,
            postcode=buyer.postcode,
            buyer=buyer.kind,
            vat_id=buyer.vat_id,
            vat_outcome=buyer.vat_answer.outcome.value,
            consultation_number=buyer.vat_answer.consultation_number,
            checked_at=buyer.vat_answer.checked_at,
            is_provisional=way.reason is TaxReason.EU_BUSINESS_UNVERIFIED,
            prices_included="" if included is None else f"{included.normalize():f}",
            seller_country=seller.country,
            tax_name=row.name if row else "",
            exemption=seller.exemption if way.treatment is TaxTreatment.EXEMPT else "",
            evidence=buyer.evidence,
        ),
    )


def _way(seller: SellerTax, buyer: Buyer, rates: RateTable, on: date, is_threshold_passed: bool) -> _Way:
    if seller.regime == TaxRegime.VAT:
        return _by_eu_rules(seller, buyer, rates, on, is_threshold_passed)
    if seller.regime == TaxRegime.FIXED:
        return _by_one_rate(seller, area_of(buyer.country, buyer.postcode), rates, on)
    if seller.regime == TaxRegime.EXEMPT:
        return _Way(TaxTreatment.EXEMPT, TaxReason.SELLER_EXEMPT)
    return _Way(TaxTreatment.NONE, TaxReason.NO_TAX)


def _by_one_rate(seller: SellerTax, area: Area, rates: RateTable, on: date) -> _Way:
    if not area.country:
        return _Way(TaxTreatment.STANDARD, TaxReason.COUNTRY_UNKNOWN, seller.country)
    if area.country == seller.country:
        return _Way(TaxTreatment.STANDARD, TaxReason.HOME, seller.country)
    if _is_registered_in(area, rates, on):
        return _Way(TaxTreatment.DESTINATION, TaxReason.REGISTERED_THERE, area.country)
    return _Way(TaxTreatment.ZERO, TaxReason.EXPORT)


def _by_eu_rules(seller: SellerTax, buyer: Buyer, rates: RateTable, on: date, is_threshold_passed: bool) -> _Way:
    area = area_of(buyer.country, buyer.postcode)
    if not area.country:
        return _Way(TaxTreatment.STANDARD, TaxReason.COUNTRY_UNKNOWN, seller.country)
    if area.is_special:
        return _Way(TaxTreatment.OUT_OF_SCOPE, TaxReason.SPECIAL_TERRITORY)
    if area.country == area_of(seller.country).country:
        return _Way(TaxTreatment.STANDARD, TaxReason.HOME, area.rated_as)
    if not area.is_eu:
        if buyer.kind != PayerKind.COMPANY and _is_registered_in(area, rates, on):
            return _Way(TaxTreatment.DESTINATION, TaxReason.REGISTERED_THERE, area.country)
        return _Way(TaxTreatment.OUT_OF_SCOPE, TaxReason.OUTSIDE_EU)
    business = _business(seller, buyer, area)
    if business in (TaxReason.EU_BUSINESS, TaxReason.EU_BUSINESS_UNVERIFIED):
        return _Way(TaxTreatment.REVERSE_CHARGE, business)
    return _consumer(seller, area, is_threshold_passed, business)


def _business(seller: SellerTax, buyer: Buyer, area: Area) -> TaxReason | None:
    """Of a buyer elsewhere in the EU: as what business they count, or why as none; None of a person."""
    if buyer.kind != PayerKind.COMPANY:
        return None
    if not buyer.vat_id:
        return TaxReason.VAT_ID_MISSING
    if not buyer.vat_id.startswith(vat_prefix(area.country)):
        return TaxReason.VAT_ID_OF_OTHER_COUNTRY
    if buyer.vat_answer.outcome is VatOutcome.VALID:
        return TaxReason.EU_BUSINESS
    if buyer.vat_answer.outcome is VatOutcome.INVALID:
        return TaxReason.VAT_ID_INVALID
    if seller.unverified == Unverified.CHARGE:
        return TaxReason.VAT_ID_UNVERIFIED
    return TaxReason.EU_BUSINESS_UNVERIFIED


def _consumer(seller: SellerTax, area: Area, is_threshold_passed: bool, business: TaxReason | None) -> _Way:
    """Of a buyer elsewhere in the EU who counts as a consumer; ``business``: why a company does."""
    if seller.country not in EU:
        return _Way(TaxTreatment.DESTINATION, business or TaxReason.SELLER_OUTSIDE_EU, area.rated_as)
    if seller.uses_oss:
        return _Way(TaxTreatment.DESTINATION, business or TaxReason.CONSUMER_OSS, area.rated_as)
    if is_threshold_passed:
        return _Way(TaxTreatment.DESTINATION, business or TaxReason.CONSUMER_ABOVE_THRESHOLD, area.rated_as)
    return _Way(TaxTreatment.STANDARD, business or TaxReason.CONSUMER_BELOW_THRESHOLD, seller.country)


def _is_registered_in(area: Area, rates: RateTable, on: date) -> bool:
    """Rates of member states come with the shop; one of another country is there because the seller charges it."""
    return not area.is_special and area.country not in EU and rates.at(area.country, on) is not None


def _included(seller: SellerTax, rates: RateTable, on: date) -> Decimal | None:
    """Percent of tax in the published prices; None if they are without."""
    if seller.regime not in (TaxRegime.VAT, TaxRegime.FIXED):
        return _NOTHING
    return _row(rates, seller.country, on).rate if seller.prices_include_tax else None


def _row(rates: RateTable, place: str, on: date) -> RateRow:
    row = rates.at(place, on)
    if row is None:
        raise TaxRateMissing(place)
    return row
