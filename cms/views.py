"""The shop's own pages at their fixed addresses, each found by one query.

Wagtail finds a page by walking down its tree, two queries a level. These three are asked for most and live at
addresses that never move, so they are looked up by what the address says and then served by Wagtail as usual.
"""

from functools import lru_cache

from django.conf import settings
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms.models import HomePage, ProductIndexPage, ProductPage
from cms.numbers.counting import product_seen
from cms.queries import LARGE, with_picture

#: What the pages show; a page of Wagtail's has thirty columns more.
COMMON_FIELDS = ("title", "seo_title", "search_description")
HOME_FIELDS = (*COMMON_FIELDS, "headline", "lead", "body", "image_id")
PRODUCT_FIELDS = (
    *COMMON_FIELDS,
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
    return get_object_or_404(_homes(_language())).serve(request)


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    return get_object_or_404(_indexes(_language())).serve(request)


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """404 if there is no published page. A product taken off the shop keeps its page, which then says so."""
    page = get_object_or_404(_products(_language()), slug=slug)
    return product_seen(request, page.serve(request), page.software_id)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


# Putting such a query together costs as much as running it, so that part is done once.
@lru_cache(maxsize=16)
def _homes(language: str) -> QuerySet[HomePage]:
    return _shown(HomePage.objects.only(*HOME_FIELDS), language)


@lru_cache(maxsize=16)
def _indexes(language: str) -> QuerySet[ProductIndexPage]:
    return ProductIndexPage.objects.filter(live=True, locale__language_code=language).only(*COMMON_FIELDS, "intro")


@lru_cache(maxsize=16)
def _products(language: str) -> QuerySet[ProductPage]:
    return _shown(ProductPage.objects.select_related("software").only(*PRODUCT_FIELDS), language)


def _shown(pages: QuerySet[Page], language: str) -> QuerySet[Page]:
    return with_picture(pages.filter(live=True, locale__language_code=language), LARGE).annotate(
        picture_file=F("cut__file"), picture_width=F("cut__width"), picture_height=F("cut__height")
    )
