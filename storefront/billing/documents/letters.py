"""The letters that documents can be printed with: those of the shipped font."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

FONT = Path(__file__).parent / "fonts" / "NotoSans.ttf"
#: Categories of Unicode that leave no mark on paper: control and format characters, ends of lines.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})


def missing(text: str) -> str:
    """The characters that the font does not have, each once; "" if all of ``text`` can be printed."""
    known = _known()
    return "".join(dict.fromkeys(each for each in text if ord(each) not in known and _is_seen(each)))


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    """Code points by the font's table ``cmap``, of which format 12 has all:
    https://learn.microsoft.com/typography/opentype/spec/cmap"""
    font = FONT.read_bytes()
    return frozenset(point for first, last in _groups(font, _table(font, b"cmap")) for point in range(first, last + 1))


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * at) for at in range(count))
    return next(int(offset) for name, _checksum, offset, _length in records if name == tag)


def _groups(font: bytes, cmap: int) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    offsets = (cmap + struct.unpack_from(">I", font, cmap + 8 + 8 * at)[0] for at in range(count))
    table = next(offset for offset in offsets if struct.unpack_from(">H", font, offset) == (12,))
    (groups,) = struct.unpack_from(">I", font, table + 12)
    for at in range(groups):
        first, last, _glyph = struct.unpack_from(">III", font, table + 16 + 12 * at)
        yield first, last
