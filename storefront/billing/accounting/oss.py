"""The OSS return of a calendar quarter: what consumers elsewhere in the EU bought, by country and rate, in euro.

Directive 2006/112/EC, Articles 369f to 369h: other currencies are converted by the ECB's rate of the last day of the
quarter or, if there is none of that day, of the next one. What changes of an earlier quarter, for example by a refund,
is no part of the sales of this one: it corrects the return of that quarter, by the member state's tax, for three years
from the day it was due (Article 369g (4); Implementing Regulation (EU) 282/2011, Article 61:
https://eur-lex.europa.eu/eli/reg_impl/2011/282/2022-07-01).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from storefront.billing.accounting.tax_rows import is_oss
from storefront.billing.reports import dimensions, income
from storefront.billing.reports.income import Takings
from storefront.billing.services import exchange
from storefront.billing.services.exchange import EURO, Rate
from storefront.core import money
from storefront.core.spans import Span, months_from

_MONTHS = 3
_PLACES = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class OssRow:
    """``net`` and ``tax`` in major units of ``currency``. In euro they are None while the ECB's rate is not known;
    ``rate_of_euro``: so much of the currency is one euro, None for the euro itself. ``corrects``: the earlier quarter
    that it corrects, at the rates of that quarter; None for the sales of this one."""

    country: str
    rate: Decimal
    currency: str
    net: Decimal
    tax: Decimal
    exchange: Rate | None
    corrects: Span | None = None

    @property
    def euro_net(self) -> Decimal | None:
        return self._in_euro(self.net)

    @property
    def euro_tax(self) -> Decimal | None:
        return self._in_euro(self.tax)

    @property
    def rate_of_euro(self) -> Decimal | None:
        return (1 / self.exchange.factor).quantize(_PLACES) if self.exchange else None

    @property
    def published_on(self) -> date | None:
        return self.exchange.on if self.exchange else None

    def _in_euro(self, amount: Decimal) -> Decimal | None:
        if self.currency == EURO:
            return amount
        return self.exchange.converted(amount) if self.exchange else None


def quarter(span: Span) -> Span:
    """The one that a month lies in."""
    first = span.first
    return months_from(date(first.year, (first.month - 1) // _MONTHS * _MONTHS + 1, 1), _MONTHS)


def name_of(quarter: Span) -> str:
    return f"{quarter.first.year} Q{(quarter.first.month - 1) // _MONTHS + 1}"


def rows(span: Span) -> list[OssRow]:
    """Of the quarter that ``span`` begins in: its sales, then its corrections of earlier ones, the oldest first. Sums
    that no line explains have no rate and are in no return."""
    whole = quarter(span)
    sums: dict[tuple[date, str, Decimal, str], Takings] = {}
    split = income.split(whole, dimensions.TREATMENT, dimensions.TAX_COUNTRY, dimensions.SOLD_IN, dimensions.RATE)
    for (treatment, country, month, rate, currency), each in split.items():
        if is_oss(treatment, country) and isinstance(rate, Decimal):
            sold_in = quarter(months_from(month or whole.first, 1)).first
            key = (sold_in, country, rate, currency)
            sums[key] = sums.get(key, Takings()) + each
    in_order = sorted(sums, key=lambda key: (key[0] != whole.first, key[0], key[3], key[1], -key[2]))
    found = [key for key in in_order if sums[key].income or sums[key].tax]
    foreign = {(key[0], key[3]) for key in found if key[3] != EURO}
    rates = {each: exchange.rate_of_period(each[1], months_from(each[0], _MONTHS).last) for each in foreign}
    return [_row(whole, *key, sums[key], rates.get((key[0], key[3]))) for key in found]


def _row(
    whole: Span, sold_in: date, country: str, rate: Decimal, currency: str, takings: Takings, of_euro: Rate | None
) -> OssRow:
    net, tax = (money.quantize(each, currency) for each in (takings.income - takings.tax, takings.tax))
    corrects = None if sold_in == whole.first else months_from(sold_in, _MONTHS)
    return OssRow(country, rate, currency, net, tax, of_euro, corrects)


def without_rate(found: list[OssRow]) -> list[str]:
    """The currencies that cannot be converted yet."""
    return sorted({row.currency for row in found if row.euro_net is None})
