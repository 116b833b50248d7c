"""Tax of a month or quarter by how, where and at what rate it is charged."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from storefront.billing.reports import dimensions, income
from storefront.billing.reports.income import Rest
from storefront.billing.tax.territories import area_of
from storefront.billing.tax.treatments import TaxTreatment
from storefront.core import money
from storefront.core.spans import Span


@dataclass(frozen=True, slots=True)
class TaxRow:
    """Sales less refunds of a month by how, where and at what rate they are taxed, major units of ``currency``.
    ``rate`` is None for sums that no line explains."""

    treatment: str
    country: str
    rate: Decimal | None
    currency: str
    net: Decimal
    tax: Decimal

    @property
    def is_oss(self) -> bool:
        return is_oss(self.treatment, self.country)


def is_oss(treatment: str, country: str) -> bool:
    """Whether a tax is declared in the seller's country for the buyer's, a member state: Directive 2006/112/EC,
    Articles 358 to 369. That of a country outside the EU is declared there."""
    return treatment == TaxTreatment.DESTINATION and area_of(country).is_eu


def tax(span: Span) -> list[TaxRow]:
    """Three queries, whatever the amount of data."""
    found = income.split(span, dimensions.TREATMENT, dimensions.TAX_COUNTRY, dimensions.RATE)
    rows = [
        TaxRow(
            treatment, country, None if rate is Rest.NOT_OF_A_LINE else rate, currency,
            money.quantize(each.income - each.tax, currency), money.quantize(each.tax, currency),
        )
        for (treatment, country, rate, currency), each in found.items()
        if each.income or each.tax
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.currency, row.treatment, row.country, -(row.rate or Decimal(0))))
