"""Less memory for large pictures: Willow copies a picture to turn it upright and to crop it, even where that changes
nothing.

An image class of ours in Willow's registry takes precedence over its own for Pillow:
https://willow.wagtail.org/stable/guide/extend.html
"""

from __future__ import annotations

from typing import Any

from willow.image import Image, JPEGImageFile, PNGImageFile, WebPImageFile
from willow.plugins.pillow import PillowImage
from willow.registry import registry

from storefront.core.uploads.turning import upright

#: Willow takes the cheapest converter; its own cost 100.
COST = 50


class InPlaceImage(PillowImage):  # type: ignore[misc]
    """A picture read by Pillow, copied only where an operation changes it."""

    image: Any

    @Image.operation  # type: ignore[untyped-decorator]
    def auto_orient(self) -> InPlaceImage:
        self.image = upright(self.image)
        return self

    @Image.operation  # type: ignore[untyped-decorator]
    def crop(self, rect: Any) -> PillowImage:
        return self if tuple(rect) == (0, 0, *self.image.size) else super().crop(rect)


def register() -> None:
    registry.register_image_class(InPlaceImage)
    for kind in (JPEGImageFile, PNGImageFile, WebPImageFile):
        registry.register_converter(kind, InPlaceImage, InPlaceImage.open, cost=COST)
