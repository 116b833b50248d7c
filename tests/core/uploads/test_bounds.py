"""A few KB of upload stop nothing: one bound for a file and all that is packed in it. And what documents may hold."""

from __future__ import annotations

import time

import pytest

from storefront.core.uploads import refusals
from storefront.core.uploads.bounds import MOST_ENTRIES, MOST_LIST, MOST_LISTS, MOST_UNFOLDED, MOST_XML
from storefront.core.uploads.checking import check
from storefront.core.uploads.refusals import Refused
from storefront.core.uploads.xml_parts import MOST_DEPTH
from tests.core.uploads.test_archives import DOCX, OOXML, RELS, XLSX, Parts, docx, odf, packed, types, used

MEGABYTE = 1024 * 1024
APPLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refusal(content: bytes, name: str = "a.zip") -> object:
    with pytest.raises(Refused) as refused:
        check(name, content)
    return refused.value.template


def elements(size: int) -> bytes:
    return b"<x>" + b"<a/>" * (size // 4) + b"</x>"


def word(body: str, part: str = "document") -> bytes:
    return docx({f"word/{part}.xml": f'<w:document xmlns:w="urn:w">{body}</w:document>'})


@pytest.mark.parametrize(
    "parts",
    [
        {"[Content_Types].xml": elements(MOST_LIST + MEGABYTE)},
        {"[Content_Types].xml": DOCX, "_rels/.rels": elements(MOST_LIST + MEGABYTE)},
        {"mimetype": "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml": elements(2 * MOST_LIST)},
        {"[Content_Types].xml": DOCX}
        | {f"_rels/{n}.rels": elements(MOST_LIST - 9) for n in range(MOST_LISTS // MOST_LIST)},
        {"[Content_Types].xml": DOCX, "word/document.xml": elements(MOST_XML) + b"<!-- instr -->"},
        {"[Content_Types].xml": DOCX}
        | {f"word/{n}.xml": elements(MOST_XML // 2) + b"<!-- instr -->" for n in range(3)},
    ],
)
def test_xml_is_read_within_a_bound(parts: Parts) -> None:
    content, begun = packed(parts), time.process_time()
    assert len(content) < MEGABYTE // 4
    assert refusal(content) == refusals.UNFOLDS
    assert time.process_time() - begun < 3


def test_elements_lie_not_too_deep_in_each_other() -> None:
    def nested(depth: int) -> bytes:
        return docx({"word/document.xml": "<d>" * depth + "<!--instr-->" + "</d>" * depth})

    assert check("a.docx", nested(MOST_DEPTH)).name == "a.docx"
    assert refusal(nested(MOST_DEPTH + 1)) == refusals.BROKEN_ARCHIVE


@pytest.mark.parametrize("blank", ["\n", " ", "\n<x/>", "</instrText><fldChar/><instrText>"])
def test_blanks_in_fields_take_no_time(blank: str) -> None:
    content = docx({"word/document.xml": f"<d><instrText>{blank * (MEGABYTE // 8)}</instrText></d>"})
    begun = time.process_time()
    assert check("a.docx", content).name == "a.docx"
    assert time.process_time() - begun < 3


def test_all_documents_in_an_archive_share_its_bound() -> None:
    large = docx({"word/media/a.bmp": b"x" * (MOST_UNFOLDED // 4)})
    assert check("a.zip", packed({f"{n}.docx": large for n in range(3)})).content_type == "application/zip"
    assert refusal(packed({f"{n}.docx": large for n in range(4)})) == refusals.UNFOLDS
    many = docx({f"word/{n}.bmp": b"x" for n in range(MOST_ENTRIES // 4)})
    assert check("a.zip", packed({f"{n}.docx": many for n in range(3)})).content_type == "application/zip"
    assert refusal(packed({f"{n}.docx": many for n in range(4)})) == refusals.UNFOLDS


def test_what_a_mac_adds_to_an_archive_is_passed_over() -> None:
    mac: Parts = {"a.txt": "words", "__MACOSX/._a.txt": APPLE, ".DS_Store": b"\0\0\0\1Bud1"}
    assert check("a.zip", packed(mac)).content_type == "application/zip"
    for name in ("__MACOSX/._a.exe", "__MACOSX/a.exe", ".DS_Store"):
        assert refusal(packed({"a.txt": "words", name: b"MZ\x90\0"})) == refusals.HOLDS_OTHER
    assert refusal(packed({".DS_Store": b"\0\0\0\1Bud1"})) == refusals.HOLDS_OTHER


def test_a_chart_brings_its_table() -> None:
    table = packed({"[Content_Types].xml": XLSX, "xl/workbook.xml": "<x/>"})
    assert check("a.docx", docx({"word/embeddings/Microsoft_Excel_Sheet1.xlsx": table})).name == "a.docx"
    macros = packed({"[Content_Types].xml": XLSX, "xl/vbaProject.bin": b"x"})
    deep = packed({"[Content_Types].xml": XLSX, "xl/embeddings/a.xlsx": table})
    for inner in (macros, deep, docx()):
        assert refusal(docx({"word/embeddings/Microsoft_Excel_Sheet1.xlsx": inner})) == refusals.HAS_MACROS


@pytest.mark.parametrize("kind", ["image", "video", "externalLinkPath"])
def test_what_is_shown_from_elsewhere_is_refused_in_words_of_its_own(kind: str) -> None:
    linked = docx({"word/_rels/document.xml.rels": used(kind, "https://example.com/a.png")})
    assert refusal(linked) == refusals.IS_LINKED
    both = {"word/_rels/a.xml.rels": used("image", "x"), "word/_rels/b.xml.rels": used("attachedTemplate", "x")}
    assert refusal(docx({**both})) == refusals.HAS_MACROS
    assert RELS in used(kind, "x")


@pytest.mark.parametrize(
    "content",
    [
        word('<w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"</w:instrText>'),
        word('<w:fldSimple w:instr=" dde excel a b"/>'),
        word("<w:r><w:instrText> D</w:instrText></w:r><w:r><w:instrText>DE&#65;UTO x</w:instrText></w:r>", "header1"),
        docx({"word/document.xml": '<d xmlns="u"><instrText>DDEAUTO x</instrText></d>'.encode("utf-16")}),
        docx({"word/document.xml": "<d><instrText>DDEAUTO x</instrText>"}),
        docx({"word/media/a.png": OLE}),
        odf(parts={"Object 1": OLE}),
        odf(parts={"Object 1": "x"}, manifest='<m><e media-type="application/vnd.sun.star.oleobject"/></m>'),
        odf("spreadsheet", parts={"content.xml": '<o xmlns:t="u"><t:dde-source t:dde-application="cmd"/></o>'}),
    ],
)  # fmt: skip
def test_programs_that_a_field_an_object_or_a_link_starts_are_refused(content: bytes) -> None:
    assert refusal(content) in (refusals.HAS_MACROS, refusals.BROKEN_ARCHIVE)


@pytest.mark.parametrize(
    "parts",
    [
        {
            "[Content_Types].xml": types(
                f"{OOXML}spreadsheetml.sheet.main+xml", f"{OOXML}spreadsheetml.externalLink+xml"
            )
        },
        {"[Content_Types].xml": XLSX, "xl/externalLinks/externalLink1.xml": "<ddeLink ddeService='cmd'/>"},
        {"[Content_Types].xml": XLSX, "xl/_rels/workbook.xml.rels": used("externalLink", "a.xml", mode="Internal")},
    ],
)
def test_links_of_excel_with_books_and_programs_are_refused(parts: Parts) -> None:
    assert refusal(packed(parts)) == refusals.IS_LINKED


def test_words_about_it_are_no_field() -> None:
    assert check("a.docx", word("<w:t>DDEAUTO is old.</w:t><w:instrText>PAGE</w:instrText><w:t>DDE</w:t>")).content
    assert check("a.odt", odf(parts={"content.xml": "<o><p>dde-source</p></o>"})).content


def test_a_long_text_is_read_piece_by_piece() -> None:
    letter = "\N{GRINNING FACE}".encode()
    assert check("a.zip", packed({"a.txt": b"x" * 65535 + letter * 30_000})).content_type == "application/zip"
    assert refusal(packed({"a.txt": b"x" * 65535 + b"\x98" + letter})) == refusals.HOLDS_OTHER
    assert check("a.txt", b"x" * 65535 + "Ж".encode("cp1251")).content_type == "text/plain"
