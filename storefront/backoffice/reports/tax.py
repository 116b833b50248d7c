"""Tax in the income, by rate and country of the payer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.reports import names, tables
from storefront.backoffice.reports.base import ReportPage
from storefront.backoffice.reports.pictures import parts
from storefront.backoffice.reports.tables import Cell, Head, Table
from storefront.billing.reports import dimensions, income
from storefront.billing.reports.income import Rest, Takings


class TaxPage(ReportPage):
    """A row for each rate and country, a table for each currency."""

    page_title = gettext_lazy("Tax")
    file_name = "tax"
    definition = gettext_lazy(
        "The tax that is in the income of these days, as the lines of the invoices have it. What was refunded or lost "
        "in disputes takes its tax off on the day it was booked. Of a part its share is taken off, rounded to the "
        "cent, so that the sum may differ by such roundings from a rate times the net."
    )

    def tables(self) -> Sequence[Table]:
        found = income.split(self.period.span, dimensions.RATE, dimensions.COUNTRY)
        rates = names.of(dimensions.RATE, [key[0] for key in found])
        countries = names.of(dimensions.COUNTRY, [key[1] for key in found])
        return [
            self._table(code, {key[:2]: each for key, each in found.items() if key[-1] == code}, rates, countries)
            for code in names.in_order(key[-1] for key in found)
        ]

    def _table(self, code: str, found: dict[Any, Takings], rates: names.Names, countries: names.Names) -> Table:
        rows = [
            [self._rate(rate, code, rates), tables.words(countries(country)), *_cells(each, code)]
            for (rate, country), each in sorted(found.items(), key=lambda pair: _rank(*pair[0]))
        ]
        by_rate: dict[Any, Decimal] = defaultdict(Decimal)
        for (rate, _country), each in found.items():
            by_rate[rate] += each.tax
        heads = [Head(_("Rate"), is_number=False), Head(_("Country"), is_number=False)]
        return Table(
            title=code, currency=code, rows=rows,
            heads=[*heads, Head(_("Net")), Head(_("Tax")), Head(_("Income"))],
            total=[tables.words(_("Total")), tables.words(""), *_cells(income.total(found.values()), code)],
            parts=parts(code, [(rates(rate), tax) for rate, tax in sorted(by_rate.items(), key=lambda pair: -pair[1])]),
        )  # fmt: skip

    def _rate(self, rate: Any, code: str, rates: names.Names) -> Cell:
        if rate is Rest.NOT_OF_A_LINE:
            return tables.words(rates(rate))
        url = self.address("backoffice-report-bookings", by="rate", value=str(rate), currency=code)
        return tables.words(rates(rate), url=url, value=rate)


def _rank(rate: Any, country: str) -> tuple[bool, Decimal, str]:
    is_rest = rate is Rest.NOT_OF_A_LINE
    return (is_rest, Decimal(0) if is_rest else -rate, country)


def _cells(each: Takings, code: str) -> list[Cell]:
    return [tables.amount(value, code) for value in (each.income - each.tax, each.tax, each.income)]
