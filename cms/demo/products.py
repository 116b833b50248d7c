"""What the demo sells: products, license types, periods, and a discount that is planned."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from catalogue.plans import publishing
from catalogue.plans.models import Agreement, Discount, Period, Plan, SoftwareProduct
from catalogue.plans.products import create_parent
from cms.demo.content import LANGUAGES, read_in
from storefront.core import clock


def make_products(shop: dict[str, Any], agreement: Agreement) -> None:
    """Products with their license types and prices, in no category yet. ``shop``: the contents of shop.toml."""
    Period.objects.bulk_create(
        Period(months=each["months"], discount_percent=Decimal(each["discount_percent"])) for each in shop["periods"]
    )
    for product in shop["products"]:
        _make(product, agreement)
    sale = shop["discount"]
    starts_at = clock.now() + timedelta(days=sale["starts_in_days"])
    Discount.objects.create(
        name=sale["name"],
        period_months=[sale["months"]],
        percent=Decimal(sale["percent"]),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=sale["lasts_days"]),
    )


def _make(product: dict[str, Any], agreement: Agreement) -> None:
    pages = {code: read_in(code, f"pages/products/{product['slug']}") for code in {*LANGUAGES, settings.LANGUAGE_CODE}}
    texts = {code: {"title": page["title"], "tagline": page["product"]["tagline"]} for code, page in pages.items()}
    own = texts[settings.LANGUAGE_CODE]
    software = SoftwareProduct(
        product=create_parent(title=own["title"], slug=product["slug"]),
        tagline=own["tagline"],
        bitrix24_app_code=product["app_code"],
        agreement=agreement,
        translations=_translations(texts),
    )
    software.save()
    Plan.objects.bulk_create(
        _plan(plan, software, position, {code: page["product"]["plans"][position] for code, page in pages.items()})
        for position, plan in enumerate(product["plans"])
    )
    publishing.publish(software)


def _plan(plan: dict[str, Any], software: SoftwareProduct, position: int, by_language: dict[str, Any]) -> Plan:
    texts = {
        code: {"name": words["name"], "summary": words["summary"], "features": "\n".join(words["features"])}
        for code, words in by_language.items()
    }
    return Plan(
        software=software,
        code=plan["code"],
        monthly_price=Decimal(plan["monthly_price"]),
        other_prices=plan.get("other_prices", {}),
        position=position,
        is_recommended=plan.get("is_recommended", False),
        translations=_translations(texts),
        **texts[settings.LANGUAGE_CODE],
    )


def _translations(texts: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The texts in the shop's other languages, as storefront.core.texts keeps them."""
    return {code: texts[code] for code, _name in settings.LANGUAGES if code in texts and code != settings.LANGUAGE_CODE}
