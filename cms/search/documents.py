"""Keeps what is searched in line with what is published: one row for each page, see ``cms.search.models``.

The texts are those that the page itself declares in its ``search_fields``, Wagtail's own list, and for a product page
those of the product: its name, its license types and what they include.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.html import strip_tags
from modelsearch.index import SearchField
from wagtail.models import Page, PageViewRestriction

from catalogue.plans import published_prices
from catalogue.plans.models import SoftwareProduct
from cms.navigation.models import SearchDocument
from cms.search import words
from cms.search.models import Kind

#: Pages that are not found: the front page is where everybody starts, and the root of the tree is no page.
NOT_SEARCHED = ("cms.HomePage", "wagtailcore.Page")
KINDS = {
    "cms.ProductPage": Kind.PRODUCT,
    "cms.CategoryPage": Kind.PRODUCT,
    "articles.HelpPage": Kind.HELP,
    "articles.HelpIndexPage": Kind.HELP,
    "articles.HelpTopicPage": Kind.HELP,
    "articles.NewsPage": Kind.NEWS,
    "articles.NewsIndexPage": Kind.NEWS,
}
#: Fields that say in a few words what a page is about.
LEADS = ("search_description", "intro", "lead", "summary", "headline")
COMPARED = ("language", "kind", "software_id", "heading", "text", "title", "lead", "words")


@transaction.atomic
def refresh(page_id: int) -> None:
    """Write the document of a page as it is published now; remove it if it is not, or not for everybody."""
    # One writer at a time for a page: its product may be saved while it is published.
    page = Page.objects.filter(pk=page_id, live=True).select_for_update(of=("self",)).select_related("locale").first()
    held = SearchDocument.objects.filter(pk=page_id).first()
    specific = page.specific if page is not None and _is_for_all(page) else None
    if specific is None or specific._meta.label in NOT_SEARCHED:
        if held is not None:
            held.delete()
        return
    made = _document(specific)
    if held is None or any(getattr(held, name) != getattr(made, name) for name in COMPARED):
        made.save(force_insert=held is None, force_update=held is not None)


def refresh_products(software_ids: Iterable[int]) -> None:
    """The texts of products were changed: write the documents of their pages, in every language."""
    pages = apps.get_model("cms", "ProductPage").objects.filter(software__in=list(software_ids))
    for page_id in pages.values_list("pk", flat=True):
        refresh(page_id)


def refresh_all() -> int:
    """Write what is missing or old, of every page. Safe to repeat. Returns the number of documents."""
    for page_id in Page.objects.filter(depth__gt=1).order_by("pk").values_list("pk", flat=True):
        refresh(page_id)
    return SearchDocument.objects.count()


def _is_for_all(page: Page) -> bool:
    return not PageViewRestriction.objects.filter(page__in=page.get_ancestors(inclusive=True)).exists()


def _document(page: Page) -> SearchDocument:
    language = page.locale.language_code
    software = getattr(page, "software", None)
    leads = [str(getattr(page, name, "") or "") for name in LEADS]
    parts = [*_texts(page)]
    if isinstance(software, SoftwareProduct):
        leads += [software.text("tagline", language)]
        parts += _of_product(software, language)
    text = " ".join(_sentence(part) for part in dict.fromkeys([*leads, *parts]) if part)
    title, lead = (words.of_text(part) for part in (page.title, " ".join(leads)))
    return SearchDocument(
        page_id=page.pk,
        language=language,
        kind=KINDS.get(page._meta.label, Kind.PAGE),
        software=software if isinstance(software, SoftwareProduct) else None,
        heading=page.title,
        text=text,
        title=" ".join(title)[:600],
        lead=" ".join(lead),
        words=" ".join(sorted({*title, *words.of_text(text)})),
    )


def _texts(page: Page) -> Iterator[str]:
    """What the page's ``search_fields`` hold, but for its title."""
    for field in type(page).get_search_fields():
        if isinstance(field, SearchField) and field.field_name != "title":
            yield from _strings(field.get_value(page))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)


def _of_product(software: SoftwareProduct, language: str) -> Iterator[str]:
    yield software.title_text(language)
    for plan in published_prices.load(software.published_prices, language):
        yield plan.name
        yield plan.summary
        yield from plan.features


def _sentence(text: str) -> str:
    """Text without markup, on one line, with a stop behind it: what follows begins anew."""
    plain = " ".join(strip_tags(text).split())
    return plain if not plain or plain[-1] in ".!?:;…" else f"{plain}."
