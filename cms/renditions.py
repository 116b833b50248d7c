"""Pictures are cut by the worker as soon as a page is published, so that no visitor and no editor waits for it."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from wagtail.fields import StreamField
from wagtail.images.models import AbstractImage
from wagtail.models import Page
from wagtail.signals import page_published

from cms.articles.pictures import SPECS
from cms.blocks.walking import pictures
from cms.cards import LARGE, SMALL
from cms.metadata.page_metadata import SHARED
from storefront.core import clock
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import enqueue

KIND = "pictures"


@receiver(page_published, dispatch_uid="cut-pictures")
def page_is_published(instance: Page, **kwargs: Any) -> None:
    cut_later(instance.pk)


def cut_later(page_id: int) -> None:
    """Let the worker cut the pictures of a page, in the transaction that publishes it."""
    enqueue(kind=KIND, key=f"pictures-{page_id}-{clock.now().timestamp()}", payload={"page": page_id})


def deliver(message: OutboxMessage) -> None:
    """The outbox's handler. A page that is gone meanwhile has no pictures."""
    page = Page.objects.filter(pk=message.payload["page"]).first()
    if page is not None:
        cut(page.specific)


def cut(page: Page) -> None:
    """Every size that the page, its card and whoever shares it will ask for; those there are are not made again."""
    for field in page._meta.concrete_fields:
        value = getattr(page, field.name) if isinstance(field, StreamField) else None
        for image in pictures(value):
            _cut(image, *SPECS)
    own = getattr(page, "image", None)
    if isinstance(own, AbstractImage):
        _cut(own, SMALL, LARGE)
    shared = getattr(page, "share_image", None) or own
    if isinstance(shared, AbstractImage):
        _cut(shared, SHARED)


def _cut(image: AbstractImage, *specs: str) -> None:
    """One size after the other: asked for several, Wagtail decodes the picture three times at once, and 25 megapixels
    are 200 to 400 MiB each time (tests/bench/memory.py)."""
    for spec in specs:
        image.get_rendition(spec)
