"""What the pages show, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import QuerySet
from wagtail.images import get_image_model
from wagtail.images.models import Rendition

from storefront.core import money

if TYPE_CHECKING:
    from cms.models import ProductPage

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


def on_sale() -> QuerySet[ProductPage]:
    """Published pages of products that have something on sale, in the order of the page tree."""
    pages = apps.get_model("cms", "ProductPage")
    return pages.objects.filter(live=True, software__lowest_monthly_amount__isnull=False).order_by("path")


def cards(pages: QuerySet[ProductPage], *, also: int | None = None) -> tuple[list[Card], Picture | None]:
    """The cards of these pages, and the large picture of image ``also``: a query for the pages, one for pictures."""
    rows = list(
        pages.values_list(
            "title", "slug", "image_id", "software__tagline", "software__lowest_monthly_amount", "software__currency"
        )
    )
    wanted = {(row[2], SMALL) for row in rows if row[2]}
    found = pictures(wanted | {(also, LARGE)} if also else wanted)
    made = [
        Card(
            title=title,
            url=f"/products/{slug}/",
            tagline=tagline,
            monthly_amount=amount,
            currency=currency,
            picture=found.get((image_id, SMALL)),
        )
        for title, slug, image_id, tagline, amount, currency in rows
    ]
    return made, found.get((also, LARGE)) if also else None


def picture(image_id: int | None) -> Picture | None:
    """One large picture."""
    return pictures({(image_id, LARGE)}).get((image_id, LARGE)) if image_id else None


def pictures(wanted: set[tuple[int, str]]) -> dict[tuple[int, str], Picture]:
    """(image id, size) -> that picture: one query for those made already; the missing ones are made now."""
    if not wanted:
        return {}
    rows = Rendition.objects.filter(
        image__in={pk for pk, _ in wanted}, filter_spec__in={spec for _, spec in wanted}, focal_point_key=""
    ).values_list("image_id", "filter_spec", "file", "width", "height")
    url = Rendition._meta.get_field("file").storage.url
    found = {(pk, spec): Picture(url=url(name), width=w, height=h) for pk, spec, name, w, h in rows}
    for pk, spec in wanted - found.keys():
        image = get_image_model().objects.filter(pk=pk).first()
        if image is not None:
            made = image.get_rendition(spec)
            found[pk, spec] = Picture(url=made.url, width=made.width, height=made.height)
    return found
