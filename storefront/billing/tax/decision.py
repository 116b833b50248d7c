"""What was decided about the tax of one document, and what it makes of amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from storefront.billing.tax.facts import TaxFacts
from storefront.core import money
from storefront.core.money import TaxedAmount

_NOTHING = Decimal(0)
_NO_FACTS = TaxFacts()


@dataclass(frozen=True, slots=True)
class TaxDecision:
    """How one document is taxed. ``rate`` in percent of the net amount. ``included_rate``: percent of tax in the
    published prices, None if they are without tax. ``facts`` say why, with reason code and evidence."""

    treatment: str
    rate: Decimal
    included_rate: Decimal | None = _NOTHING
    facts: TaxFacts = _NO_FACTS

    def charge(self, published: Sequence[Decimal], currency: str) -> list[TaxedAmount]:
        """What the document's lines cost this buyer, from their amounts at published prices after all discounts.

        Tax is taken out of or added to all lines together, rounded once, and allocated to them. Raises MoneyError for
        an inexact amount.
        """
        if self.included_rate is None:
            return money.add_tax(published, self.rate, currency)
        if self.rate or not self.included_rate:
            return self.split(published, currency)
        within = money.split_tax(published, self.included_rate, currency)
        return [TaxedAmount(part.net, _NOTHING, _NOTHING) for part in within]

    def at_prices_with(self, included_rate: Decimal | None) -> TaxDecision:
        """The same where the published prices hold ``included_rate`` percent of tax, None: where they are without."""
        text = "" if included_rate is None else f"{included_rate.normalize():f}"
        return replace(self, included_rate=included_rate, facts=replace(self.facts, prices_included=text))

    def split(self, gross: Sequence[Decimal], currency: str) -> list[TaxedAmount]:
        """Net and tax of the document's lines, whose amounts include it (see ``money.split_tax``)."""
        return money.split_tax(gross, self.rate, currency)

    def is_as(self, other: TaxDecision) -> bool:
        """Whether the same amounts and the same words result."""
        return (self.treatment, self.rate) == (other.treatment, other.rate)
