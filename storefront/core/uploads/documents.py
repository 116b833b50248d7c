"""Office documents: files of Word, Excel and PowerPoint since 2007, and of LibreOffice. Nothing in them may run.

Both kinds are ZIPs. Office Open XML names the type of every part in ``[Content_Types].xml`` and what a part uses in
``*.rels`` (https://ecma-international.org/publications-and-standards/standards/ecma-376/, part 2); OpenDocument says
what it is in its first entry, ``mimetype`` (https://docs.oasis-open.org/office/OpenDocument/v1.3/, part 2, 3.3).
Macros are in parts of their own, and so are embedded objects and ActiveX controls; a template that Word fetches from
elsewhere may hold macros, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.parsers import expat

from storefront.core.uploads.archives import Entry
from storefront.core.uploads.refusals import BROKEN_ARCHIVE, HAS_MACROS, UNKNOWN, Refused

_TYPES = "[Content_Types].xml"
_OOXML = "application/vnd.openxmlformats-officedocument."
#: The type of the main part -> the ending and the type of the file.
_MAIN = {
    f"{_OOXML}wordprocessingml.document.main+xml": ("docx", f"{_OOXML}wordprocessingml.document"),
    f"{_OOXML}spreadsheetml.sheet.main+xml": ("xlsx", f"{_OOXML}spreadsheetml.sheet"),
    f"{_OOXML}presentationml.presentation.main+xml": ("pptx", f"{_OOXML}presentationml.presentation"),
}
_OPEN = {
    f"application/vnd.oasis.opendocument.{kind}": ending
    for kind, ending in (("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp"))
}
ENDINGS = frozenset({ending for ending, _type in _MAIN.values()} | set(_OPEN.values()))
#: Types of parts, and names of parts, that run or hold what runs.
_RUNS = re.compile(r"macro|vba|activex|oleobject|\.package$|controlproperties", re.IGNORECASE)
_RUNNING_PARTS = re.compile(
    r"(^|/)(vba\w*\.(bin|xml)|(activex|embeddings|macrosheets|ctrlprops|basic|scripts)/.)|\.(bin|exe|dll|js|vbs)$",
    re.IGNORECASE,
)
#: Printer settings of Excel are the one harmless ``.bin``.
_HARMLESS = re.compile(r"^\w+/printerSettings/printerSettings\d*\.bin$")
#: The only things that a document may name outside itself: what a person has to press.
_PRESSED = ("/hyperlink",)


def is_document(found: Sequence[Entry]) -> bool:
    return any(entry.name == _TYPES for entry in found) or (bool(found) and found[0].name == "mimetype")


def read(name: str, found: Sequence[Entry]) -> tuple[str, str]:
    """Ending and type of a document, whose entries these are. Raises Refused with ``name``."""
    try:
        is_running = _has_running_part(found) or _runs(found)
        kind = _open_document(found) if found[0].name == "mimetype" else _office(found)
    except (expat.ExpatError, ValueError):
        raise Refused(BROKEN_ARCHIVE, name) from None
    if is_running:
        raise Refused(HAS_MACROS, name)
    if kind is None:
        raise Refused(UNKNOWN, name)
    return kind


def _office(found: Sequence[Entry]) -> tuple[str, str] | None:
    types = [values.get("ContentType", "") for _tag, values in _elements(_named(found, _TYPES))]
    return next((_MAIN[each] for each in types if each in _MAIN), None)


def _open_document(found: Sequence[Entry]) -> tuple[str, str] | None:
    named = found[0].content.decode("ascii").strip()
    is_locked = any(
        tag.rpartition(":")[2] == "encryption-data"
        for tag, _values in _elements(_named(found, "META-INF/manifest.xml"))
    )
    if is_locked:
        raise ValueError("locked with a password")
    return (_OPEN[named], named) if named in _OPEN else None


def _has_running_part(found: Sequence[Entry]) -> bool:
    return any(_RUNNING_PARTS.search(entry.name) and not _HARMLESS.match(entry.name) for entry in found)


def _runs(found: Sequence[Entry]) -> bool:
    """Whether a part is a macro by its type, or fetches something by itself."""
    types = (entry.content for entry in found if entry.name == _TYPES)
    if any(_RUNS.search(values.get("ContentType", "")) for part in types for _tag, values in _elements(part)):
        return True
    uses = (entry.content for entry in found if entry.name.lower().endswith(".rels"))
    return any(
        values.get("TargetMode", "").lower() == "external" and not values.get("Type", "").endswith(_PRESSED)
        for part in uses
        for _tag, values in _elements(part)
    )


def _named(found: Sequence[Entry], name: str) -> bytes:
    content = next((entry.content for entry in found if entry.name == name), None)
    if content is None:
        raise ValueError(f"no {name}")
    return content


def _elements(xml: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Name and attributes of each element. A DOCTYPE, with which entities begin, is refused: neither kind has one."""
    seen: list[tuple[str, dict[str, str]]] = []

    def refuse(*_args: object) -> None:
        raise ValueError("a DOCTYPE")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, values: seen.append((tag, values))
    parser.Parse(xml, True)
    return iter(seen)
