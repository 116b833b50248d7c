"""Large pictures cost less memory: Willow copies a picture to turn it upright and to crop it to the whole of it,
also where nothing changes by that.

An image class of ours in Willow's registry, in front of its own one for Pillow:
https://willow.wagtail.org/stable/guide/extend.html
"""

from __future__ import annotations

from typing import Any

from PIL import ImageOps
from willow.image import Image, JPEGImageFile, PNGImageFile, WebPImageFile
from willow.plugins.pillow import PillowImage
from willow.registry import registry

#: Less than the 100 of Willow's own, so that this way is taken.
COST = 50


class InPlaceImage(PillowImage):  # type: ignore[misc]
    """A picture read by Pillow, which is not copied where nothing of it changes."""

    @Image.operation  # type: ignore[untyped-decorator]
    def auto_orient(self) -> InPlaceImage:
        ImageOps.exif_transpose(self.image, in_place=True)
        return self

    @Image.operation  # type: ignore[untyped-decorator]
    def crop(self, rect: Any) -> PillowImage:
        return self if tuple(rect) == (0, 0, *self.image.size) else super().crop(rect)


def register() -> None:
    registry.register_image_class(InPlaceImage)
    for kind in (JPEGImageFile, PNGImageFile, WebPImageFile):
        registry.register_converter(kind, InPlaceImage, InPlaceImage.open, cost=COST)
