"""Keeps ``SearchDocument`` in line with what is published: a row for each page.

The texts are those of the page's ``search_fields``, Wagtail's own list, and for a product page those of the product:
its name, its license types and their features.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.utils.html import strip_tags
from modelsearch.index import SearchField
from wagtail.models import Page, PageViewRestriction

from catalogue.plans import published_prices
from catalogue.plans.models import SoftwareProduct
from cms.articles.models import HelpIndexPage, HelpPage, HelpTopicPage, NewsIndexPage, NewsPage, PaymentMethodsPage
from cms.models import CategoryPage, HomePage, ProductPage
from cms.search import words
from cms.search.models import ResultKind, SearchDocument

#: Pages that are not searched: the front page, where everybody starts, and the root of the tree.
NOT_SEARCHED = (HomePage, Page)
KINDS = {
    ProductPage: ResultKind.PRODUCT,
    CategoryPage: ResultKind.PRODUCT,
    HelpPage: ResultKind.HELP,
    HelpIndexPage: ResultKind.HELP,
    HelpTopicPage: ResultKind.HELP,
    PaymentMethodsPage: ResultKind.HELP,
    NewsPage: ResultKind.NEWS,
    NewsIndexPage: ResultKind.NEWS,
}
#: Fields that say in a few words what a page is about.
LEADS = ("search_description", "intro", "lead", "summary", "headline")
COMPARED = ("language", "kind", "software_id", "heading", "text", "title", "lead", "words")


@transaction.atomic
def refresh(page_id: int) -> None:
    """Write the document of a page as it is published now; delete it if the page is not published for everybody."""
    # One writer at a time for a page: its product may be saved while it is published.
    page = Page.objects.filter(pk=page_id, live=True).select_for_update(of=("self",)).select_related("locale").first()
    stored = SearchDocument.objects.filter(pk=page_id).first()
    specific = page.specific if page is not None and _is_public(page) else None
    if specific is None or type(specific) in NOT_SEARCHED:
        if stored is not None:
            stored.delete()
        return
    document = _document(specific)
    if stored is None or any(getattr(stored, name) != getattr(document, name) for name in COMPARED):
        document.save(force_insert=stored is None, force_update=stored is not None)


def refresh_products(software_ids: Iterable[int]) -> None:
    """The texts of products have changed: refresh their pages in every language."""
    pages = ProductPage.objects.filter(software__in=list(software_ids))
    for page_id in pages.values_list("pk", flat=True):
        refresh(page_id)


def refresh_all() -> int:
    """Refresh every page. Idempotent. Returns the number of documents."""
    for page_id in Page.objects.filter(depth__gt=1).order_by("pk").values_list("pk", flat=True):
        refresh(page_id)
    return SearchDocument.objects.count()


def _is_public(page: Page) -> bool:
    return not PageViewRestriction.objects.filter(page__in=page.get_ancestors(inclusive=True)).exists()


def _document(page: Page) -> SearchDocument:
    language = page.locale.language_code
    software = getattr(page, "software", None)
    leads = [str(getattr(page, name, "") or "") for name in LEADS]
    parts = [*_texts(page)]
    if isinstance(software, SoftwareProduct):
        leads += [software.text("tagline", language)]
        parts += _product_texts(software, language)
    text = " ".join(_sentence(part) for part in dict.fromkeys([*leads, *parts]) if part)
    title, lead = (words.of_text(part) for part in (page.title, " ".join(leads)))
    return SearchDocument(
        page_id=page.pk,
        language=language,
        kind=KINDS.get(type(page), ResultKind.PAGE),
        software=software if isinstance(software, SoftwareProduct) else None,
        heading=page.title,
        text=text,
        title=" ".join(title)[:600],
        lead=" ".join(lead),
        words=" ".join(sorted({*title, *words.of_text(text)})),
    )


def _texts(page: Page) -> Iterator[str]:
    """The texts of the page's ``search_fields``, except its title."""
    for field in type(page).get_search_fields():
        if isinstance(field, SearchField) and field.field_name != "title":
            yield from _strings(field.get_value(page))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)


def _product_texts(software: SoftwareProduct, language: str) -> Iterator[str]:
    yield software.title_text(language)
    for plan in published_prices.load(software.published_prices, language, software.currency):
        yield plan.name
        yield plan.summary
        yield from plan.features


def _sentence(text: str) -> str:
    """Text without markup, on one line and with a final stop, so that the next text does not run into it."""
    plain = " ".join(strip_tags(text).split())
    return plain if not plain or plain[-1] in ".!?:;…" else f"{plain}."
