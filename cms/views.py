"""The shop's own pages at their fixed addresses, each found by one query.

Wagtail finds a page by walking down its tree, two queries a level. These three are asked for most and live at
addresses that never move, so they are looked up by what the address says and then served by Wagtail as usual.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from cms.models import HomePage, ProductIndexPage, ProductPage

#: What the product page shows; a page of Wagtail's has forty columns more.
PRODUCT_FIELDS = (
    "title",
    "slug",
    "seo_title",
    "search_description",
    "lead",
    "body",
    "how_it_works",
    "requirements",
    "image_id",
    "software__tagline",
    "software__binding_kind",
    "software__market_url",
    "software__agreement_id",
    "software__offer",
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return get_object_or_404(HomePage, live=True).serve(request)


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    return get_object_or_404(ProductIndexPage, live=True).serve(request)


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """404 if there is no published page. A product taken off the shop keeps its page, which then says so."""
    pages = ProductPage.objects.select_related("software").only(*PRODUCT_FIELDS)
    return get_object_or_404(pages, live=True, slug=slug).serve(request)
