"""Pictures of articles in the sizes that screens need. However many there are, they are read by one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from wagtail.images.models import AbstractImage, Rendition

#: Smallest first. The largest is what opens when the picture is pressed.
SPECS = ("max-720x1400|format-webp", "max-1440x2000|format-webp")
#: Width of an article's column, in CSS pixels; below it the picture is as wide as the screen.
COLUMN = 704


@dataclass(frozen=True, slots=True)
class Sized:
    """What an ``img`` needs: one picture in several widths, with the height that goes with the first."""

    url: str
    srcset: str
    sizes: str
    large: str
    width: int
    height: int
    alt: str


def read_at_once(images: Sequence[AbstractImage]) -> None:
    """Look up the cuts of all these pictures, so that ``sized`` need not ask for each."""
    cuts = Rendition.objects.filter(filter_spec__in=SPECS)
    prefetch_related_objects(images, Prefetch("renditions", queryset=cuts, to_attr="prefetched_renditions"))


def sized(image: Any, *, caption: str = "") -> Sized:
    """The picture's cuts; those that were never asked for are made now. Without any words it counts as decoration."""
    small, large = (image.get_rendition(spec) for spec in SPECS)  # one at a time: see cms.renditions
    return Sized(
        url=small.url,
        srcset=", ".join(f"{cut.url} {cut.width}w" for cut in {small.width: small, large.width: large}.values()),
        sizes=f"(min-width: {COLUMN + 64}px) {COLUMN}px, 100vw",
        large=large.url,
        width=small.width,
        height=small.height,
        alt=getattr(image, "contextual_alt_text", None) or caption,
    )
