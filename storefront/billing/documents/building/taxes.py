"""How an invoice is taxed, in the terms of its documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from storefront.billing.documents.content import TaxCategory
from storefront.billing.models import Invoice, InvoiceLine
from storefront.billing.tax import TaxFacts, TaxTreatment, wording

#: What a seller with a VAT id writes for what is outside the tax: EN 16931 has category O for those without one alone
#: (BR-O-02). What is taxable elsewhere is an export; what no tax is charged for is exempt.
_WITH_VAT_ID = {
    TaxTreatment.OUT_OF_SCOPE: (TaxCategory.EXPORT, "VATEX-EU-G"),
    TaxTreatment.NONE: (TaxCategory.EXEMPT, ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedAs:
    """All lines of an invoice; ``reason`` is of the active language, "" where nothing is to be said."""

    category: TaxCategory
    reason: str = ""
    reason_code: str = ""


def taxed_as(invoice: Invoice, lines: Iterable[InvoiceLine]) -> TaxedAs:
    """By its treatment; ``lines`` are the invoice's. An invoice of an earlier release has none, but maybe tax."""
    if any(line.tax_rate for line in lines):
        return TaxedAs(category=TaxCategory.STANDARD)
    treatment = TaxTreatment(invoice.tax_treatment)
    category, code = wording.category_of(treatment), wording.reason_code(treatment)
    if category == TaxCategory.STANDARD:  # at a rate of zero
        return TaxedAs(category=TaxCategory.ZERO)
    if invoice.seller.get("vat_id"):
        category, code = _WITH_VAT_ID.get(treatment, (category, code))
    reason = wording.sentence(treatment, TaxFacts.from_json(invoice.tax_facts)) or _("Not subject to VAT")
    return TaxedAs(category=category, reason=reason, reason_code=code)
