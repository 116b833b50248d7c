"""What a license type costs for a period. Pure functions: no queries.

Published prices and the previews shown to marketers come from the same code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from catalogue.plans.models import Discount, Period, Plan
from storefront.core import money


@dataclass(frozen=True, slots=True)
class Price:
    """Major units of one currency. ``list_amount`` is before the discount, ``amount`` is charged."""

    list_amount: Decimal
    amount: Decimal

    @property
    def is_zero(self) -> bool:
        """Rounded to zero: shown to marketers, never published."""
        return self.amount == 0

    @property
    def saving(self) -> Decimal:
        return self.list_amount - self.amount


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """``percent`` off the price. ``ends_at`` (UTC) is when it ends by itself, None if it does not. ``name`` is that of
    the dated discount, "" for the period's own."""

    percent: Decimal
    ends_at: datetime | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Quote:
    """A license type for a period: its discount and its price in a currency."""

    plan: Plan
    period: Period
    discount: AppliedDiscount
    price: Price
    currency: str


def price_of(*, monthly_price: Decimal, months: int, discount_percent: Decimal, currency: str) -> Price:
    """The price of ``months`` months at ``monthly_price`` (major units) less ``discount_percent`` (0 <= d < 100).

    Rounded once, half up, to the step of prices in ``currency``. Raises ValueError for anything out of range.
    """
    if not monthly_price.is_finite() or monthly_price <= 0:
        raise ValueError(f"price per month must be positive: {monthly_price}")
    if months < 1:
        raise ValueError(f"at least one month: {months}")
    if not discount_percent.is_finite() or not 0 <= discount_percent < 100:
        raise ValueError(f"discount must be from 0 to less than 100: {discount_percent}")
    full = monthly_price * months
    return Price(
        list_amount=_in_steps(full, currency), amount=_in_steps(full * (100 - discount_percent) / 100, currency)
    )


def _in_steps(amount: Decimal, currency: str) -> Decimal:
    return money.quantize(amount.quantize(money.price_unit(currency), ROUND_HALF_UP), currency)


def per_month(amount: Decimal, months: int, currency: str) -> Decimal:
    """The price of one month, for display only: rounded to the minor unit, so it may not multiply back exactly."""
    return money.quantize(amount / months, currency)


def dearer_per_month(quotes: Iterable[Quote]) -> Iterator[tuple[Quote, Quote]]:
    """Longer periods of a license type that cost more per month than a shorter one, each with the cheapest shorter one.

    Compared exactly, not by the rounded price of a month, each currency by itself.
    """
    cheapest: dict[tuple[int, str], Quote] = {}  # by plan and currency, of the periods so far
    for quote in sorted(quotes, key=lambda quote: quote.period.months):
        best = cheapest.setdefault((id(quote.plan), quote.currency), quote)
        if quote.price.amount * best.period.months > best.price.amount * quote.period.months:
            yield quote, best
        else:
            cheapest[id(quote.plan), quote.currency] = quote


def best_discount(period: Period, discounts: Iterable[Discount]) -> AppliedDiscount:
    """The largest of the period's own discount and those of ``discounts`` for that period; they never add up.

    On a tie the one that ends last wins: that is when the price really changes.
    """
    best = AppliedDiscount(period.discount_percent)
    for discount in discounts:
        if not discount.is_for_period(period.months) or discount.percent < best.percent:
            continue
        if discount.percent > best.percent or _ends_later(discount.ends_at, best.ends_at):
            best = AppliedDiscount(discount.percent, discount.ends_at, discount.name)
    return best


def sold_periods(periods: Iterable[Period]) -> list[Period]:
    """The periods a product is sold for, shortest first. Its own take precedence over common ones of equal length."""
    chosen: dict[int, Period] = {}
    for period in periods:
        if period.software_id is not None or period.months not in chosen:
            chosen[period.months] = period
    return sorted((period for period in chosen.values() if period.is_active), key=lambda period: period.months)


def quotes(
    *,
    plans: Iterable[Plan],
    periods: Iterable[Period],
    discounts_in_force: Iterable[Discount],
    currencies: Sequence[str],
) -> list[Quote]:
    """Every plan on sale for every period it is sold for, in each currency it has a price in.

    In the order of ``plans``, then of ``currencies``, shortest period first.

    All arguments belong to one product: its plans, the common and its own periods, the discounts it may have now.
    """
    in_force = list(discounts_in_force)
    discounted = [(period, best_discount(period, in_force)) for period in sold_periods(periods)]
    return [
        Quote(plan, period, discount, _price(monthly_price, period, discount, currency), currency)
        for plan in plans
        if plan.is_active
        for currency in currencies
        if (monthly_price := plan.price_in(currency)) is not None
        for period, discount in discounted
    ]


def _price(monthly_price: Decimal, period: Period, discount: AppliedDiscount, currency: str) -> Price:
    return price_of(
        monthly_price=monthly_price, months=period.months, discount_percent=discount.percent, currency=currency
    )


def _ends_later(one: datetime | None, other: datetime | None) -> bool:
    return other is not None and (one is None or one > other)
