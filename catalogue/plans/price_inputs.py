"""All that the prices of products are worked out from, read in a fixed number of queries, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from catalogue.plans.discounts import is_in_force
from catalogue.plans.models import Discount, Period, Plan, SoftwareProduct
from catalogue.plans.price_calculation import Quote, quotes


@dataclass(slots=True)
class PriceInputs:
    """One product: its plans (also those off sale), the common periods and its own, the discounts it may ever have."""

    software: SoftwareProduct
    plans: list[Plan] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)

    def quotes(self, at: datetime) -> list[Quote]:
        """What is on sale at ``at`` (UTC), and for how much."""
        return quotes(
            plans=self.plans,
            periods=self.periods,
            discounts_in_force=[discount for discount in self.discounts if is_in_force(discount, at)],
            currency=settings.SHOP_CURRENCY,
        )

    def zero_prices(self) -> list[Quote]:
        """What would be rounded to nothing at some time: now, or when a discount begins that is only planned."""
        every = quotes(
            plans=self.plans, periods=self.periods, discounts_in_force=self.discounts, currency=settings.SHOP_CURRENCY
        )
        return [quote for quote in every if quote.price.is_zero]


def read(products: Iterable[SoftwareProduct], at: datetime) -> list[PriceInputs]:
    """What the prices of these products are made of, in their order, good for ``at`` (UTC) and later; three queries."""
    by_product = {software.pk: PriceInputs(software) for software in products}
    for plan in Plan.objects.filter(software__in=by_product):
        by_product[plan.software_id].plans.append(plan)
    _put(by_product, "periods", Period.objects.filter(Q(software=None) | Q(software__in=by_product)))
    lasting = Discount.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at))
    _put(by_product, "discounts", lasting.filter(Q(software=None) | Q(software__in=by_product)))
    return list(by_product.values())


def _put(by_product: dict[int, PriceInputs], name: str, rows: Iterable[Period] | Iterable[Discount]) -> None:
    """The rows of one product to its inputs, the rows of all to the inputs of each."""
    of_one: dict[int, list[Period | Discount]] = defaultdict(list)
    of_all: list[Period | Discount] = []
    for row in rows:
        (of_all if row.software_id is None else of_one[row.software_id]).append(row)
    for pk, inputs in by_product.items():
        setattr(inputs, name, [*of_all, *of_one[pk]])
