"""Parts of documents that are XML: judged element by element, within a bound, only as far as it takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.parsers import expat

from storefront.core.uploads.bounds import Budget

#: Judges the name of an element, without its prefix, and its attributes: True ends the reading.
Judge = Callable[[str, dict[str, str]], bool]
#: Elements within elements: what is open takes memory.
MOST_DEPTH = 1000
#: Elements whose text is an instruction to Word, and what begins, parts and ends one.
_INSTRUCTION, _SIMPLE, _BOUNDARY = "instrText", "fldSimple", "fldChar"
#: No blank of it is a line's end: many empty lines would take time squared.
_STARTS_PROGRAM = re.compile(r"^[^\S\n]*DDE(AUTO)?\b", re.IGNORECASE | re.MULTILINE)
_OTHER_PROGRAM = re.compile(r"\bDDE\s*\(", re.IGNORECASE)
#: Without these bytes a part in UTF-8 holds no such field or link, and need not be read.
_FIELD_SIGNS, _LINK_SIGNS = re.compile(rb"instr"), re.compile(rb"dde-|object-ole|(?i:dde\s*\()|&#")
_XML = re.compile(rb"[\xef\xbb\xbf\xff\xfe\0 \t\r\n]*<")
_UTF_8 = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?!\0)(?!\?xml[^>]{0,300}?encoding\s*=\s*[\"'](?!utf-8[\"']))", re.IGNORECASE
)


class _Judged(Exception):
    """The verdict is there."""


def any_in_list(xml: bytes, judge: Judge, budget: Budget) -> bool:
    """Whether the judge says so of an element of a part that lists others. Raises TooMuch, ExpatError, ValueError."""
    budget.read_list(xml)
    return _any_element(xml, judge)


def starts_program_by_field(xml: bytes, budget: Budget) -> bool:
    """Whether a field of Word starts another program (DDE), however its name is cut into pieces."""
    if not _is_suspect(xml, _FIELD_SIGNS):
        return False
    parser, pieces = expat.ParserCreate(), [""]

    def start(tag: str, values: dict[str, str]) -> None:
        name = _local(tag)
        parser.CharacterDataHandler = pieces.append if name == _INSTRUCTION else None
        if name == _BOUNDARY:
            pieces.append("\n")
        elif name == _SIMPLE:
            pieces.extend(("\n", *(text for key, text in values.items() if _local(key) == "instr"), "\n"))

    parser.buffer_text = True
    budget.read(xml)
    _parsed(xml, parser, start)
    return bool(_STARTS_PROGRAM.search("".join(pieces)))


def links_to_program(xml: bytes, budget: Budget) -> bool:
    """Whether a part of an OpenDocument is linked with another program (DDE), or shows an object of one (OLE)."""

    def is_link(name: str, values: dict[str, str]) -> bool:
        if name.startswith("dde-") or name == "object-ole":
            return True
        return any(_local(key) == "formula" and _OTHER_PROGRAM.search(text) for key, text in values.items())

    if not _is_suspect(xml, _LINK_SIGNS):
        return False
    budget.read(xml)
    return _any_element(xml, is_link)


def _is_suspect(content: bytes, signs: re.Pattern[bytes]) -> bool:
    return bool(_XML.match(content)) and (not _UTF_8.match(content) or bool(signs.search(content)))


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _any_element(xml: bytes, judge: Judge) -> bool:
    def start(tag: str, values: dict[str, str]) -> None:
        if judge(_local(tag), values):
            raise _Judged

    return _parsed(xml, expat.ParserCreate(), start)


def _parsed(xml: bytes, parser: expat.XMLParserType, start: Callable[[str, dict[str, str]], None]) -> bool:
    """Whether it is judged. A DOCTYPE, with which entities begin, is refused: no document has one."""
    depth = 0

    def refuse(*_args: object) -> None:
        raise ValueError("a DOCTYPE")

    def down(tag: str, values: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise ValueError("too deep")
        start(tag, values)

    def up(_tag: str) -> None:
        nonlocal depth
        depth -= 1
        parser.CharacterDataHandler = None

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = down, up
    try:
        parser.Parse(xml, True)
    except _Judged:
        return True
    return False
