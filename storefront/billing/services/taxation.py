"""The tax on a sale: what the rules need to know is read here, they decide (``billing.tax``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from storefront.billing import tax
from storefront.billing.models import Seller, TaxRate
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import tax_threshold, vat_checks
from storefront.billing.tax import (
    Buyer,
    Evidence,
    EvidenceKind,
    RateRow,
    RateTable,
    SellerTax,
    TaxDecision,
    TaxFacts,
    TaxReason,
    TaxRegime,
    TaxTreatment,
    VatAnswer,
    VatOutcome,
)
from storefront.billing.tax.location import PAYER
from storefront.billing.tax.territories import area_of, is_told_by_postcode, vat_prefix
from storefront.core.instants import day_of
from storefront.core.user_input import phones

_NOTHING = Decimal(0)


def decide_for(
    *,
    payer: Mapping[str, str],
    at: datetime,
    published: Decimal = _NOTHING,
    currency: str = "",
    evidence: Sequence[Evidence] = (),
    vat_answer: VatAnswer | None = None,
    seller: SellerTax | None = None,
) -> TaxDecision:
    """The tax on a sale at ``at`` to ``payer`` (as on the invoice), whose country ``evidence`` tells.

    ``published``: what is sold, at published prices in major units of ``currency``; it may take the seller above the
    threshold of sales to consumers in other member states. ``vat_answer``: what is known of the payer's VAT id, if not
    what VIES said last; ``seller``: if read already. Asks nobody. Raises TaxRateMissing.
    """
    seller, on = seller or settings(), day_of(at)
    buyer = _buyer(seller, PayerDetails.from_json(payer), at, evidence, vat_answer)
    rates = rates_for(seller, buyer)
    is_passed = False
    if tax_threshold.matters(seller, buyer):
        home = rates.at(seller.country, on) if seller.prices_include_tax else None
        net = published * 100 / (100 + home.rate) if home else published
        is_passed = tax_threshold.is_passed(at=at, net=net, currency=currency)
    return tax.decide(seller=seller, buyer=buyer, rates=rates, on=on, is_threshold_passed=is_passed)


def decide_for_provider(*, payer: Mapping[str, str], sold_by: str) -> TaxDecision:
    """No tax of ours on a sale that a payment provider makes in its own name; ``sold_by``: its name."""
    details = PayerDetails.from_json(payer)
    facts = TaxFacts(
        reason=TaxReason.MERCHANT_OF_RECORD.value, country=details.country, postcode=details.postcode,
        buyer=details.kind, vat_id=details.vat_id, seller_country=settings().country, sold_by=sold_by,
    )  # fmt: skip
    return TaxDecision(treatment=TaxTreatment.MERCHANT_OF_RECORD.value, rate=_NOTHING, facts=facts)


def decide_for_advance(*, payer: Mapping[str, str]) -> TaxDecision:
    """No tax on money that is paid in advance for what is not known yet: tax is charged on what is bought with it.

    Court of Justice of the EU, C-419/02 (BUPA Hospitals), 48 to 50, on Article 65 of Directive 2006/112/EC:
    https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:62002CJ0419
    """
    details = PayerDetails.from_json(payer)
    reason = TaxReason.NO_TAX if settings().regime == TaxRegime.NONE else TaxReason.ADVANCE_PAYMENT
    facts = TaxFacts(
        reason=reason.value, country=details.country, postcode=details.postcode,
        buyer=details.kind, vat_id=details.vat_id, seller_country=settings().country,
    )  # fmt: skip
    return TaxDecision(treatment=TaxTreatment.NONE.value, rate=_NOTHING, facts=facts)


def needs_check(payer: PayerDetails) -> bool:
    """Whether what VIES says of the payer's VAT id decides about their tax."""
    seller = settings()
    if seller.regime != TaxRegime.VAT or not payer.is_company or not payer.vat_id:
        return False
    area = area_of(payer.country, payer.postcode)
    return area.is_eu and area.country != seller.country and payer.vat_id.startswith(vat_prefix(area.country))


def needs_postcode(country: str) -> bool:
    """Whether a consumer's tax cannot be told from their country alone; no query where it can."""
    return is_told_by_postcode(country) and settings().regime == TaxRegime.VAT


def ask(payer: PayerDetails) -> VatOutcome:
    """What is known of the payer's VAT id: asked of VIES where its answer decides about their tax. Never inside a
    transaction; ``decide_for`` reads it afterwards."""
    return vat_checks.ask(payer.vat_id).outcome if needs_check(payer) else VatOutcome.NOT_ASKED


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


def home_rate(seller: SellerTax, at: datetime) -> RateRow | None:
    """The rate of the seller's country; None if none is known or no tax charged. One query."""
    return rates_for(seller, Buyer()).at(seller.country, day_of(at))


def _buyer(
    seller: SellerTax, payer: PayerDetails, at: datetime, evidence: Sequence[Evidence], answer: VatAnswer | None
) -> Buyer:
    if answer is None:
        answer = vat_checks.known(payer.vat_id if seller.regime == TaxRegime.VAT else "", at)
    return Buyer(
        country=payer.country,
        postcode=payer.postcode,
        kind=payer.kind,
        vat_id=payer.vat_id,
        vat_answer=answer,
        # Who charges no tax needs no evidence, and keeps none.
        evidence=() if seller.regime == TaxRegime.NONE else (*_told_by(payer, at), *evidence),
    )


def _told_by(payer: PayerDetails, at: datetime) -> list[Evidence]:
    """What the payer's own details tell about their country."""
    told = {EvidenceKind.BILLING_ADDRESS: payer.country, EvidenceKind.PHONE: phones.country(payer.phone)}
    if payer.country and payer.vat_id.startswith(vat_prefix(payer.country)):
        told[EvidenceKind.VAT_ID] = payer.country
    return [
        Evidence(kind=kind.value, country=country, source=PAYER, at=at.isoformat())
        for kind, country in told.items()
        if country
    ]


def rates_for(seller: SellerTax, buyer: Buyer) -> RateTable:
    """The rates that may apply; one query, or none where no tax is charged."""
    if seller.regime in (TaxRegime.NONE, TaxRegime.EXEMPT):
        return RateTable({})
    found = defaultdict(list)
    for row in TaxRate.objects.filter(country__in={seller.country, area_of(buyer.country).country} - {""}):
        found[row.region or row.country].append(RateRow(row.rate, row.valid_from, row.valid_to, row.kind))
    return RateTable(found)
