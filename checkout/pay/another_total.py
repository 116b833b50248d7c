"""Before a payment method is begun by which somebody else sells: the total that the buyer would pay, to be agreed to.

A provider that sells in its own name charges our price without our tax and adds the tax of the buyer's country; another
method makes the sale ours again. Either way the page has shown another total before.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest

from storefront.billing.errors import PaymentUnavailable
from storefront.billing.models import Invoice
from storefront.billing.services import whose_sale
from storefront.billing.services.replacing import Replacement
from storefront.core import money
from storefront.gateways.errors import ConfigurationError

#: Hidden field: the total that the page has shown.
AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class AnotherTotal:
    """What ``method`` would change: ``planned`` instead of ``invoice``."""

    invoice: Invoice
    method: str
    planned: Replacement

    @property
    def total(self) -> Decimal:
        """In major units of the invoice's currency; a provider that sells adds its tax."""
        return self.planned.total.gross

    @property
    def sold_by(self) -> str:
        """The provider that would sell; "" where we would."""
        return self.planned.decision.facts.sold_by

    @property
    def mark(self) -> str:
        """What is posted once the buyer has seen it."""
        taxed = self.planned.total
        return " ".join([self.method, *(money.plain(each, self.invoice.currency) for each in (taxed.net, taxed.tax))])

    @property
    def is_to_be_shown(self) -> bool:
        """Whether the buyer has seen another total, or another tax; always where a provider adds its own."""
        return bool(self.sold_by) or (self.total, self.planned.total.tax) != (self.invoice.amount, self.invoice.tax)

    def is_agreed(self, request: HttpRequest) -> bool:
        """Whether that is what the page showed when its button was pressed."""
        return request.POST.get(AGREED) == self.mark


def of(invoice: Invoice, method: str) -> AnotherTotal | None:
    """None where the total stays as it is. Raises TaxRateMissing, PaymentUnavailable."""
    try:
        planned = whose_sale.planned(invoice=invoice, method=method)
    except ConfigurationError as error:
        raise PaymentUnavailable from error
    found = AnotherTotal(invoice, method, planned) if planned else None
    return found if found and found.is_to_be_shown else None
