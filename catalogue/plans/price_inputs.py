"""What the prices of products are computed from, read in a fixed number of queries however many products there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from catalogue.plans.models import Discount, Period, Plan, SoftwareProduct
from catalogue.plans.price_calculation import Quote, quotes
from storefront.core import currencies


@dataclass(slots=True)
class PriceInputs:
    """Of one product: its plans (also those off sale), the common and its own periods, and its discounts, present and
    future."""

    software: SoftwareProduct
    plans: list[Plan] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)

    def quotes(self, at: datetime) -> list[Quote]:
        """What is on sale at ``at`` (UTC), and its prices in every currency."""
        return self._quotes([discount for discount in self.discounts if discount.is_in_force(at)])

    def zero_prices(self) -> list[Quote]:
        """Prices that would round to zero, now or when a planned discount begins."""
        return [quote for quote in self._quotes(self.discounts) if quote.price.is_zero]

    def _quotes(self, discounts: list[Discount]) -> list[Quote]:
        return quotes(
            plans=self.plans,
            periods=self.periods,
            discounts_in_force=discounts,
            currencies=currencies.sold(),
        )


def read(products: Iterable[SoftwareProduct], at: datetime) -> list[PriceInputs]:
    """The inputs of these products, in their order, valid for ``at`` (UTC) and later. Three queries."""
    by_product = {software.pk: PriceInputs(software) for software in products}
    for plan in Plan.objects.filter(software__in=by_product):
        by_product[plan.software_id].plans.append(plan)
    concerned = Q(software=None) | Q(software__in=by_product)
    periods = _by_product(Period.objects.filter(concerned))
    discounts = list(Discount.objects.not_over(at))
    for pk, inputs in by_product.items():
        inputs.periods = [*periods[None], *periods[pk]]
        inputs.discounts = [discount for discount in discounts if discount.is_for_product(pk)]
    return list(by_product.values())


def _by_product(rows: Iterable[Period]) -> dict[int | None, list[Period]]:
    """None: of all products."""
    grouped: dict[int | None, list[Period]] = defaultdict(list)
    for row in rows:
        grouped[row.software_id].append(row)
    return grouped
