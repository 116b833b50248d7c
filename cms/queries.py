"""What the pages show, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db.models import Count, FilteredRelation, Q, QuerySet
from django.utils.translation import get_language
from wagtail.images import get_image_model
from wagtail.images.models import Rendition
from wagtail.models import Page

from catalogue.addresses import product_path
from storefront.core import money
from storefront.core.prepared import PreparedQuery
from storefront.core.texts import pick

if TYPE_CHECKING:
    from cms.models import ProductPage

P = TypeVar("P", bound=Page)

#: Sizes that pictures are cut to; made once, when first asked for.
SMALL = "max-720x480|format-webp"
LARGE = "max-1280x960|format-webp"


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list. ``monthly_amount``: the lowest price per month, major units."""

    title: str
    url: str
    tagline: str
    monthly_amount: Decimal
    currency: str
    picture: Picture | None = None

    @property
    def monthly_text(self) -> str:
        return money.display(self.monthly_amount, self.currency)


def with_picture(pages: QuerySet[P], spec: str) -> QuerySet[P]:
    """Pages with the picture they show, cut to size, read in the same query: ``cut__file``, ``cut__width`` ..."""
    condition = Q(image__renditions__filter_spec=spec, image__renditions__focal_point_key="")
    return pages.annotate(cut=FilteredRelation("image__renditions", condition=condition))


def on_sale(language: str) -> QuerySet[ProductPage]:
    """Published pages of products that have something on sale, in one language and the order of the page tree."""
    pages = apps.get_model("cms", "ProductPage")
    return pages.objects.filter(
        live=True, locale__language_code=language, software__lowest_monthly_amount__isnull=False
    ).order_by("path")


def cards(start: int, stop: int, category: int | None = None) -> list[Card]:
    """The cards of a stretch of ``on_sale`` in the active language, of one Oscar category or all, in one query;
    pictures not cut to size yet are cut now."""
    language = get_language() or settings.LANGUAGE_CODE
    if category is None:
        return [card(language, row) for row in _card_rows(language, start, stop).rows()]
    chosen = on_sale(language).filter(software__product__categories=category)
    return [card(language, row) for row in with_picture(chosen, SMALL).values_list(*_COLUMNS)[start:stop]]


def card_rows_where(language: str, condition: Q, *first: Any) -> QuerySet[ProductPage, Any]:
    """Every page of ``on_sale`` that fits, as rows of the columns ``first`` and then of those that ``card`` takes."""
    rows = with_picture(on_sale(language).filter(condition).distinct(), SMALL)
    return rows.values_list(*first, *_COLUMNS)


_COLUMNS = (
    "title", "slug", "software__tagline", "software__translations", "software__lowest_monthly_amount",
    "software__currency", "image_id", "cut__file", "cut__width", "cut__height",
)  # fmt: skip


def card(language: str, row: Sequence[Any]) -> Card:
    """What a row of ``card_rows_where`` shows; a picture not cut to size yet is cut now."""
    title, slug, tagline, translations, amount, currency, image_id, *cut = row
    return Card(
        title=title,
        url=product_path(slug),
        tagline=pick(tagline, translations, "tagline", language),
        monthly_amount=amount,
        currency=currency,
        picture=_picture(image_id, SMALL, *cut),
    )


@lru_cache(maxsize=64)
def _card_rows(language: str, start: int, stop: int) -> PreparedQuery:
    return PreparedQuery(lambda: with_picture(on_sale(language), SMALL).values_list(*_COLUMNS)[start:stop])


@dataclass(frozen=True, slots=True)
class CategoryLink:
    """``id`` is the Oscar category's; ``count`` is of products on sale in the language asked for."""

    id: int
    title: str
    url: str
    count: int


def categories(language: str) -> tuple[CategoryLink, ...]:
    """The published categories that have something on sale, in the order of the page tree; one query."""
    pages = apps.get_model("cms", "CategoryPage")
    fits = Q(
        category__product__software__pages__live=True,
        category__product__software__pages__locale__language_code=language,
        category__product__software__lowest_monthly_amount__isnull=False,
    )
    counted = Count("category__product__software__pages", filter=fits, distinct=True)
    rows = pages.objects.filter(live=True, locale__language_code=language).annotate(count=counted).filter(count__gt=0)
    return tuple(
        CategoryLink(pk, title, product_path(slug), count)
        for pk, title, slug, count in rows.order_by("path").values_list("category_id", "title", "slug", "count")
    )


def large_picture(page: Page) -> Picture | None:
    """The picture of a page read ``with_picture``; of any other (a preview), looked up."""
    cut = (getattr(page, name, None) for name in ("picture_file", "picture_width", "picture_height"))
    return _picture(page.image_id, LARGE, *cut)


def _picture(
    image_id: int | None, spec: str, file: str | None, width: int | None, height: int | None
) -> Picture | None:
    if image_id is None:
        return None
    if file and width and height:
        return Picture(url=Rendition._meta.get_field("file").storage.url(file), width=width, height=height)
    image = get_image_model().objects.filter(pk=image_id).first()
    if image is None:
        return None
    made = image.get_rendition(spec)
    return Picture(url=made.url, width=made.width, height=made.height)
