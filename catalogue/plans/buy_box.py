"""What a product page offers to choose from: license types and their prices. No queries."""

from __future__ import annotations

from dataclasses import dataclass

from catalogue.plans import published_prices
from catalogue.plans.models import SoftwareProduct, months_label
from catalogue.plans.published_prices import PublishedPlan, PublishedPrice
from storefront.core import currency_choice
from storefront.core.language import current_language


@dataclass(frozen=True, slots=True)
class BuyBox:
    """All there is to choose, and what is chosen: ``plan`` and its price ``selected``, None when nothing is on sale.

    All prices are in ``currency``. ``missing``: the visitor's currency if nothing is sold in it, else "".
    """

    plans: tuple[PublishedPlan, ...]
    plan: PublishedPlan | None
    selected: PublishedPrice | None
    currency: str
    missing: str

    @property
    def features(self) -> list[tuple[str, list[bool]]]:
        """Every feature of any plan, in order of first mention, and which plans have it."""
        names = dict.fromkeys(name for plan in self.plans for name in plan.features)
        return [(name, [name in plan.features for plan in self.plans]) for name in names]

    @property
    def price_rows(self) -> list[tuple[str, list[PublishedPrice | None]]]:
        """One row for each period of any plan, shortest first: its name, and each plan's price or None."""
        by_plan = [{price.months: price for price in plan.prices} for plan in self.plans]
        every = sorted({months for prices in by_plan for months in prices})
        return [(months_label(months), [prices.get(months) for prices in by_plan]) for months in every]


def buy_box(
    software: SoftwareProduct, *, plan_code: str = "", months: int | None = None, wanted_currency: str = ""
) -> BuyBox:
    """Plans and prices on sale, in the active language and in ``wanted_currency``, by default the visitor's.

    The plan and period asked for are selected if they exist, else the first plan and its longest period.
    """
    wanted = wanted_currency or currency_choice.current()
    currency = published_prices.currency_for(software, wanted)
    plans = published_prices.load(software.published_prices, current_language(), currency)
    plan = next((plan for plan in plans if plan.code == plan_code), plans[0] if plans else None)
    prices = plan.prices if plan else ()
    selected = next((price for price in prices if price.months == months), prices[-1] if prices else None)
    missing = wanted if selected and currency != wanted else ""
    return BuyBox(plans=plans, plan=plan, selected=selected, currency=currency, missing=missing)
