"""What the periods of an 'Extend' link cost whoever gets the invoice, with the tax that they bear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from checkout.cart.prices import CartPrice
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import payers, taxation
from storefront.billing.tax import SellerTax, TaxDecision, summary_of
from storefront.billing.tax.summary import name_of
from storefront.core import clock
from storefront.core.money import TaxedAmount
from storefront.users.models import User


@dataclass(frozen=True, slots=True)
class PeriodTaxes:
    """By price (its primary key), what was decided: it may differ where one of them passes a threshold."""

    decisions: dict[int, TaxDecision]

    def charged(self, price: CartPrice, published: Decimal | None = None) -> TaxedAmount:
        """What the price comes to, or another amount of the same period."""
        amount = price.amount if published is None else published
        return self.decisions[price.pk].charge([amount], price.currency)[0]

    def label(self, price: CartPrice) -> str:
        """What tax the charged amount holds, in the active language; "" for none."""
        decision, charged = self.decisions[price.pk], self.charged(price)
        return _("incl. %(tax)s") % {"tax": name_of(decision.facts, charged.rate)} if charged.tax else ""

    def note(self, price: CartPrice) -> str:
        """Why no tax is charged, in the active language; "" if some is, or if the seller charges none at all."""
        decision = self.decisions[price.pk]
        return summary_of(decision.treatment, decision.facts, self.charged(price)).note


def of(prices: Sequence[CartPrice], payer: PayerDetails, seller: SellerTax) -> PeriodTaxes:
    """For ``payer``, as the order's invoice will say. Raises TaxRateMissing."""

    def decide(price: CartPrice) -> TaxDecision:
        return taxation.decide_for(
            payer=payer.to_json(), at=clock.now(), published=price.amount, currency=price.currency, seller=seller
        )

    low = decide(min(prices, key=lambda price: price.amount))
    is_one = low.is_as(decide(max(prices, key=lambda price: price.amount)))
    return PeriodTaxes({price.pk: low if is_one else decide(price) for price in prices})


def default_payer(customer: User) -> PayerDetails:
    """Whom an order of the customer's is addressed to if they do not say."""
    default = payers.of(customer).filter(is_default=True).first()
    return default.details if default else PayerDetails()
