"""The shop's own pages at their fixed addresses, each found by one query.

Wagtail finds a page by walking down its tree, two queries a level. These three are asked for most and live at
addresses that never move, so they are looked up by what the address says and then served by Wagtail as usual.
"""

from typing import TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms.models import CategoryPage, HomePage, ProductIndexPage, ProductPage

P = TypeVar("P", bound=Page)


def may_keep(response: HttpResponse) -> bool:
    """Whether a page may be kept for everybody: not one that only some may read, nor one with a personal form."""
    page = (
        response.context_data.get("page") if isinstance(response, TemplateResponse) and response.context_data else None
    )
    if not isinstance(page, Page) or getattr(page, "is_personal", False):
        return False
    return not page.get_view_restrictions().exists()


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    page = _published(HomePage).first()
    return page.serve(request) if page is not None else _default("home")


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    page = _published(ProductIndexPage).first()
    return page.serve(request) if page is not None else _default("products")


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product's page or a category's; one that is not translated leads to the default language's, 404 if there is
    none either. A product taken off the shop keeps its page, which then says so."""
    page = _published(ProductPage).filter(slug=slug).select_related("software__product", "image").first()
    page = page or _published(CategoryPage).filter(slug=slug).first()
    return page.serve(request) if page is not None else _in_default_language(slug)


def _published(kind: type[P]) -> QuerySet[P]:
    """Of one kind in the language of the address; only one has an address, so which comes first is the page tree's."""
    return kind.objects.filter(live=True, locale__language_code=_language()).order_by("path")


def _in_default_language(slug: str) -> HttpResponse:
    if _language() != settings.LANGUAGE_CODE:
        same = Page.objects.live().filter(slug=slug, locale__language_code=settings.LANGUAGE_CODE)
        if same.exact_type(ProductPage, CategoryPage).exists():
            return _default("product", slug=slug)
    raise Http404


def _default(name: str, **kwargs: str) -> HttpResponse:
    """To the same page in the default language; Http404 if that is the one in which it is missing."""
    if _language() == settings.LANGUAGE_CODE:
        raise Http404
    with translation.override(settings.LANGUAGE_CODE):
        return redirect(reverse(name, kwargs=kwargs))


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
