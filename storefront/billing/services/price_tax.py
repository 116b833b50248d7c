"""How public prices are shown with their tax: to everybody as at home, to a visitor who named a country as there.

What is shown is a consumer's. Who turns out to be a business, or lives where tax differs within a country, sees their
own total at the checkout before they order. So does whose very order passes the threshold of Article 59c.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from storefront.billing.errors import TaxRateMissing
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import taxation
from storefront.billing.tax import TaxDecision, TaxName, TaxRegime
from storefront.billing.tax.summary import name_within
from storefront.core import clock, countries, country_choice, money, percentages
from storefront.core.per_request import once


@dataclass(frozen=True, slots=True)
class PriceTax:
    """``decision``: about a consumer in ``country`` (ISO 3166-1; "" for one who named none, taxed as at home).
    ``name``: what the tax is called there, or at home where there is none (``TaxName``)."""

    decision: TaxDecision
    country: str
    name: str

    def to_pay(self, published: Decimal, currency: str) -> Decimal:
        """What a published price comes to; the price itself where tax is added that depends on an unknown country."""
        if self.decision.included_rate is None and not self.country:
            return published
        return self.decision.charge([published], currency)[0].gross

    def label(self, published: Decimal | None = None, currency: str = "") -> str:
        """What stands beside a published price, in the active language: incl. 19% VAT. With ``published`` it names what
        is to be paid, if that is not the price itself."""
        words = {"tax": name_within(self.name), "country": countries.name(self.country) if self.country else ""}
        if published is not None:
            words["amount"] = money.display(self.to_pay(published, currency), currency)
        if self.decision.included_rate is None:
            return self._without(words, is_exact=published is not None)
        return self._within(words, self.decision.included_rate, is_exact=published is not None)

    def _without(self, words: dict[str, str], *, is_exact: bool) -> str:
        if not self.country:
            return _("plus %(tax)s") % words
        if not self.decision.rate:
            return _("%(country)s: no %(tax)s is added") % words
        words["rate"] = percentages.display(self.decision.rate)
        text = _("plus %(rate)s %(tax)s: %(amount)s") if is_exact else _("plus %(rate)s %(tax)s")
        return text % words

    def _within(self, words: dict[str, str], included: Decimal, *, is_exact: bool) -> str:
        words["rate"] = percentages.display(self.decision.rate or included)
        if self.decision.rate or not included:
            return _("incl. %(rate)s %(tax)s") % words
        text = _("%(country)s: %(amount)s without %(tax)s") if is_exact else _("%(country)s: less %(rate)s %(tax)s")
        return text % words


def of_visitor() -> PriceTax | None:
    """For the visitor whose request is answered; None where the seller charges no tax. Two or three queries, once per
    request."""
    country = country_choice.current()
    return once((__name__, country), lambda: _read(country))


def _read(country: str) -> PriceTax | None:
    seller = taxation.settings()
    if seller.regime not in (TaxRegime.VAT, TaxRegime.FIXED):
        return None
    payer = PayerDetails(country=country).to_json()
    try:
        decision = taxation.decide_for(payer=payer, at=clock.now(), seller=seller)
    except TaxRateMissing:
        return None  # nothing can be ordered from there; no price is to be shown wrongly
    name = decision.facts.tax_name
    if not name:
        home = taxation.home_rate(seller, clock.now())
        name = home.name if home else TaxName.VAT.value
    return PriceTax(decision, country, name)
