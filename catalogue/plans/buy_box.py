"""What the product page shows of a product's plans and periods. No query: it reads the product's offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from catalogue.plans import published_prices
from catalogue.plans.models import SoftwareProduct, months_label
from catalogue.plans.price_calculation import per_month
from storefront.core import money, percentages
from storefront.core.language import current_language


@dataclass(frozen=True, slots=True)
class PriceOption:
    """One plan for one period. Amounts in major units, and as text in the reader's language ("" for no discount).
    ``ends_at`` (UTC): when the discount stops by itself, None if it does not."""

    id: int
    months: int
    label: str
    list_amount: Decimal
    amount: Decimal
    monthly_amount: Decimal
    currency: str
    discount: str
    total_text: str
    list_text: str
    saving_text: str
    monthly_text: str
    is_selected: bool
    ends_at: datetime | None

    @property
    def saving(self) -> Decimal:
        return self.list_amount - self.amount


@dataclass(frozen=True, slots=True)
class PlanOption:
    """One license type with the periods it is sold for, shortest first."""

    code: str
    name: str
    summary: str
    features: tuple[str, ...]
    prices: tuple[PriceOption, ...]
    is_selected: bool
    is_recommended: bool


@dataclass(frozen=True, slots=True, eq=False)
class BuyBox:
    """All there is to choose, and what is chosen. ``selected`` is None when nothing is on sale."""

    plans: tuple[PlanOption, ...]
    selected: PriceOption | None

    @property
    def features(self) -> list[tuple[str, list[bool]]]:
        """Every feature of any plan, in order of first mention, and which plans have it."""
        names = dict.fromkeys(name for plan in self.plans for name in plan.features)
        return [(name, [name in plan.features for plan in self.plans]) for name in names]

    @property
    def price_rows(self) -> list[tuple[str, list[PriceOption | None]]]:
        """A row for every period of any plan, shortest first: its name, and each plan's term or None."""
        by_plan = [{term.months: term for term in plan.prices} for plan in self.plans]
        months = sorted({number for terms in by_plan for number in terms})
        return [(months_label(number), [terms.get(number) for terms in by_plan]) for number in months]


def buy_box(software: SoftwareProduct, *, plan_code: str = "", months: int | None = None) -> BuyBox:
    """Plans and prices on sale. The plan and period asked for are selected if they exist, else the first plan and its
    longest period. No query."""
    plans = published_prices.load(software.published_prices, current_language())
    chosen = next((plan for plan in plans if plan.code == plan_code), plans[0] if plans else None)
    offered = [price.months for price in chosen.prices] if chosen else []
    selected_months = months if months in offered else max(offered, default=0)
    options = tuple(_plan_option(plan, plan is chosen, selected_months) for plan in plans)
    selected = next((price for plan in options for price in plan.prices if price.is_selected), None)
    return BuyBox(plans=options, selected=selected)


def _plan_option(plan: published_prices.PublishedPlan, is_selected: bool, months: int) -> PlanOption:
    return PlanOption(
        code=plan.code,
        name=plan.name,
        summary=plan.summary,
        features=plan.features,
        prices=tuple(_price_option(term, is_selected and term.months == months) for term in plan.prices),
        is_selected=is_selected,
        is_recommended=plan.is_recommended,
    )


def _price_option(term: published_prices.PublishedPrice, is_selected: bool) -> PriceOption:
    monthly = per_month(term.amount, term.months, term.currency)
    has_discount = term.list_amount > term.amount
    return PriceOption(
        id=term.id,
        months=term.months,
        label=months_label(term.months),
        list_amount=term.list_amount,
        amount=term.amount,
        monthly_amount=monthly,
        currency=term.currency,
        discount=percentages.display(-term.discount_percent) if has_discount else "",
        total_text=money.display(term.amount, term.currency),
        list_text=money.display(term.list_amount, term.currency) if has_discount else "",
        saving_text=money.display(term.list_amount - term.amount, term.currency) if has_discount else "",
        monthly_text=money.display(monthly, term.currency),
        is_selected=is_selected,
        ends_at=term.ends_at,
    )
