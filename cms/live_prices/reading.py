"""What is on sale now of the products that prices in texts refer to."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import translation

from catalogue.plans import published_prices
from catalogue.plans.models import SoftwareProduct
from catalogue.plans.published_prices import PublishedPlan
from storefront.core import currency_choice


def plans_of(product_ids: Iterable[int]) -> dict[int, tuple[PublishedPlan, ...]]:
    """By product, in the active language; one query. A product that is gone is left out.

    Prices are in the visitor's currency; license types that are not sold in it follow, in the shop's first.
    """
    language = translation.get_language() or settings.LANGUAGE_CODE
    found = SoftwareProduct.objects.filter(pk__in=set(product_ids)).values_list("pk", "published_prices", "currency")
    return {pk: _plans(stored, language, currency) for pk, stored, currency in found}


def _plans(stored: str, language: str, usual: str) -> tuple[PublishedPlan, ...]:
    wanted = currency_choice.current()
    plans = published_prices.load(stored, language, wanted)
    if wanted == usual:
        return plans
    codes = {plan.code for plan in plans}
    return plans + tuple(plan for plan in published_prices.load(stored, language, usual) if plan.code not in codes)
