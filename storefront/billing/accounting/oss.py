"""The OSS return of a calendar quarter: what consumers elsewhere in the EU bought, by country and rate, in euro.

Directive 2006/112/EC, Articles 369f to 369h: other currencies are converted by the ECB's rate of the last day of the
quarter or, if there is none of that day, of the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from storefront.billing.accounting.tax_rows import tax
from storefront.billing.services import exchange
from storefront.billing.services.exchange import EURO, Rate
from storefront.core.spans import Span, months_from

_MONTHS = 3
_PLACES = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class OssRow:
    """``net`` and ``tax`` in major units of ``currency``. In euro they are None while the ECB's rate is not known;
    ``rate_of_euro``: so much of the currency is one euro, None for the euro itself."""

    country: str
    rate: Decimal
    currency: str
    net: Decimal
    tax: Decimal
    exchange: Rate | None

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
    """Of the quarter that ``span`` begins in. Sums that no line explains have no rate and are in no return."""
    whole = quarter(span)
    found = [row for row in tax(whole) if row.is_oss and row.rate is not None]
    foreign = {row.currency for row in found} - {EURO}
    rates = {currency: exchange.rate_of_period(currency, whole.last) for currency in foreign}
    return [
        OssRow(row.country, row.rate or Decimal(0), row.currency, row.net, row.tax, rates.get(row.currency))
        for row in found
    ]


def without_rate(found: list[OssRow]) -> list[str]:
    """The currencies that cannot be converted yet."""
    return sorted({row.currency for row in found if row.euro_net is None})
