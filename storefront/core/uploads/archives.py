"""A ZIP, read whole and without trust: every entry is unfolded and compared with its checksum, within a bound.

Two programs must not see different things in it: it begins with its first entry and ends with its directory, no name
stands in it twice, and no name leads out of its folder. The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT;
what overlapping entries do: https://www.usenix.org/conference/woot19/presentation/fifield.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from storefront.core.uploads.bounds import MOST_ENTRIES, MOST_UNFOLDED, Budget, TooMuch
from storefront.core.uploads.refusals import BROKEN_ARCHIVE, UNFOLDS, Refused

__all__ = ["MAGIC", "MOST_ENTRIES", "MOST_UNFOLDED", "Entry", "entries"]

MAGIC = b"PK\x03\x04"
_DIRECTORY_END, _END_LENGTH = b"PK\x05\x06", 22
_STORED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LEADS_OUT = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f]")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file within it, unfolded."""

    name: str
    content: bytes = field(repr=False)


def entries(name: str, content: bytes, budget: Budget) -> Iterator[Entry]:
    """Every file of the archive ``content``, one after the other; folders have none. Raises Refused with ``name``.

    ``budget``: of what people sent, which this archive may be a part of."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = archive.infolist()
            _measure(name, content, listed, budget)
            for entry in listed:
                if not entry.is_dir():
                    yield Entry(entry.filename, _unfolded(archive, entry))
    except _BROKEN:
        raise Refused(BROKEN_ARCHIVE, name) from None


def _measure(name: str, content: bytes, listed: list[zipfile.ZipInfo], budget: Budget) -> None:
    """What can be said before anything is unfolded."""
    try:
        budget.unfold(entries=len(listed), size=sum(entry.file_size for entry in listed))
    except TooMuch:
        raise Refused(UNFOLDS, name) from None
    is_whole = content[-_END_LENGTH:].startswith(_DIRECTORY_END) and min(
        (entry.header_offset for entry in listed), default=-1
    ) == 0  # fmt: skip
    overlaps = sum(entry.compress_size for entry in listed) > len(content)
    names = {entry.filename.casefold() for entry in listed}
    if not is_whole or overlaps or len(names) < len(listed) or any(map(_is_odd, listed)):
        raise Refused(BROKEN_ARCHIVE, name)


def _is_odd(entry: zipfile.ZipInfo) -> bool:
    is_locked = bool(entry.flag_bits & 0x1)
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    return is_locked or is_link or entry.compress_type not in _STORED or bool(_LEADS_OUT.search(entry.orig_filename))


def _unfolded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """At most the size that its directory says, as ``_measure`` has added up; its checksum is compared at the end."""
    with archive.open(entry) as opened:
        content = opened.read()
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile("an entry ends early")
    return content
