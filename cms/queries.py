"""What the pages show, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

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
    """A product in a list. ``monthly_amount``: the lowest price per month, major units; None: not on sale now."""

    title: str
    url: str
    tagline: str
    monthly_amount: Decimal | None
    currency: str
    picture: Picture | None

    @property
    def monthly_text(self) -> str:
        return money.display(self.monthly_amount, self.currency) if self.monthly_amount is not None else ""


def on_sale() -> QuerySet[ProductPage]:
    """Product pages that are published and whose product is public, in the order of the page tree."""
    pages = apps.get_model("cms", "ProductPage")
    return pages.objects.live().filter(software__product__is_public=True).order_by("path")


def cards(pages: QuerySet[ProductPage]) -> list[Card]:
    """The cards of these pages: one query for them, one for their pictures."""
    rows: Sequence[dict[str, Any]] = pages.values(
        "title", "slug", "image_id", "software__tagline", "software__lowest_monthly_amount", "software__currency"
    )
    found = pictures({row["image_id"] for row in rows if row["image_id"]}, SMALL)
    return [
        Card(
            title=row["title"],
            url=f"/products/{row['slug']}/",
            tagline=row["software__tagline"],
            monthly_amount=row["software__lowest_monthly_amount"],
            currency=row["software__currency"],
            picture=found.get(row["image_id"]),
        )
        for row in rows
    ]


def picture(image_id: int | None, spec: str) -> Picture | None:
    return pictures({image_id}, spec).get(image_id) if image_id else None


def pictures(image_ids: Iterable[int], spec: str) -> dict[int, Picture]:
    """Image id -> that picture in one size: one query for those made already; the missing ones are made now."""
    wanted = set(image_ids)
    if not wanted:
        return {}
    made = {r.image_id: r for r in Rendition.objects.filter(image__in=wanted, filter_spec=spec, focal_point_key="")}
    missing = wanted - made.keys()
    if missing:
        for image in get_image_model().objects.filter(pk__in=missing):
            made[image.pk] = image.get_rendition(spec)
    return {pk: Picture(url=r.url, width=r.width, height=r.height) for pk, r in made.items()}
