"""What a license type costs for a period, worked out from what is at hand. Asks the database nothing.

Prices that are published and prices that are only shown beforehand come from the same lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from catalogue.plans import discounts
from catalogue.plans.discounts import Reduction
from catalogue.plans.models import Discount, Period, Plan
from storefront.core import money


@dataclass(frozen=True, slots=True)
class Price:
    """Major units of one currency. ``list_amount`` is without the discount, ``amount`` is charged."""

    list_amount: Decimal
    amount: Decimal

    @property
    def is_zero(self) -> bool:
        """Rounded to zero: such a price is shown to marketers and never published."""
        return self.amount == 0

    @property
    def saving(self) -> Decimal:
        return self.list_amount - self.amount


@dataclass(frozen=True, slots=True, eq=False)
class Quote:
    """A license type for a period: what is taken off, and what it comes to."""

    plan: Plan
    period: Period
    reduction: Reduction
    price: Price


def price_of(*, monthly_price: Decimal, months: int, discount_percent: Decimal, currency: str) -> Price:
    """The price of ``months`` months at ``monthly_price`` (major units) less ``discount_percent`` (0 <= d < 100).

    Rounded once, half up, to the minor unit of ``currency``. Raises ValueError for anything out of range.
    """
    if not monthly_price.is_finite() or monthly_price <= 0:
        raise ValueError(f"price per month must be positive: {monthly_price}")
    if months < 1:
        raise ValueError(f"at least one month: {months}")
    if not discount_percent.is_finite() or not 0 <= discount_percent < 100:
        raise ValueError(f"discount must be from 0 to less than 100: {discount_percent}")
    full = monthly_price * months
    return Price(
        list_amount=money.quantize(full, currency),
        amount=money.quantize(full * (100 - discount_percent) / 100, currency),
    )


def per_month(amount: Decimal, months: int, currency: str) -> Decimal:
    """What a month comes to, for display: rounded to the minor unit, so times the months it may differ by cents."""
    return money.quantize(amount / months, currency)


def sold_periods(periods: Iterable[Period]) -> list[Period]:
    """Of common periods and a product's own, those it is sold for, shortest first: its own take the place of theirs."""
    chosen: dict[int, Period] = {}
    for period in periods:
        if period.software_id is not None or period.months not in chosen:
            chosen[period.months] = period
    return sorted((period for period in chosen.values() if period.is_active), key=lambda period: period.months)


def quotes(
    *, plans: Iterable[Plan], periods: Iterable[Period], discounts_in_force: Iterable[Discount], currency: str
) -> list[Quote]:
    """Every plan on sale for every period it is sold for, in the order of ``plans``, shortest period first.

    All that is given is one product's: its plans, its own and the common periods, the discounts it may have now.
    """
    in_force = list(discounts_in_force)
    reductions = [(period, discounts.best(period, in_force)) for period in sold_periods(periods)]
    return [
        Quote(plan, period, reduction, _price(plan, period, reduction, currency))
        for plan in plans
        if plan.is_active
        for period, reduction in reductions
    ]


def _price(plan: Plan, period: Period, reduction: Reduction, currency: str) -> Price:
    return price_of(
        monthly_price=plan.monthly_price,
        months=period.months,
        discount_percent=reduction.percent,
        currency=currency,
    )
