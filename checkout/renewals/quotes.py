"""What one more period of a license costs on a day, with the tax of whom its invoice is addressed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from checkout.cart import prices
from checkout.cart.prices import CartPrice
from storefront.billing.models import InvoiceLine
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import payers, taxation
from storefront.billing.tax import TaxDecision
from storefront.billing.tax.summary import name_of
from storefront.core import clock
from storefront.core.money import TaxedAmount
from storefront.licensing.models import License
from storefront.licensing.states import PeriodKind


@dataclass(frozen=True, slots=True)
class Quote:
    """The published price of one period, and what this payer is charged for it: major units of ``currency``."""

    price: CartPrice
    decision: TaxDecision
    charged: TaxedAmount

    @property
    def total(self) -> Decimal:
        return self.charged.gross

    @property
    def currency(self) -> str:
        return self.price.currency

    @property
    def tax_label(self) -> str:
        """What tax it holds, in the active language; "" for none."""
        if not self.charged.tax:
            return ""
        return _("incl. %(tax)s") % {"tax": name_of(self.decision.facts, self.charged.rate)}


def of_plan(plan_id: int, currency: str, payer: Mapping[str, str]) -> list[Quote]:
    """Every period of a license type that is on sale in a currency, for ``payer`` (as on an invoice); the shortest
    first. Raises TaxRateMissing."""
    found = prices.read_prices(plan=plan_id, currency=currency)
    return [_of_price(price, payer) for price in sorted(found, key=lambda each: each.months) if price.is_on_sale]


def of_period(plan_id: int, months: int, currency: str, payer: Mapping[str, str]) -> Quote | None:
    """One of them; None if it is not sold now. Raises TaxRateMissing."""
    found = prices.read_prices(plan=plan_id, months=months, currency=currency)
    return next((_of_price(price, payer) for price in found if price.is_on_sale), None)


def of_license(license: License, months: int, currency: str) -> Quote | None:
    """One more period of a license of its type, as its next invoice would say; None if it is not sold now."""
    return of_period(plan_of(license), months, currency, payer_of(license).to_json())


def plan_of(license: License) -> int:
    """The license type that is renewed: that of the last period bought, which may have to begin yet."""
    bought = license.periods.filter(revoked_at=None, kind=PeriodKind.BOUGHT).order_by("-pk")
    return bought.values_list("plan_id", flat=True).first() or license.plan_id


def payer_of(license: License) -> PayerDetails:
    """Whom a renewal is addressed to: as the last invoice for the license to its holder, with what was corrected since;
    else their default payer."""
    kept = list(payers.of(license.customer))
    default = next((each.details for each in kept if each.is_default), PayerDetails())
    lines = InvoiceLine.objects.filter(granted__license=license, invoice__customer=license.customer_id)
    last = lines.select_related("invoice").order_by("-pk").first()
    if last is None:
        return default
    before = PayerDetails.from_json(last.invoice.payer)
    same = (each.details for each in kept if each.details.title == before.title and each.country == before.country)
    return next(same, before)


def _of_price(price: CartPrice, payer: Mapping[str, str]) -> Quote:
    decision = taxation.decide_for(payer=payer, at=clock.now(), published=price.amount, currency=price.currency)
    return Quote(price, decision, decision.charge([price.amount], price.currency)[0])
