"""Puts the demo into an empty shop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from wagtail.models import Locale, Page

from catalogue.plans.models import Agreement, SoftwareProduct
from cms import bootstrap, renditions
from cms.articles.models import (
    ContactPage,
    HelpIndexPage,
    HelpPage,
    HelpTopicPage,
    NewsIndexPage,
    NewsPage,
    PaymentMethodsPage,
)
from cms.demo import indexing, people
from cms.demo.content import LANGUAGES, Content, other_languages, plain_fields, read, read_in
from cms.demo.past import days_ago
from cms.demo.products import make_products
from cms.demo.translations import record_translation
from cms.models import CategoryPage, HomePage, ProductIndexPage, ProductPage, TextPage
from cms.navigation.models import Footer, Menu, NotFoundText, Notice
from cms.permissions import ensure_approval, ensure_marketers
from storefront.billing.models import PaymentMethod, Seller
from storefront.core import clock

PAGES: dict[str, type[Page]] = {
    model.__name__: model
    for model in (
        CategoryPage, ContactPage, HelpIndexPage, HelpPage, HelpTopicPage, NewsIndexPage, NewsPage, PaymentMethodsPage,
        ProductIndexPage, ProductPage, TextPage,
    )
}  # fmt: skip
SNIPPETS: dict[str, type[Any]] = {"menu": Menu, "footer": Footer, "not_found": NotFoundText, "notice": Notice}
#: The first is the one that products name.
AGREEMENTS = ("license-agreement", "personal-data")
AGREEMENT_AGE = 365


def is_loaded() -> bool:
    return ProductPage.objects.exists()


@transaction.atomic
def load() -> None:
    """Pages, products, agreements and people, in every language of the demo: all or nothing. Expects a migrated
    database without products."""
    with indexing.at_the_end():
        bootstrap.ensure_locales()
        loader = Loader()
        loader.load()
        for language in other_languages():
            loader.translate(Locale.objects.get(language_code=language))
        people.load()
        ensure_approval(ensure_marketers())
        for page in Page.objects.live().filter(depth__gt=1).values_list("pk", flat=True):
            renditions.cut_later(page)


class Loader:
    """The demo's objects in the shop's default language, then in the others."""

    def __init__(self) -> None:
        self.shop = read("shop")
        self.content = Content()
        self.language = settings.LANGUAGE_CODE if settings.LANGUAGE_CODE in LANGUAGES else "en"

    def load(self) -> None:
        locale = Locale.objects.get(language_code=settings.LANGUAGE_CODE)
        with days_ago(AGREEMENT_AGE):
            agreements = [self._agreement(slug, locale) for slug in AGREEMENTS]
        make_products(self.shop, agreements[0])
        self._make_pages()
        for product in self.shop["products"]:
            category = self.content.pages[f"products/{product['category']}"]
            SoftwareProduct.objects.get(product__slug=product["slug"]).product.categories.add(category.category)
        for name in SNIPPETS:
            self._snippet(name, locale)
        self._make_seller()
        self._set_up_payment_methods()

    def translate(self, locale: Locale) -> None:
        """All of it in another language, as a marketer would translate it in Wagtail."""
        language, pages = locale.language_code, self.content.pages
        translated = {"": bootstrap.ensure_translation(pages[""], locale, bootstrap.HOME)}
        for path, page in pages.items():
            target = translated.get(path) or page.specific_class(**_common_fields(page), locale=locale)
            self.content.fill(target, _page_fields(path, language), language, page.slug)
            if path == "":
                target.save()
            else:
                translated[path] = translated[path.rpartition("/")[0]].add_child(instance=target)
            record_translation(page, target, locale)
        for source in Agreement.objects.filter(locale__language_code=settings.LANGUAGE_CODE, slug__in=AGREEMENTS):
            with days_ago(AGREEMENT_AGE):
                agreement = self._agreement(source.slug, locale, translation_key=source.translation_key)
            record_translation(source, agreement, locale)
        for name, model in SNIPPETS.items():
            source = model.objects.get(locale__language_code=settings.LANGUAGE_CODE)
            snippet = self._snippet(name, locale, translation_key=source.translation_key)
            record_translation(source, snippet, locale)

    def _make_pages(self) -> None:
        """The tree first, then what is on the pages, which link to each other."""
        for page in Page.objects.get(depth=1).get_children():
            page.specific.delete()  # the pages of an empty shop
        home: HomePage = bootstrap.ensure_home(headline=read_in(self.language, "pages/home")["headline"])
        self.content.pages[""] = home
        for page in self.shop["pages"]:
            self._make_page(**page)
        for path, page in self.content.pages.items():
            self.content.fill(page, _page_fields(path, self.language), self.language, page.slug)
            page.save()

    def _make_page(self, path: str, model: str, *, in_menu: bool = False) -> None:
        above, _, slug = path.rpartition("/")
        now = clock.now()
        fields = plain_fields(_page_fields(path, self.language))
        if model == ProductPage.__name__:
            fields["software"] = SoftwareProduct.objects.get(product__slug=slug)
        page = PAGES[model](slug=slug, show_in_menus=in_menu, first_published_at=now, last_published_at=now, **fields)
        self.content.pages[path] = self.content.pages[above].add_child(instance=page)

    def _agreement(self, slug: str, locale: Locale, **fields: Any) -> Agreement:
        agreement = Agreement(slug=slug, locale=locale, **fields)
        texts = read_in(locale.language_code, f"agreements/{slug}")
        self.content.fill(agreement, texts, locale.language_code, slug)
        agreement.save()
        return agreement

    def _snippet(self, name: str, locale: Locale, **fields: Any) -> Model:
        model = SNIPPETS[name]
        snippet = model(locale=locale, **fields)
        texts = read_in(locale.language_code, "site")[name]
        self.content.fill(snippet, texts, locale.language_code, model.__name__)
        if name == "notice":
            snippet.starts_at = clock.now() + timedelta(days=self.shop["notice"]["starts_in_days"])
            snippet.ends_at = snippet.starts_at + timedelta(days=self.shop["notice"]["lasts_days"])
        snippet.save()
        return snippet

    def _make_seller(self) -> None:
        texts = {code: read_in(code, "site")["seller"] for code in other_languages()}
        seller = Seller(translations=texts)
        fields = self.shop["seller"] | read_in(self.language, "site")["seller"]
        self.content.fill(seller, fields, self.language, "seller")
        seller.save()

    def _set_up_payment_methods(self) -> None:
        own = read_in(self.language, "site")["payment_methods"]
        others = {code: read_in(code, "site")["payment_methods"] for code in other_languages()}
        for place, fields in enumerate(self.shop["payment_methods"]):
            name = fields["name"]
            translations = {code: texts[name] for code, texts in others.items()}
            values = {**fields, **own[name], "sort_order": place, "translations": translations}
            PaymentMethod.objects.update_or_create(name=name, defaults=values)


def _page_fields(path: str, language: str) -> dict[str, Any]:
    """The fields of a page, without the texts of the product it is about."""
    fields = read_in(language, f"pages/{path or 'home'}")
    return {name: value for name, value in fields.items() if name != "product"}


def _common_fields(page: Page) -> dict[str, Any]:
    """What a page has in common with its translations."""
    names = ["slug", "translation_key", "show_in_menus", "first_published_at", "last_published_at"]
    fields = page._meta.local_concrete_fields
    names += [field.attname for field in fields if field.is_relation and not field.primary_key]
    return {name: getattr(page, name) for name in names}
