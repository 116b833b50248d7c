"""What a document says of its tax: category, reason and code.

Categories are UNCL5305 as EN 16931 uses it; codes are the VATEX list of the Connecting Europe Facility
(https://ec.europa.eu/digital-building-blocks/sites/display/DIGITAL/Registry+of+supporting+artefacts+to+implement+EN16931).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from storefront.billing.documents.content import TaxCategory
from storefront.billing.tax.facts import TaxFacts
from storefront.billing.tax.treatments import TaxReason, TaxTreatment

_CATEGORIES = {
    TaxTreatment.NONE: TaxCategory.OUT_OF_SCOPE,
    TaxTreatment.STANDARD: TaxCategory.STANDARD,
    TaxTreatment.DESTINATION: TaxCategory.STANDARD,
    TaxTreatment.REVERSE_CHARGE: TaxCategory.REVERSE_CHARGE,
    TaxTreatment.EXEMPT: TaxCategory.EXEMPT,
    TaxTreatment.OUT_OF_SCOPE: TaxCategory.OUT_OF_SCOPE,
    TaxTreatment.ZERO: TaxCategory.ZERO,
    TaxTreatment.MERCHANT_OF_RECORD: TaxCategory.OUT_OF_SCOPE,
}
_CODES = {
    TaxTreatment.NONE: "VATEX-EU-O",
    TaxTreatment.REVERSE_CHARGE: "VATEX-EU-AE",
    TaxTreatment.OUT_OF_SCOPE: "VATEX-EU-O",
}


def category_of(treatment: str) -> TaxCategory:
    """The category of every line of a document with this treatment. Raises ValueError for an unknown one."""
    return _CATEGORIES[TaxTreatment(treatment)]


def reason_code(treatment: str) -> str:
    """The VATEX code of why there is no tax, "" where there is none to name."""
    return _CODES.get(TaxTreatment(treatment), "")


def sentence(treatment: str, facts: TaxFacts) -> str:
    """Why there is no tax, in the active language; "" where tax is charged or nothing is to be said."""
    match TaxTreatment(treatment):
        case TaxTreatment.NONE if facts.reason == TaxReason.ADVANCE_PAYMENT:
            return _("Payment in advance: tax is charged on what is bought with it")
        case TaxTreatment.NONE:
            return _("Not subject to VAT")
        case TaxTreatment.REVERSE_CHARGE:
            return _("Reverse charge: VAT is to be paid by the recipient (Article 196 of Directive 2006/112/EC)")
        case TaxTreatment.EXEMPT:
            return facts.exemption or _("Exempt from VAT")
        case TaxTreatment.OUT_OF_SCOPE if facts.reason == TaxReason.SPECIAL_TERRITORY:
            return _("Outside the VAT area of the EU (Article 6 of Directive 2006/112/EC)")
        case TaxTreatment.OUT_OF_SCOPE:
            return _("Not taxable in the seller's country: the place of supply is the buyer's country")
        case TaxTreatment.ZERO:
            return _("Export, zero-rated")
        case TaxTreatment.MERCHANT_OF_RECORD:
            text = _("Sold by %(provider)s, which adds the tax of your country and issues the invoice")
            return text % {"provider": facts.sold_by}
    return ""
