"""Examples that blocks show in the editor, where they need a picture, a file or a page of this shop."""

from __future__ import annotations

from typing import Any

from wagtail import blocks
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page


class BlockWithExample(blocks.StructBlock):
    """A block whose example is put together each time it is shown."""

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
    """The newest document, None if there is none."""
    return get_document_model().objects.order_by("-pk").first()


def example_page(chooser: blocks.PageChooserBlock) -> Page | None:
    """The first published page of the kind that ``chooser`` offers."""
    page: Page | None = chooser.target_model.objects.live().order_by("path").first()
    return page
