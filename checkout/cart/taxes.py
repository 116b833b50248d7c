"""What a cart costs one buyer, with the tax that they bear."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser

from checkout.cart.cart import Cart
from storefront.billing.errors import TaxRateMissing
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import missing_rates, payers, taxation
from storefront.billing.tax import SellerTax, TaxDecision, TaxRegime, TaxSummary, TaxTreatment, summary_of
from storefront.core import clock, country_choice
from storefront.core.money import TaxedAmount, display
from storefront.users.models import User


@dataclass(frozen=True, slots=True)
class CartTax:
    """``total``: what an order of the cart costs its payer, as its invoice will say; the cart's own total is that of
    published prices. ``problem``: why nobody can say it, so that nothing can be ordered; "" if nothing is wrong.
    ``payer``: whose it is, if the cart knows. ``asks_country``: it depends on a country that the visitor may choose."""

    decision: TaxDecision
    total: TaxedAmount
    published: Decimal
    currency: str
    problem: str = ""
    payer: str = ""
    asks_country: bool = False

    @property
    def summary(self) -> TaxSummary:
        return summary_of(self.decision.treatment, self.decision.facts, self.total, published=self.published)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Above the total: names, and amounts as text."""
        return [(name, display(amount, self.currency)) for name, amount in self.summary.rows]

    @property
    def note(self) -> str:
        return self.summary.note


def of_cart(cart: Cart, payer: PayerDetails, seller: SellerTax | None = None) -> CartTax:
    """For ``payer``; where nothing is known of them, as in the seller's country. Staff are told of a rate that the
    table lacks."""
    published, currency = cart.total, cart.currency
    try:
        decision, problem = _decided(cart, payer, seller), ""
    except TaxRateMissing as exc:
        missing_rates.report(exc)
        decision, problem = TaxDecision(TaxTreatment.NONE.value, Decimal(0)), str(exc)
    (total,) = decision.charge([published], currency)
    return CartTax(decision, total, published, currency, problem)


def _decided(cart: Cart, payer: PayerDetails, seller: SellerTax | None) -> TaxDecision:
    return taxation.decide_for(
        payer=payer.to_json(), at=clock.now(), published=cart.total, currency=cart.currency, seller=seller
    )


def of_visitor(cart: Cart, user: User | AnonymousUser) -> CartTax:
    """For the default payer of a customer; for anybody else as in the country that they chose, by default the
    seller's."""
    seller = taxation.settings()
    if seller.regime not in (TaxRegime.VAT, TaxRegime.FIXED):
        return of_cart(cart, PayerDetails(), seller)
    if isinstance(user, User) and (payer := payers.of(user).filter(is_default=True).first()):
        return replace(of_cart(cart, payer.details, seller), payer=payer.details.title)
    found = of_cart(cart, PayerDetails(country=country_choice.current()), seller)
    return replace(found, asks_country=True)
