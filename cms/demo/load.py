"""Puts the demo into an empty shop."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page

from cms import bootstrap, renditions
from cms.approval import ensure_approval
from cms.demo import contracts, frame, goods, indexing, people
from cms.demo.images import Album
from cms.demo.loader import Loader, other_languages
from cms.demo.products import PRODUCTS
from cms.demo.texts import company, home, news
from cms.demo.words import DemoPage
from cms.models import HomePage, ProductPage
from cms.permissions import ensure_marketers
from storefront.billing.models import Seller


def is_loaded() -> bool:
    return ProductPage.objects.exists()


@transaction.atomic
def load() -> None:
    """Pages, products, agreements, people, in every language of the demo: all or nothing. Expects a migrated database
    without products."""
    with indexing.at_the_end():
        bootstrap.ensure_locales()
        Seller.objects.create(**company.SELLER)
        goods.make(contracts.make())
        loader = Loader(_home(), Album(), goods.look_up)
        loader.write(_tree())
        goods.sort_into_categories(loader.pages)
        frame.make(loader)
        Seller.objects.update(refund_page=loader.pages[company.REFUND_PAGE])
        for language in other_languages():
            locale = Locale.objects.get(language_code=language)
            bootstrap.ensure_translation(loader.pages[""], locale, bootstrap.HOME)
            loader.translate(language)
            contracts.translate(locale)
            frame.translate(loader, locale)
        people.load()
        ensure_approval(ensure_marketers())
        for page in Page.objects.live().filter(depth__gt=1).values_list("pk", flat=True):
            renditions.cut_later(page)


def _home() -> Page:
    """The demo's own home page in the place of whatever an empty shop has."""
    for page in Page.objects.get(depth=1).get_children():
        page.specific.delete()
    made: HomePage = bootstrap.ensure_home(headline=home.HEADLINE.text(settings.LANGUAGE_CODE))
    return made


def _tree() -> DemoPage:
    """Home with all pages below it."""
    products = DemoPage(
        "cms.ProductIndexPage",
        "products",
        {"title": home.INDEX_TITLE, "intro": home.INDEX_INTRO, "assurances": home.ASSURANCES},
        below=(home.TELEPHONY, home.MESSENGERS, *(_page(product) for product in PRODUCTS)),
        in_menu=True,
    )
    own = {"title": home.TITLE, "headline": home.HEADLINE, "lead": home.LEAD, "image": home.PICTURE}
    own |= {"search_description": home.DESCRIPTION, "content": home.CONTENT}
    return DemoPage(
        "cms.HomePage", "home", own, below=(products, company.HELP, news.NEWS, company.ABOUT, company.CONTACT)
    )


def _page(product: goods.DemoProduct) -> DemoPage:
    fields = {
        "title": product.title,
        "software": goods.Software(product.slug),
        "lead": product.lead,
        "image": product.picture,
        "search_description": product.description,
        "content": product.content,
    }
    return DemoPage("cms.ProductPage", product.slug, fields)
