"""Amounts in the currency of the books, at the published rate of their day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from storefront.billing.models import Seller
from storefront.billing.services import exchange
from storefront.billing.services.exchange import EURO, Rate


def of_the_books() -> str:
    """The seller's currency of the tax return; euro where none is set."""
    seller = Seller.objects.filter(is_default=True).order_by("-pk").first()
    return (seller.accounting_currency if seller else "") or EURO


@dataclass(frozen=True, slots=True)
class Rates:
    """Of one ``currency`` to that of the books (``home``): each day is looked up once."""

    currency: str
    home: str
    known: dict[date, Rate | None] = field(default_factory=dict)

    @property
    def is_foreign(self) -> bool:
        return self.currency != self.home

    def on(self, day: date) -> Rate | None:
        """None where no rate of that day is known."""
        if day not in self.known:
            self.known[day] = exchange.rate_on(self.currency, self.home, day)
        return self.known[day]
