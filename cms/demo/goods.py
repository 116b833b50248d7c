"""Makes what the demo sells: products, license types, periods, a discount that is planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from wagtail.models import Page

from catalogue.plans import publishing
from catalogue.plans.models import Agreement, Discount, Period, Plan, SoftwareProduct
from catalogue.plans.products import create_parent
from cms.demo.products import PERIODS, PRODUCTS
from cms.demo.wares import DemoPlan, DemoProduct
from cms.demo.words import LANGUAGES, Text
from storefront.core import clock

__all__ = ["DemoProduct", "Software", "look_up", "make", "sort_into_categories"]

#: Far enough not to come while somebody looks at the demo.
SALE_IN, SALE_FOR = timedelta(days=400), timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Software:
    """A product in a page's field, by its address."""

    slug: str


def make(agreement: Agreement) -> None:
    """Products with their license types; nothing is in a category yet."""
    Period.objects.bulk_create(
        Period(months=months, discount_percent=Decimal(discount)) for months, discount in PERIODS
    )
    for product in PRODUCTS:
        _make(product, agreement)
    begins = clock.now() + SALE_IN
    Discount.objects.create(
        name="Anniversary sale", months=12, percent=Decimal("25"), starts_at=begins, ends_at=begins + SALE_FOR
    )


def look_up(value: Any) -> Any:
    """The product that a page is about; anything else as it is."""
    return SoftwareProduct.objects.get(product__slug=value.slug) if isinstance(value, Software) else value


def sort_into_categories(pages: dict[str, Page]) -> None:
    """Categories were made by saving their pages."""
    for product in PRODUCTS:
        software = SoftwareProduct.objects.get(product__slug=product.slug)
        software.product.categories.add(pages[f"products/{product.category}"].specific.category)


def _make(product: DemoProduct, agreement: Agreement) -> None:
    software = SoftwareProduct(
        product=create_parent(title=_own(product.title), slug=product.slug),
        tagline=_own(product.tagline),
        bitrix24_app_code=product.app_code,
        agreement=agreement,
        translations=_others({"title": product.title, "tagline": product.tagline}),
    )
    software.save()
    Plan.objects.bulk_create(_plan(plan, software, number) for number, plan in enumerate(product.plans))
    publishing.publish(software)


def _plan(plan: DemoPlan, software: SoftwareProduct, position: int) -> Plan:
    features = Text("\n".join(each.en for each in plan.features), "\n".join(each.ru for each in plan.features))
    return Plan(
        software=software,
        code=plan.code,
        name=_own(plan.name),
        summary=_own(plan.summary),
        features=_own(features),
        monthly_price=Decimal(plan.monthly_price),
        position=position,
        is_recommended=plan.is_recommended,
        translations=_others({"name": plan.name, "summary": plan.summary, "features": features}),
    )


def _own(text: Text) -> str:
    return text.text(settings.LANGUAGE_CODE)


def _others(texts: dict[str, Text]) -> dict[str, dict[str, str]]:
    """The same texts in the other languages, as storefront.core.texts keeps them."""
    codes = [code for code in LANGUAGES if code != settings.LANGUAGE_CODE and code in dict(settings.LANGUAGES)]
    return {code: {name: text.text(code) for name, text in texts.items()} for code in codes}
