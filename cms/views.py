"""The shop's own pages at their fixed addresses, each found by one query.

Wagtail finds a page by walking down its tree, two queries a level. These three are asked for most and live at
addresses that never move, so they are looked up by what the address says and then served by Wagtail as usual.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from cms.models import HomePage, ProductIndexPage, ProductPage


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return get_object_or_404(HomePage, live=True).serve(request)


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    return get_object_or_404(ProductIndexPage, live=True).serve(request)


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """404 also when the page is not published or its product was taken off the shop."""
    pages = ProductPage.objects.select_related("software__product", "software__agreement")
    return get_object_or_404(pages, live=True, slug=slug, software__product__is_public=True).serve(request)
