"""Office documents: files of Word, Excel and PowerPoint since 2007, and of LibreOffice. Nothing in them may run.

Both kinds are ZIPs. Office Open XML names the type of every part in ``[Content_Types].xml`` and what a part uses in
``*.rels`` (https://ecma-international.org/publications-and-standards/standards/ecma-376/, part 2); OpenDocument says
what it is in its first entry, ``mimetype`` (https://docs.oasis-open.org/office/OpenDocument/v1.3/, part 2, 3.3).
Macros are in parts of their own, and so are embedded objects and ActiveX controls; a template that Word fetches from
elsewhere may hold macros, too. Other programs are started by fields of Word, links of Excel and objects of LibreOffice.
The table of a chart is an Office document, which is judged like the one around it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.parsers import expat

from django.utils.functional import Promise

from storefront.core.uploads import archives, xml_parts
from storefront.core.uploads.archives import Entry
from storefront.core.uploads.bounds import Budget, TooMuch
from storefront.core.uploads.refusals import BROKEN_ARCHIVE, HAS_MACROS, IS_LINKED, UNFOLDS, UNKNOWN, Refused

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
#: Where charts keep their tables.
_TABLE = re.compile(r"^\w+/embeddings/[^/]+\.xlsx$", re.IGNORECASE)
#: An object of another program begins so, whatever it is called.
_OBJECT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: The only things that a document may name outside itself: what a person has to press. What it shows from there is
#: refused in words of its own; all else may bring macros.
_PRESSED = ("/hyperlink",)
_SHOWN = ("/image", "/video", "/audio", "/media", "/externalLinkPath")
#: Links of Excel with other workbooks and programs.
_LINKED = re.compile(r"(^|/)externalLinks/.|\.externalLink\+xml$|/externalLink$", re.IGNORECASE)

Kind = tuple[str, str]
#: What it is, if it is known; why it is not taken.
Judged = tuple[Kind | None, Promise | None]


def is_document(found: Sequence[Entry]) -> bool:
    return any(entry.name == _TYPES for entry in found) or (bool(found) and found[0].name == "mimetype")


def read(name: str, found: Sequence[Entry], budget: Budget, *, is_inner: bool = False) -> Kind:
    """Ending and type of a document, whose entries these are. Raises Refused with ``name``."""
    try:
        kind, why = _open_document(found, budget) if found[0].name == "mimetype" else _office(found, budget)
        if _has_running_part(found, budget, is_inner=is_inner):
            why = HAS_MACROS
    except (expat.ExpatError, ValueError):
        raise Refused(BROKEN_ARCHIVE, name) from None
    except TooMuch:
        raise Refused(UNFOLDS, name) from None
    if why is not None:
        raise Refused(why, name)
    if kind is None:
        raise Refused(UNKNOWN, name)
    return kind


def _office(found: Sequence[Entry], budget: Budget) -> Judged:
    types: list[str] = []

    def runs(_tag: str, values: dict[str, str]) -> bool:
        types.append(values.get("ContentType", ""))
        return bool(_RUNS.search(types[-1]))

    if xml_parts.any_in_list(_named(found, _TYPES), runs, budget):
        return None, HAS_MACROS
    kind = next((_MAIN[each] for each in types if each in _MAIN), None)
    is_linked = any(_LINKED.search(each) for each in (*types, *(entry.name for entry in found)))
    for entry in found:
        if entry.name.lower().endswith(".rels"):
            uses = _Uses()
            if xml_parts.any_in_list(entry.content, uses.fetches, budget):
                return kind, HAS_MACROS
            is_linked = is_linked or uses.is_linked
        elif kind is not None and kind[0] == "docx" and xml_parts.starts_program_by_field(entry.content, budget):
            return kind, HAS_MACROS
    return kind, IS_LINKED if is_linked else None


class _Uses:
    """What a part uses: whether it shows something from elsewhere, or fetches it by itself."""

    is_linked = False

    def fetches(self, _tag: str, values: dict[str, str]) -> bool:
        kind, is_elsewhere = values.get("Type", ""), values.get("TargetMode", "").lower() == "external"
        is_shown = bool(_LINKED.search(kind)) or (is_elsewhere and kind.endswith(_SHOWN))
        self.is_linked = self.is_linked or is_shown
        return is_elsewhere and not is_shown and not kind.endswith(_PRESSED)


def _open_document(found: Sequence[Entry], budget: Budget) -> Judged:
    named = found[0].content[:100].decode("ascii").strip()
    runs: list[bool] = []

    def is_locked(tag: str, values: dict[str, str]) -> bool:
        if any("oleobject" in text.lower() for text in values.values()):
            runs.append(True)
        return tag == "encryption-data" or bool(runs)

    is_judged = xml_parts.any_in_list(_named(found, "META-INF/manifest.xml"), is_locked, budget)
    if is_judged and not runs:
        raise ValueError("locked with a password")
    if is_judged or any(xml_parts.links_to_program(entry.content, budget) for entry in found):
        return None, HAS_MACROS
    return ((_OPEN[named], named) if named in _OPEN else None), None


def _has_running_part(found: Sequence[Entry], budget: Budget, *, is_inner: bool) -> bool:
    """Tables of charts are judged in the document itself only: what they hold in turn is refused."""
    for entry in found:
        if not is_inner and _TABLE.match(entry.name):
            if not _is_table(entry, budget):
                return True
        elif entry.content.startswith(_OBJECT) or (
            _RUNNING_PARTS.search(entry.name) and not _HARMLESS.match(entry.name)
        ):
            return True
    return False


def _is_table(entry: Entry, budget: Budget) -> bool:
    try:
        inner = list(archives.entries(entry.name, entry.content, budget))
        return is_document(inner) and read(entry.name, inner, budget, is_inner=True)[0] == "xlsx"
    except Refused as refused:
        if refused.template == UNFOLDS:
            raise
        return False


def _named(found: Sequence[Entry], name: str) -> bytes:
    content = next((entry.content for entry in found if entry.name == name), None)
    if content is None:
        raise ValueError(f"no {name}")
    return content
