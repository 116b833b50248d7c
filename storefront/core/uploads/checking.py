"""Which files are taken in: judged by their content, never by the name or type that the sender claims.

Pictures are decoded and written anew, so that nothing but the picture is left of them: no place where a photo was
taken, no second file behind the first one. Everything else is kept byte by byte and only ever sent as an attachment:
PDF, text, Office documents without macros, and a ZIP of files that are taken by themselves.
"""

from __future__ import annotations

import codecs
import io
import logging
import re
import unicodedata
import warnings
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.utils.translation import gettext_lazy as _
from PIL import Image

from storefront.core.uploads import archives, documents, refusals
from storefront.core.uploads.bounds import Budget
from storefront.core.uploads.refusals import Refused
from storefront.core.uploads.turning import upright

logger = logging.getLogger(__name__)

#: Bytes of one file, files of one message, bytes of all of them.
MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 5
MOST_BYTES_TOGETHER = 25 * 1024 * 1024
#: Pixels of a picture: a small file may unfold into gigabytes.
MOST_PIXELS = 40_000_000
MOST_NAME = 100
_PIECE = 64 * 1024

#: Pillow's name of a format -> the format it is written in, its MIME type, the ending of its name. Animations lose all
#: but their first picture.
_PICTURES = {
    "PNG": ("PNG", "image/png", "png"),
    "GIF": ("PNG", "image/png", "png"),
    "WEBP": ("PNG", "image/png", "png"),
    "JPEG": ("JPEG", "image/jpeg", "jpg"),
    "MPO": ("JPEG", "image/jpeg", "jpg"),
}
#: Pillow finds out by itself that a JPEG holds several pictures (MPO).
_READ = ("PNG", "GIF", "WEBP", "JPEG")
_PICTURE_BYTES = (b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"\xff\xd8\xff", b"RIFF")
_TEXT_ENDINGS = {"txt": "text/plain", "log": "text/plain", "csv": "text/csv"}
_PICTURE_ENDINGS = frozenset({"png", "gif", "webp", "jpg", "jpeg"})
#: What a browser may take for a page, however it is called.
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|\?xml|\?php|%)", re.IGNORECASE)
#: For the ``accept`` of a file field: a hint to the browser only.
ACCEPT = (
    "image/png,image/jpeg,image/webp,image/gif,application/pdf,text/plain,.txt,.log,.csv,.docx,.xlsx,.pptx,.odt,.ods,"
    ".odp,.zip"
)
KINDS = _("Pictures, PDF, Office documents, plain text or a ZIP; up to 10 MB each, at most 5.")


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file as it is stored: its name as people see it, its type by content."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


def check(name: str, content: bytes) -> CheckedFile:
    """The file as it may be stored. Raises Refused."""
    shown = plain_name(name)
    if len(content) > MOST_BYTES:
        raise Refused(refusals.TOO_LARGE, shown)
    if not content.strip(b"\0 \r\n\t"):
        raise Refused(refusals.EMPTY, shown)
    if content.startswith(_PICTURE_BYTES):
        return _picture(shown, content)
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return CheckedFile(_with_ending(shown, "pdf"), "application/pdf", content)
    if content.startswith(archives.MAGIC):
        return _archive(shown, content)
    return _text(shown, content)


def plain_name(name: str) -> str:
    """The last part of a name, without anything that a path, a header or a terminal could take for more than text."""
    last = PurePosixPath(str(name).replace("\\", "/")).name
    text = unicodedata.normalize("NFC", last)
    # Neither control characters nor those that turn the direction of writing round ("exe.gpj" shown as "jpg.exe").
    kept = "".join(each for each in text if unicodedata.category(each)[0] not in "CZ" or each == " ")
    kept = re.sub(r'[<>:"/|?*;%]', "_", kept).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if dot and len(ending) <= 10:
        kept = f"{stem[: MOST_NAME - len(ending) - 1]}.{ending}"
    return kept[:MOST_NAME] or "file"


def _picture(name: str, content: bytes) -> CheckedFile:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_READ) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Refused(refusals.TOO_MANY_PIXELS, name)
                return _written_anew(name, picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(refusals.TOO_MANY_PIXELS, name) from None
    except Refused:
        raise
    except Exception:  # the decoders raise what they like at the files of strangers; none may stop a form or a mail
        logger.info("A picture broke its decoder", exc_info=True)
        raise Refused(refusals.BROKEN, name) from None


def _written_anew(name: str, picture: Image.Image) -> CheckedFile:
    written, content_type, ending = _PICTURES[str(picture.format)]
    turned = upright(picture)
    is_opaque = written == "JPEG" or not ("A" in turned.getbands() or "transparency" in turned.info)
    mode = "RGB" if is_opaque else "RGBA"
    clean = Image.new(mode, turned.size)
    clean.paste(turned.convert(mode))
    into = io.BytesIO()
    clean.save(into, written, **({"quality": 90} if written == "JPEG" else {}))
    return CheckedFile(_with_ending(name, ending), content_type, into.getvalue())


def _archive(name: str, content: bytes) -> CheckedFile:
    """An Office document, or a ZIP of what is taken by itself."""
    budget = Budget()
    found = list(archives.entries(name, content, budget))
    if documents.is_document(found):
        ending, content_type = documents.read(name, found, budget)
        return CheckedFile(_with_ending(name, ending), content_type, content)
    packed = [entry for entry in found if not _is_of_a_mac(entry)]
    if not packed or not all(_may_be_packed(name, entry, budget) for entry in packed):
        raise Refused(refusals.HOLDS_OTHER, name)
    return CheckedFile(_with_ending(name, "zip"), "application/zip", content)


def _is_of_a_mac(entry: archives.Entry) -> bool:
    """What macOS adds to a ZIP: where a folder's icons stand, and what it knows of each file. Nobody opens these."""
    folder, _slash, name = entry.name.rpartition("/")
    if name == ".DS_Store":
        return entry.content.startswith(b"\0\0\0\1Bud1")
    is_beside = name.startswith("._") and folder.partition("/")[0] == "__MACOSX"
    return is_beside and entry.content.startswith(b"\x00\x05\x16\x07")


def _may_be_packed(name: str, entry: archives.Entry, budget: Budget) -> bool:
    """By its content and by its name, because whoever unpacks it opens it by that. No archive within an archive.
    Raises Refused with ``name`` where the documents in it unfold to too much together."""
    ending = entry.name.rpartition(".")[2].lower()
    if entry.content.startswith(_PICTURE_BYTES):
        return ending in _PICTURE_ENDINGS
    if entry.content.startswith(b"%PDF-"):
        return ending == "pdf"
    try:
        if entry.content.startswith(archives.MAGIC):
            inner = list(archives.entries(entry.name, entry.content, budget))
            return documents.is_document(inner) and documents.read(entry.name, inner, budget)[0] == ending
        _text(entry.name, entry.content)
    except Refused as refused:
        if refused.template == refusals.UNFOLDS:
            raise Refused(refusals.UNFOLDS, name) from None
        return False
    return True


def _text(name: str, content: bytes) -> CheckedFile:
    ending = name.rpartition(".")[2].lower()
    content_type = _TEXT_ENDINGS.get(ending)
    if content_type is None or b"\0" in content or _MARKUP.search(content[:4096]):
        raise Refused(refusals.UNKNOWN, name)
    if not (_is_text_in("utf-8-sig", content) or _is_text_in("cp1251", content)):
        raise Refused(refusals.UNKNOWN, name)
    return CheckedFile(name, content_type, content)


def _is_text_in(charset: str, content: bytes) -> bool:
    """Read piece by piece: the text of a large file takes four times its memory."""
    decoder = codecs.getincrementaldecoder(charset)()
    try:
        for begin in range(0, len(content), _PIECE):
            decoder.decode(content[begin : begin + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _with_ending(name: str, ending: str) -> str:
    """The name with the ending of its content: whoever saves it gets what it is."""
    stem, dot, own = name.rpartition(".")
    if dot and own.lower() in {ending, {"jpg": "jpeg"}.get(ending, ending)}:
        return name
    return f"{stem if dot and stem else name}.{ending}"[-MOST_NAME:]
