"""Pictures are cut when a page is published, so that no visitor waits for it."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from wagtail.fields import StreamField
from wagtail.images.models import AbstractImage
from wagtail.models import Page
from wagtail.signals import page_published

from cms.articles.pictures import SPECS
from cms.blocks.walking import pictures
from cms.page_facts import SHARED
from cms.queries import LARGE, SMALL


@receiver(page_published, dispatch_uid="cut-pictures")
def cut_pictures(instance: Page, **kwargs: Any) -> None:
    """Every size that the page, its card and whoever shares it will ask for; those there are are not made again."""
    for field in instance._meta.concrete_fields:
        value = getattr(instance, field.name) if isinstance(field, StreamField) else None
        for image in pictures(value):
            image.get_renditions(*SPECS)
    own = getattr(instance, "image", None)
    if isinstance(own, AbstractImage):
        own.get_renditions(SMALL, LARGE)
    shared = getattr(instance, "share_image", None) or own
    if isinstance(shared, AbstractImage):
        shared.get_renditions(SHARED)
