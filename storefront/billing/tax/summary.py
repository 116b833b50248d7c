"""The tax in a total, in rows as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from storefront.billing.tax.facts import TaxFacts, TaxName
from storefront.billing.tax.treatments import TaxReason, TaxTreatment
from storefront.billing.tax.wording import sentence
from storefront.core import percentages
from storefront.core.money import TaxedAmount


@dataclass(frozen=True, slots=True)
class TaxSummary:
    """``rows``: names and amounts (major units) above the total; ``note``: why no tax is charged, "" if some is."""

    rows: tuple[tuple[str, Decimal], ...] = ()
    note: str = ""


def name_within(name: str) -> str:
    """What a tax (``TaxName``) is called within a sentence, in the active language."""
    return {TaxName.VAT: _("VAT"), TaxName.GST: _("GST"), TaxName.SALES_TAX: _("sales tax")}[TaxName(name)]


def name_of(facts: TaxFacts, rate: Decimal | None) -> str:
    """What a tax is called, with its rate, if there is one alone: VAT 19%."""
    label = str(TaxName(facts.tax_name).label) if facts.tax_name else _("Tax")
    return label if rate is None else f"{label} {percentages.display(rate)}"


def summary_of(treatment: str, facts: TaxFacts, total: TaxedAmount, *, published: Decimal | None = None) -> TaxSummary:
    """The rows of a total in the active language; nothing where the seller charges no tax. ``published``: what the same
    costs at published prices, where the page shows these."""
    if total.tax:
        tax = name_of(facts, total.rate)
        return TaxSummary(((_("Without tax"), total.net), (tax, total.tax)))
    if treatment == TaxTreatment.NONE and facts.reason != TaxReason.ADVANCE_PAYMENT:
        return TaxSummary()
    note = sentence(treatment, facts)
    if published is None or published == total.gross:
        return TaxSummary(note=note)
    return TaxSummary(((_("Tax in the prices, not charged"), total.gross - published),), note)
