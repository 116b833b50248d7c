"""Pictures in the sizes that pages show. The worker cuts them as soon as a page is published; a size that is missing
is cut when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Prefetch, prefetch_related_objects
from django.dispatch import receiver
from wagtail.fields import StreamField
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage, Rendition
from wagtail.models import Page
from wagtail.signals import page_published

from cms.blocks.values import pictures
from storefront.core import clock
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import enqueue

KIND = "pictures"
#: On cards, and at the head of a page.
SMALL = "max-720x480|format-webp"
LARGE = "max-1280x960|format-webp"
#: Among text, smallest first. The largest is what opens when the picture is pressed.
IN_TEXT = ("max-720x1400|format-webp", "max-1440x2000|format-webp")
#: Where a page is shared: the size that networks ask for, in a format that all of them read.
SHARED = "fill-1200x630|format-jpeg|jpegquality-80"
#: Width of a column of text, in CSS pixels; on narrower screens a picture is as wide as the screen.
COLUMN = 704


class Picture(NamedTuple):
    """An image in one size."""

    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class ResponsivePicture:
    """The attributes of an ``img`` in several widths. ``height`` belongs to ``width``, that of ``url``."""

    url: str
    srcset: str
    sizes: str
    large: str
    width: int
    height: int
    alt: str


def cut(image: AbstractImage | None, spec: str) -> Picture | None:
    """The image in one size; None for none."""
    if image is None:
        return None
    rendition = image.get_rendition(spec)
    return Picture(rendition.url, rendition.width, rendition.height, image.title)


def responsive(image: AbstractImage, *, caption: str = "") -> ResponsivePicture:
    """The image in the sizes of ``IN_TEXT``. The editor's alternative text comes first, then ``caption``; with neither
    the picture counts as decoration."""
    small, large = (image.get_rendition(spec) for spec in IN_TEXT)  # one at a time: see cut_all
    return ResponsivePicture(
        url=small.url,
        srcset=", ".join(f"{each.url} {each.width}w" for each in {small.width: small, large.width: large}.values()),
        sizes=f"(min-width: {COLUMN + 64}px) {COLUMN}px, 100vw",
        large=large.url,
        width=small.width,
        height=small.height,
        alt=getattr(image, "contextual_alt_text", None) or caption,
    )


def on_cards() -> Prefetch[str, Any, Any]:
    """For querysets of pages with a field ``image``: their pictures in the size of cards, in two queries for all."""
    return Prefetch("image", queryset=get_image_model().objects.prefetch_renditions(SMALL))


def prefetch_in_text(images: Sequence[AbstractImage]) -> None:
    """Look up the renditions of all these images in one query, so that ``responsive`` asks for none."""
    renditions = Rendition.objects.filter(filter_spec__in=IN_TEXT)
    prefetch_related_objects(images, Prefetch("renditions", queryset=renditions, to_attr="prefetched_renditions"))


@receiver(page_published, dispatch_uid="cut-pictures")
def page_is_published(instance: Page, **kwargs: Any) -> None:
    cut_later(instance.pk)


def cut_later(page_id: int) -> None:
    """Let the worker cut the pictures of a page, in the transaction that publishes it."""
    enqueue(kind=KIND, key=f"pictures-{page_id}-{clock.now().timestamp()}", payload={"page": page_id})


def deliver(message: OutboxMessage) -> None:
    """The outbox's handler. A page deleted in the meantime has no pictures."""
    page = Page.objects.filter(pk=message.payload["page"]).first()
    if page is not None:
        cut_all(page.specific)


def cut_all(page: Page) -> None:
    """Make every size that the page, its card and the places where it is shared ask for, unless it is there.

    One size after the other: asked for several, Wagtail decodes the picture three times at once, and 25 megapixels
    take 200 to 400 MiB each time (tests/bench/pictures.py).
    """
    for field in page._meta.concrete_fields:
        if isinstance(field, StreamField):
            for image in pictures(getattr(page, field.name)):
                _cut(image, IN_TEXT)
    own = getattr(page, "image", None)
    if isinstance(own, AbstractImage):
        _cut(own, (SMALL, LARGE))
    shared = getattr(page, "share_image", None) or own
    if isinstance(shared, AbstractImage):
        _cut(shared, (SHARED,))


def _cut(image: AbstractImage, specs: Iterable[str]) -> None:
    for spec in specs:
        image.get_rendition(spec)
