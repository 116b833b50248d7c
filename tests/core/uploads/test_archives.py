"""Office documents and ZIPs: taken whole, or refused; nothing in them may run, unfold without end, or be two things."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.core.uploads import archives, refusals
from storefront.core.uploads.checking import check
from storefront.core.uploads.refusals import Refused
from tests.core.uploads.test_checking import PDF, picture

Parts = dict[str, bytes | str]
OOXML = "application/vnd.openxmlformats-officedocument."
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(parts: Parts, *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return into.getvalue()


def types(main: str, *more: str) -> str:
    rows = "".join(f'<Override PartName="/p{n}" ContentType="{each}"/>' for n, each in enumerate((main, *more)))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types">{rows}</Types>'
    )


def used(kind: str, target: str, *, mode: str = "External") -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{RELS}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    )


DOCX = types(f"{OOXML}wordprocessingml.document.main+xml")
XLSX = types(f"{OOXML}spreadsheetml.sheet.main+xml")


def docx(parts: Parts | None = None, *, of: str = DOCX) -> bytes:
    return packed({"[Content_Types].xml": of, "word/document.xml": "<w/>"} | (parts or {}))


def odf(kind: str = "text", parts: Parts | None = None, manifest: str = "<m/>") -> bytes:
    named: Parts = {"mimetype": f"application/vnd.oasis.opendocument.{kind}", "META-INF/manifest.xml": manifest}
    return packed(named | (parts or {}))


@pytest.mark.parametrize(
    ("name", "content", "stored", "content_type"),
    [
        ("Offer.docx", docx(), "Offer.docx", f"{OOXML}wordprocessingml.document"),
        ("liar.pdf", docx(), "liar.docx", f"{OOXML}wordprocessingml.document"),
        ("links.docx", docx({"word/_rels/document.xml.rels": used("hyperlink", "https://example.com/")}), "links.docx",
         f"{OOXML}wordprocessingml.document"),
        ("printed.xlsx", packed({"[Content_Types].xml": XLSX, "xl/printerSettings/printerSettings1.bin": b"\0\1"}),
         "printed.xlsx", f"{OOXML}spreadsheetml.sheet"),
        ("t.pptx", docx(of=types(f"{OOXML}presentationml.presentation.main+xml")), "t.pptx",
         f"{OOXML}presentationml.presentation"),
        ("a.odt", odf(), "a.odt", "application/vnd.oasis.opendocument.text"),
        ("a.ods", odf("spreadsheet"), "a.ods", "application/vnd.oasis.opendocument.spreadsheet"),
        ("logs.zip", packed({"logs/app.log": "started\n", "scan.png": picture("PNG"), "r.pdf": PDF, "o.docx": docx()}),
         "logs.zip", "application/zip"),
        ("big.zip", packed({"app.log": b"x" * (20 * 1024 * 1024)}), "big.zip", "application/zip"),
    ],
)  # fmt: skip
def test_documents_and_archives_are_kept_byte_by_byte(
    name: str, content: bytes, stored: str, content_type: str
) -> None:
    file = check(name, content)
    assert (file.name, file.content_type, file.content == content) == (stored, content_type, True)


@pytest.mark.parametrize(
    "content",
    [
        docx(of=types("application/vnd.ms-word.document.macroEnabled.main+xml")),
        docx({"word/vbaProject.bin": b"\xd0\xcf"}),
        docx({"word/VBAPROJECT.BIN": b"\xd0\xcf"}),
        docx({"word/harmless.xml": b"\xd0\xcf"}, of=types(f"{OOXML}wordprocessingml.document.main+xml",
                                                          "application/vnd.ms-office.vbaProject")),
        docx({"word/activeX/activeX1.xml": "<x/>"}),
        docx({"word/embeddings/oleObject1.bin": b"\xd0\xcf"}),
        docx({"word/embeddings/sheet.xlsx": b"PK"}),
        docx({"word/_rels/settings.xml.rels": used("attachedTemplate", "https://evil.example/t.dotm")}),
        docx({"word/_rels/settings.xml.rels": used("attachedTemplate", "x").encode("utf-16")}),
        docx({"word/_rels/document.xml.rels": used("oleObject", "file://evil.example/x", mode="external")}),
        packed({"[Content_Types].xml": XLSX, "xl/macrosheets/sheet1.xml": "<x/>"}),
        odf(parts={"Basic/Standard/Module1.xml": "<x/>"}),
        odf(parts={"Scripts/python/x.py": "import os"}),
    ],
)  # fmt: skip
def test_what_may_run_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        check("a.docx", content)
    assert refused.value.template == refusals.HAS_MACROS


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (packed({"run.exe": b"MZ\x90\0"}), refusals.HOLDS_OTHER),
        (packed({"page.html": "<html>"}), refusals.HOLDS_OTHER),
        (packed({"script.js": "alert(1)"}), refusals.HOLDS_OTHER),
        (packed({"photo.exe": picture("PNG")}), refusals.HOLDS_OTHER),
        (packed({"r.pdf.lnk": PDF}), refusals.HOLDS_OTHER),
        (packed({"inner.zip": packed({"a.txt": "a"})}), refusals.HOLDS_OTHER),
        (packed({"inner.docx": packed({"a.txt": "a"})}), refusals.HOLDS_OTHER),
        (packed({"inner.txt": b"Rar!\x1a\x07\x01\0"}), refusals.HOLDS_OTHER),
        (packed({"macros.docx": docx({"word/vbaProject.bin": b"x"})}), refusals.HOLDS_OTHER),
        (packed({"of.docm": docx()}), refusals.HOLDS_OTHER),
        (packed({}), refusals.UNKNOWN),
        (packed({"folder/": ""}), refusals.HOLDS_OTHER),
        (packed({"[Content_Types].xml": types("application/x-other")}), refusals.UNKNOWN),
        (odf("graphics"), refusals.UNKNOWN),
        (docx(of='<!DOCTYPE x [<!ENTITY a "b">]>' + DOCX.partition("?>")[2]), refusals.BROKEN_ARCHIVE),
        (docx(of="not xml"), refusals.BROKEN_ARCHIVE),
        (odf(manifest='<m:manifest xmlns:m="u"><m:encryption-data/></m:manifest>'), refusals.BROKEN_ARCHIVE),
        (packed({"a.txt": b"0" * (archives.MOST_UNFOLDED + 1)}), refusals.UNFOLDS),
        (packed({f"{n}.txt": "a" for n in range(archives.MOST_ENTRIES + 1)}), refusals.UNFOLDS),
    ],
)
def test_what_else_is_refused(content: bytes, why: object) -> None:
    with pytest.raises(Refused) as refused:
        check("a.zip", content)
    assert refused.value.template == why


def _locked(content: bytes) -> bytes:
    at = content.index(b"PK\x01\x02")
    return content[:6] + b"\1\0" + content[8 : at + 8] + b"\1\0" + content[at + 10 :]


def _lying(content: bytes) -> bytes:
    """Says that it unfolds to one byte."""
    at = content.index(b"PK\x01\x02") + 24
    return content[:at] + struct.pack("<I", 1) + content[at + 4 :]


def _twice(content: bytes) -> bytes:
    """Its directory lists one entry two times, as overlapping bombs do."""
    at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    row, tail = content[at:end], content[end:]
    counts = tail[:8] + struct.pack("<HHI", 2, 2, 2 * len(row)) + tail[16:]
    return content[:end] + row.replace(b"a.txt", b"b.txt") + counts


@pytest.mark.parametrize(
    "spoil",
    [
        _locked, _lying, _twice,
        lambda content: content[:-1],
        lambda content: content + b"MZ\x90\0",
        lambda content: archives.MAGIC + b"<script>alert(1)</script>" + content,
        lambda content: content.replace(b"a.txt", b"../xx"),
        lambda content: content.replace(b"a.txt", b"/etcx"),
        lambda content: content.replace(b"a.txt", b"C:xxx"),
        lambda content: content.replace(b"a.txt", b"..\\xx"),
        lambda content: content.replace(b"a.txt", b"x.exe", 1),
        lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
    ],
)  # fmt: skip
def test_an_archive_that_is_two_things_or_leads_out_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    whole = packed({"a.txt": "plain words, several of them"}, how=zipfile.ZIP_STORED)
    assert check("a.zip", whole).content_type == "application/zip"
    with pytest.raises(Refused) as refused:
        check("a.zip", spoil(whole))
    assert refused.value.template == refusals.BROKEN_ARCHIVE


def test_a_link_in_an_archive_is_refused() -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        entry = zipfile.ZipInfo("a.txt")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(Refused):
        check("a.zip", into.getvalue())


@given(st.binary(max_size=60), st.integers(0, 400), st.booleans())
def test_any_damage_is_taken_or_refused(noise: bytes, at: int, is_document: bool) -> None:
    whole = docx() if is_document else packed({"a.txt": "plain words"})
    try:
        check("a.zip", whole[:at] + noise + whole[at + len(noise) :])
    except Refused:
        return
