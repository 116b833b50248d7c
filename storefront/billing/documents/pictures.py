"""Logo, seal and signature as they are uploaded: judged by their content and written anew as PNG."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass, field
from xml.parsers import expat

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image

from storefront.billing.documents.models import Picture, PictureRole
from storefront.billing.documents.printing import pdf
from storefront.billing.models import Seller
from storefront.core.uploads import checking
from storefront.core.uploads.refusals import Refused
from storefront.users.models import User

MOST_BYTES = 2 * 1024 * 1024
#: Pixels of the longer and of the shorter side.
LARGEST, SMALLEST = 4000, 60
NO_PICTURE = _("%(name)s is no picture that can be printed. Choose a PNG or SVG file.")
TOO_HEAVY = _("%(name)s is larger than 2 MB.")
WRONG_SIZE = _("%(name)s should have between 60 and 4000 pixels on each side.")
OPAQUE = _("%(name)s has no transparent background: it would cover the text beneath it. Save it as a transparent PNG.")
UNSAFE = _("%(name)s holds a script, an embedded file or a link to something outside it. Save it as a plain SVG.")

_SVG = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:\w+:)?svg[\s>]", re.DOTALL)
#: Elements that draw; everything else is refused: script, foreignObject, image, style, animations.
_DRAWS = frozenset(
    "svg g defs title desc path rect circle ellipse line polyline polygon text tspan textPath linearGradient "
    "radialGradient stop clipPath mask use symbol metadata".split()
)
_OUTSIDE = re.compile(r"(?:^|[^-\w])(?:javascript|data|https?|file|ftp):|url\(\s*[\"']?(?!#)|@import", re.IGNORECASE)
#: Names of formats, which load nothing.
_NAMESPACES = ("xmlns",)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture that may be printed: a PNG, its size in pixels."""

    png: bytes = field(repr=False)
    width: int
    height: int


def read(name: str, content: bytes, role: PictureRole) -> Drawing:
    """Raises Refused, with a sentence for the field. Seal and signature need a transparent background."""
    shown = checking.plain_name(name)
    if len(content) > MOST_BYTES:
        raise Refused(TOO_HEAVY, shown)
    if _SVG.match(content):
        content = _drawn(shown, content)
    elif not content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise Refused(NO_PICTURE, shown)
    checked = checking.check(shown, content)
    with Image.open(io.BytesIO(checked.content)) as picture:
        if max(picture.size) > LARGEST or min(picture.size) < SMALLEST:
            raise Refused(WRONG_SIZE, shown)
        is_clear = picture.mode == "RGBA" and min(picture.getchannel("A").tobytes()) < 255
        if role != PictureRole.LOGO and not is_clear:
            raise Refused(OPAQUE, shown)
        into = io.BytesIO()
        picture.save(into, "PNG", optimize=True)
        return Drawing(into.getvalue(), *picture.size)


def keep(drawing: Drawing, *, seller: Seller, role: PictureRole, by: User) -> Picture:
    """Store it, privately, as a picture of its own; earlier ones stay with the documents they are on."""
    row = Picture(
        seller=seller, role=role, file_hash=hashlib.sha256(drawing.png).hexdigest(), width=drawing.width,
        height=drawing.height, created_by=by,
    )  # fmt: skip
    row.file.save("picture.png", ContentFile(drawing.png), save=False)
    row.save(force_insert=True)
    return row


def _drawn(name: str, svg: bytes) -> bytes:
    """An SVG as a PNG, if it does nothing but draw."""
    try:
        _judge(svg)
        return pdf.rasterised(svg.decode())
    except _Unsafe:
        raise Refused(UNSAFE, name) from None
    except (expat.ExpatError, UnicodeDecodeError, RuntimeError):
        raise Refused(NO_PICTURE, name) from None


class _Unsafe(Exception):
    pass


def _judge(svg: bytes) -> None:
    parser = expat.ParserCreate()

    def element(name: str, values: dict[str, str]) -> None:
        if name.rpartition(":")[2] not in _DRAWS:
            raise _Unsafe
        for key, value in values.items():
            local = key.rpartition(":")[2].lower()
            is_link = local == "href" and not value.startswith("#")
            if is_link or local.startswith("on") or (not key.startswith(_NAMESPACES) and _OUTSIDE.search(value)):
                raise _Unsafe

    def refuse(*_args: object) -> None:
        raise _Unsafe

    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = refuse  # entities unfold, and may be files
    parser.ProcessingInstructionHandler = refuse
    parser.Parse(svg, True)
