"""What blocks show of themselves in the editor, where an example needs something of the shop's own."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from wagtail import blocks
from wagtail.documents import get_document_model
from wagtail.images import get_image_model


class WithExample(blocks.StructBlock):
    """A block whose example is put together when it is looked at."""

    def example(self) -> dict[str, Any]:
        """The value to be shown, as Python objects."""
        raise NotImplementedError

    def get_preview_value(self) -> Any:
        return self.normalize(self.example())


def example_picture() -> Any:
    """The newest picture of the library, None in an empty one."""
    image = get_image_model().objects.order_by("-pk").first()
    if image is not None:
        image.contextual_alt_text, image.decorative = "", True
    return image


def example_document() -> Any:
    return get_document_model().objects.order_by("-pk").first()


def example_product() -> Any:
    """A published product's page, None if there is none."""
    return apps.get_model("cms", "ProductPage").objects.live().order_by("path").first()
