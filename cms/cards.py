"""A product as lists show it, and the sizes that pictures are cut to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from wagtail.images import get_image_model

from storefront.core import money

#: Made by the worker when a page is published (``cms.renditions``), or when first asked for.
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


def with_pictures() -> Prefetch[str, Any, Any]:
    """For pages with a field ``image``: their pictures with the cut of lists, in two queries for all of them."""
    return Prefetch("image", queryset=get_image_model().objects.prefetch_renditions(SMALL))


def picture(image: Any, spec: str) -> Picture | None:
    """An image cut to size; None for none."""
    if image is None:
        return None
    cut = image.get_rendition(spec)
    return Picture(cut.url, cut.width, cut.height)
