"""All figures of the dashboard, read in a fixed number of queries and added up by product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from catalogue.plans.models import SoftwareProduct
from cms.statistics import days, open_items, sales, visits
from cms.statistics.open_items import Ending, Unpaid
from cms.statistics.sales import Sales, Series
from cms.statistics.visits import Steps, Visits
from storefront.core.spans import Span
from storefront.core.texts import pick


@dataclass(frozen=True, slots=True)
class ProductNumbers:
    """One product's share. ``software`` is None for what belongs to no product. Amounts by currency, in major units;
    ``daily``: the income of each day of the span in the first currency."""

    software: int | None
    title: str
    steps: Steps
    income: dict[str, Decimal]
    income_before: dict[str, Decimal]
    daily: list[Decimal]
    unpaid: Unpaid
    ending: Ending


@dataclass(frozen=True, slots=True)
class Numbers:
    """``currencies``: all that occur, the shop's own first. ``products``: those with the most income first."""

    span: Span
    sales: Sales
    visits: Visits
    unpaid: Unpaid
    ending: Ending
    currencies: list[str]
    products: list[ProductNumbers]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show: a new shop."""
        return not (self.sales.orders or self.sales.income or self.visits or self.unpaid.count or self.ending.soon)

    def orders(self, span: Span) -> tuple[int, int]:
        """Orders placed in the span, and those of them that are paid."""
        rows = [self.sales.orders[day] for day in span.days if day in self.sales.orders]
        return sum(placed for placed, _ in rows), sum(paid for _, paid in rows)

    def income(self, span: Span, currency: str) -> Decimal:
        return _sum(self.sales.income.get(currency, {}), span)

    def steps(self, span: Span) -> Steps:
        """The whole shop's way from page to payment."""
        return visits.total(self.visits, span, None)


def collect() -> Numbers:
    """The figures of the last ``days.DAYS`` days, of as many before, and of what is open now: 13 queries."""
    span = days.latest()
    sold, seen = sales.read(span.with_before), visits.read(span.with_before)
    owed, owed_by_product = open_items.unpaid()
    ends = open_items.ending()
    currencies = _currencies(sold, owed)
    rows = SoftwareProduct.objects.values_list("pk", "product__title", "translations")
    titles: dict[int | None, str] = {pk: pick(title, translated, "title") for pk, title, translated in rows}
    known = {*owed_by_product, *(software for software, _currency in sold.by_product)}
    without_product = sorted(known - titles.keys(), key=str)  # None, and products that were deleted
    products = [
        ProductNumbers(
            software=software,
            title=titles.get(software, ""),
            steps=visits.total(seen, span, software) if software else Steps(),
            income=_amounts(sold, software, currencies, span),
            income_before=_amounts(sold, software, currencies, span.before),
            daily=_daily(sold.by_product.get((software, currencies[0]), {}), span),
            unpaid=owed_by_product.get(software, Unpaid()),
            ending=ends.get(software, Ending()) if software else Ending(),
        )
        for software in (*titles, *without_product)
    ]
    products.sort(key=lambda each: _rank(each, currencies))
    soon, urgent = sum(each.soon for each in ends.values()), sum(each.urgent for each in ends.values())
    return Numbers(span, sold, seen, owed, Ending(soon, urgent), currencies, products)


def total(products: list[ProductNumbers]) -> ProductNumbers:
    """The sum of several products. A visitor of two of them counts twice."""
    owed = Unpaid(
        sum(each.unpaid.count for each in products),
        sum(each.unpaid.overdue for each in products),
        _added(each.unpaid.amounts for each in products),
        _added(each.unpaid.overdue_amounts for each in products),
    )
    return ProductNumbers(
        software=None,
        title="",
        steps=sum((each.steps for each in products), Steps()),
        income=_added(each.income for each in products),
        income_before=_added(each.income_before for each in products),
        daily=[sum(amounts, Decimal(0)) for amounts in zip(*(each.daily for each in products), strict=True)],
        unpaid=owed,
        ending=Ending(sum(each.ending.soon for each in products), sum(each.ending.urgent for each in products)),
    )


def _added(amounts: Iterable[dict[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in amounts:
        for currency, amount in each.items():
            sums[currency] += amount
    return dict(sums)


def _rank(product: ProductNumbers, currencies: list[str]) -> tuple[object, ...]:
    amounts = [-product.income.get(currency, Decimal(0)) for currency in currencies]
    return (product.software is None, *amounts, -product.steps.viewers, product.title)


def _currencies(sold: Sales, owed: Unpaid) -> list[str]:
    return [settings.SHOP_CURRENCY, *sorted({*sold.income, *owed.amounts} - {settings.SHOP_CURRENCY})]


def _amounts(sold: Sales, software: int | None, currencies: list[str], span: Span) -> dict[str, Decimal]:
    sums = {currency: _sum(sold.by_product.get((software, currency), {}), span) for currency in currencies}
    return {currency: amount for currency, amount in sums.items() if amount}


def _sum(series: Series, span: Span) -> Decimal:
    return sum((series[day] for day in span.days if day in series), Decimal(0))


def _daily(series: Series, span: Span) -> list[Decimal]:
    return [series.get(day, Decimal(0)) for day in span.days]
