"""The shop's own pages at their fixed addresses, each found by one query.

Wagtail finds a page by walking down its tree, two queries a level. These three are asked for most and live at
addresses that never move, so they are looked up by what the address says and then served by Wagtail as usual.
"""

from functools import lru_cache

from django.conf import settings
from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms.models import CategoryPage, HomePage, ProductIndexPage, ProductPage
from cms.numbers.counting import product_seen
from cms.queries import LARGE, with_picture
from cms.rendering import STORED

#: What the pages show; a page of Wagtail's has thirty columns more.
COMMON_FIELDS = ("title", "seo_title", "search_description")
HOME_FIELDS = (*COMMON_FIELDS, "headline", "lead", "image_id")
PRODUCT_FIELDS = (
    *COMMON_FIELDS,
    "lead",
    "image_id",
    "software__tagline",
    "software__translations",
    "software__binding_kind",
    "software__market_url",
    "software__agreement_id",
    "software__offer",
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    page = _homes(_language()).first()
    return page.serve(request) if page is not None else _default("home")


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    page = _indexes(_language()).first()
    return page.serve(request) if page is not None else _default("products")


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product's page or a category's; one that is not translated leads to the default language's, 404 if there is
    none either. A product taken off the shop keeps its page, which then says so."""
    page = _products(_language()).filter(slug=slug).first()
    if page is not None:
        return product_seen(request, page.serve(request), page.software_id)
    category = _categories(_language()).filter(slug=slug).first()
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


# Putting such a query together costs as much as running it, so that part is done once.
@lru_cache(maxsize=16)
def _homes(language: str) -> QuerySet[HomePage]:
    return _shown(HomePage.objects.only(*HOME_FIELDS), language)


@lru_cache(maxsize=16)
def _indexes(language: str) -> QuerySet[ProductIndexPage]:
    return ProductIndexPage.objects.filter(live=True, locale__language_code=language).only(*COMMON_FIELDS, "intro")


@lru_cache(maxsize=16)
def _categories(language: str) -> QuerySet[CategoryPage]:
    fields = (*COMMON_FIELDS, "slug", "intro", "category_id")
    pages = CategoryPage.objects.filter(live=True, locale__language_code=language)
    return _with_stored(pages.only(*fields))


@lru_cache(maxsize=16)
def _products(language: str) -> QuerySet[ProductPage]:
    return _shown(ProductPage.objects.select_related("software").only(*PRODUCT_FIELDS), language)


def _shown(pages: QuerySet[Page], language: str) -> QuerySet[Page]:
    found = with_picture(pages.filter(live=True, locale__language_code=language), LARGE).annotate(
        picture_file=F("cut__file"), picture_width=F("cut__width"), picture_height=F("cut__height")
    )
    return _with_stored(found)


def _with_stored(pages: QuerySet[Page]) -> QuerySet[Page]:
    """With the stream as text: to know what it shows it need not be parsed (see ``cms.rendering``)."""
    return pages.annotate(**{STORED: Cast("content", TextField())})
