"""The shop's own pages at their fixed addresses, each found by one query.

Wagtail finds a page by walking down its tree, two queries a level. These three are asked for most and live at
addresses that never move, so they are looked up by what the address says and then served by Wagtail as usual.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms import addressed
from cms.models import CategoryPage, ProductPage
from cms.numbers.counting import product_seen


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    page = addressed.home(_language())
    return page.serve(request) if page is not None else _default("home")


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    page = addressed.products(_language())
    return page.serve(request) if page is not None else _default("products")


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product's page or a category's; one that is not translated leads to the default language's, 404 if there is
    none either. A product taken off the shop keeps its page, which then says so."""
    page = addressed.product(_language(), slug)
    if page is not None:
        return product_seen(request, page.serve(request), page.software_id)
    category = addressed.category(_language(), slug)
    if category is not None:
        return category.serve(request)
    return _in_default_language(slug)


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
