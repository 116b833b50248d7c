"""The shop's own pages at their fixed addresses, each found by one query.

Wagtail finds a page by walking down its tree, two queries a level. These three are asked for most and their addresses
never change, so they are looked up by address and then served by Wagtail as usual.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms.models import CategoryPage, HomePage, ProductIndexPage, ProductPage
from storefront.core.language import current_language


def may_keep(response: HttpResponse) -> bool:
    """Whether the page cache may keep this page: not if only some may read it, nor if it has a personal form."""
    page = (
        response.context_data.get("page") if isinstance(response, TemplateResponse) and response.context_data else None
    )
    if not isinstance(page, Page) or getattr(page, "is_personal", False):
        return False
    return not page.get_view_restrictions().exists()


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    page = HomePage.objects.published().first()
    return page.serve(request) if page is not None else _in_default_language("home")


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    page = ProductIndexPage.objects.published().first()
    return page.serve(request) if page is not None else _in_default_language("products")


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a product or of a category. A product taken off the shop keeps its page, which says so."""
    pages = ProductPage.objects.published().filter(slug=slug).select_related("software__product", "image")
    page = pages.first() or CategoryPage.objects.published().filter(slug=slug).first()
    if page is not None:
        return page.serve(request)
    same = Page.objects.live().filter(slug=slug, locale__language_code=settings.LANGUAGE_CODE)
    if not same.exact_type(ProductPage, CategoryPage).exists():
        raise Http404
    return _in_default_language("product", slug=slug)


def _in_default_language(name: str, **kwargs: str) -> HttpResponse:
    """Redirect to the page in the default language. Raises Http404 if that is the one where it is missing."""
    if current_language() == settings.LANGUAGE_CODE:
        raise Http404
    with translation.override(settings.LANGUAGE_CODE):
        return redirect(reverse(name, kwargs=kwargs))
