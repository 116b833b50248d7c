"""What is on sale now of the products that prices in texts refer to."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import translation

from catalogue.plans import published_prices
from catalogue.plans.models import SoftwareProduct
from catalogue.plans.published_prices import PublishedPlan


def plans_of(product_ids: Iterable[int]) -> dict[int, tuple[PublishedPlan, ...]]:
    """By product, in the active language; one query. A product that is gone is left out."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    found = SoftwareProduct.objects.filter(pk__in=set(product_ids)).values_list("pk", "published_prices", "currency")
    return {pk: published_prices.load(stored, language, currency) for pk, stored, currency in found}
