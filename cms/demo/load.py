"""Puts the demo into an empty shop."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.files.images import ImageFile
from django.db import transaction
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage
from wagtail.models import Page

from catalogue.plans.models import Agreement, Period, Plan, SoftwareProduct
from catalogue.plans.products import create_parent
from cms import beginning
from cms.demo import agreements, pages, people
from cms.demo.past import days_ago
from cms.demo.products import PERIODS, PRODUCTS, DemoProduct
from cms.models import HomePage, ProductIndexPage, ProductPage, TextPage
from storefront.billing.models import Seller

PICTURES = Path(settings.BASE_DIR) / "fixtures" / "pictures"


def is_loaded() -> bool:
    return ProductPage.objects.exists()


@transaction.atomic
def load() -> None:
    """Pages, products, agreements, people: all or nothing. Expects a migrated database without products."""
    home = _home()
    Seller.objects.create(**pages.SELLER)
    with days_ago(365):
        license_agreement = Agreement.objects.create(
            name="Public license agreement", slug="license-agreement", body=agreements.LICENSE.strip()
        )
        Agreement.objects.create(
            name="Terms for personal data", slug="personal-data", body=agreements.PERSONAL_DATA.strip()
        )
    for months, discount in PERIODS:
        Period.objects.create(months=months, discount_percent=Decimal(discount))
    index = beginning.ensure_products(home, intro=pages.INDEX_INTRO)
    for product in PRODUCTS:
        _product(product, index, license_agreement)
    for slug, title, intro, body in pages.TEXT_PAGES:
        home.add_child(
            instance=TextPage(
                title=title, slug=slug, intro=intro, body=body.strip(), show_in_menus=slug in pages.IN_MENU
            )
        )
    people.load()


def _home() -> HomePage:
    """The demo's own home page in the place of whatever an empty shop has."""
    for page in Page.objects.get(depth=1).get_children():
        page.specific.delete()
    return beginning.ensure_home(
        headline=pages.HEADLINE,
        lead=pages.LEAD,
        body=pages.HOME.strip(),
        image=_picture("home.png", "Portal with calls, chats and a license"),
    )


def _picture(name: str, title: str) -> AbstractImage:
    with (PICTURES / name).open("rb") as file:
        return get_image_model().objects.create(title=title, file=ImageFile(file, name=name))


def _product(product: DemoProduct, index: ProductIndexPage, agreement: Agreement) -> None:
    software = SoftwareProduct.objects.create(
        product=create_parent(title=product.title, slug=product.slug),
        tagline=product.tagline,
        bitrix24_app_code=product.app_code,
        agreement=agreement,
    )
    for position, plan in enumerate(product.plans):
        Plan.objects.create(
            software=software,
            code=plan.code,
            name=plan.name,
            summary=plan.summary,
            features="\n".join(plan.features),
            monthly_price=Decimal(plan.monthly_price),
            position=position,
        )
    index.add_child(
        instance=ProductPage(
            title=product.title,
            slug=product.slug,
            software=software,
            lead=product.lead,
            image=_picture(product.picture, product.title),
            body=product.body,
            how_it_works=product.how_it_works,
            requirements=product.requirements,
        )
    )
