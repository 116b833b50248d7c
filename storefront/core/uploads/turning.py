"""Pictures as their camera was held."""

from __future__ import annotations

import struct

from PIL import Image

_ORIENTATION = 0x0112
#: By the value of the tag, https://www.media.mit.edu/pia/Research/deepview/exif.html
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: Where Pillow looks for the tag.
_SAYING = ("exif", "Raw profile type exif", "XML:com.adobe.xmp", "xmp")


def upright(picture: Image.Image) -> Image.Image:
    """The picture itself, or a copy turned upright, which no longer says that it is to be turned.

    Pillow's ``exif_transpose`` writes all tags anew and raises struct.error at one odd one, as some phones write them.
    """
    picture.load()  # the tags of some formats stand at the end
    turn = _TURNS.get(_orientation(picture))
    if turn is None:
        return picture
    turned = picture.transpose(turn)
    for name in _SAYING:
        turned.info.pop(name, None)
    return turned


def _orientation(picture: Image.Image) -> int:
    """0 where the tags cannot be read: what they say of the picture is not worth losing it."""
    try:
        told = picture.getexif().get(_ORIENTATION)
    except (struct.error, SyntaxError, ValueError, TypeError, LookupError, OSError):
        return 0
    return told if isinstance(told, int) else 0
