"""A shop with something to sell: what most tests begin with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from wagtail.models import Collection, Locale, Page, Site

from catalogue.models import Product, ProductClass
from catalogue.plans.models import Agreement, Period, Plan, PlanPrice, SoftwareProduct
from catalogue.plans.publishing import publish, publish_all
from cms.models import HomePage, ProductIndexPage, ProductPage
from storefront.billing.models import Seller

#: Of everybody in the tests.
PASSWORD = "correct horse battery"


@dataclass
class Shop:
    """One published product, tied to a portal, with two license types and four periods."""

    software: Any
    plans: list[Any]
    periods: list[Any]
    agreement: Any

    def term(self, plan_code: str = "standard", months: int = 12, currency: str = "") -> Any:
        """The published price; ``currency``: the shop's first by default."""
        prices = PlanPrice.objects.filter(plan__software=self.software, plan__code=plan_code, months=months)
        return prices.get(currency=currency or settings.SHOP_CURRENCY)


def make_site() -> Any:
    """What Wagtail's and Oscar's data migrations would have made: locale, roots, site, home page, products index."""
    Locale.objects.get_or_create(language_code="en")
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    root = Page.objects.filter(depth=1).first() or Page.add_root(title="Root", slug="root")
    home = HomePage.objects.first() or root.add_child(instance=HomePage(title="Home", slug="home", headline="Licenses"))
    if not ProductIndexPage.objects.exists():
        home.add_child(instance=ProductIndexPage(title="Products", slug="products"))
    site, _ = Site.objects.get_or_create(
        hostname="localhost", port=80, defaults={"root_page": home, "is_default_site": True}
    )
    kind, _ = ContentType.objects.get_or_create(app_label="wagtail_localize", model="translation")
    Permission.objects.get_or_create(content_type=kind, codename="submit_translation")
    return site


def make_software(slug: str = "yeastar-s-module", title: str = "Yeastar S-series module", **fields: Any) -> Any:
    """One software product with two license types, published, and its Wagtail page if the site exists."""
    product_class, _ = ProductClass.objects.get_or_create(
        name="Software license", defaults={"requires_shipping": False, "track_stock": False}
    )
    product = Product.objects.create(
        structure=Product.PARENT, title=title, slug=slug, product_class=product_class, is_public=True
    )
    fields = {"binding_kind": "portal", "bitrix24_app_code": "yeastar-s"} | fields
    software = SoftwareProduct.objects.create(product=product, **fields)
    for position, (code, name, price) in enumerate(
        [("standard", "Standard", "10.00"), ("pro", "Professional", "25.00")]
    ):
        Plan.objects.create(
            software=software,
            code=code,
            name=name,
            monthly_price=Decimal(price),
            position=position,
            features="Calls\nCRM",
        )
    publish(software)
    index = ProductIndexPage.objects.first()
    if index is not None:
        index.add_child(instance=ProductPage(title=title, slug=slug, software=software))
    return software


def make_shop() -> Shop:
    """A seller, an agreement, four periods, and one product."""
    Seller.objects.create(name="Northbridge Software Ltd", address="1 Harbour Street\nLondon")
    agreement = Agreement.objects.create(
        name="Public license agreement", slug="license-agreement", body="<h2>1. Subject</h2><p>The license.</p>"
    )
    for months, discount in ((1, 0), (3, 5), (6, 10), (12, 20)):
        Period.objects.create(months=months, discount_percent=Decimal(discount))
    software = make_software(agreement=agreement)
    return Shop(software, list(software.plans.all()), list(Period.objects.all()), agreement)


def price_in_others(shop: Shop, **prices: dict[str, str]) -> None:
    """Sell license types, by code, in further currencies of settings.SHOP_CURRENCIES at these prices per month."""
    for code, typed in prices.items():
        shop.software.plans.filter(code=code).update(other_prices=typed)
    publish_all()
