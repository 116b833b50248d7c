"""Which files are taken in: by their content, whatever they are called."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storefront.core.uploads import checking, refusals, scanning
from storefront.core.uploads.checking import CheckedFile, check, plain_name
from storefront.core.uploads.refusals import Refused

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def picture(form: str, size: tuple[int, int] = (8, 6), mode: str = "RGB", **more: Any) -> bytes:
    into = io.BytesIO()
    Image.new(mode, size).save(into, form, **more)
    return into.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 60,000 pixels wide and high."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + b"\0" * 64
    )


def archive() -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as zipped:
        zipped.writestr("index.html", "<script>alert(1)</script>")
    return into.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "stored", "content_type"),
    [
        ("a.png", picture("PNG"), "a.png", "image/png"),
        ("a.jpeg", picture("JPEG"), "a.jpeg", "image/jpeg"),
        ("a.JPG", picture("JPEG"), "a.JPG", "image/jpeg"),
        ("photo.webp", picture("WEBP"), "photo.png", "image/png"),
        ("moves.gif", picture("GIF"), "moves.png", "image/png"),
        ("really.html", picture("PNG"), "really.png", "image/png"),
        ("no ending", PDF, "no ending.pdf", "application/pdf"),
        ("Счёт.pdf", PDF, "Счёт.pdf", "application/pdf"),
        ("app.log", b"2026-01-01 started\n", "app.log", "text/plain"),
        ("prices.csv", "имя;цена\n".encode(), "prices.csv", "text/csv"),
        ("old.txt", "Привет".encode("cp1251"), "old.txt", "text/plain"),
    ],
)
def test_what_is_taken_gets_the_name_and_type_of_its_content(
    name: str, content: bytes, stored: str, content_type: str
) -> None:
    file = check(name, content)
    assert (file.name, file.content_type) == (stored, content_type)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("a.html", b"<html><script>alert(1)</script></html>"),
        ("a.txt", b"<!DOCTYPE html><html><body>x</body></html>"),
        ("a.txt", b"\xef\xbb\xbf  <script>alert(1)</script>"),
        ("a.csv", b"a;b\n<?xml version='1.0'?><svg/>"),
        ("a.png", b"<svg/>"),
        ("a.png", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"),
        ("a.gif", b"GIF89a/*<script>alert(1)</script>*/"),
        ("a.jpg", b"\xff\xd8\xff<?php system($_GET[0]); ?>"),
        ("a.png", bomb()),
        ("a.docx", archive()),
        ("a.pdf", archive()),
        ("a.exe", b"MZ\x90\x00\x03"),
        ("a.txt", b"text\0binary"),
        ("a.bin", b"plain words"),
        ("a", b"plain words"),
        ("a.pdf", b"%PDF-1.4 and then nothing"),
        ("empty.txt", b""),
        ("blank.txt", b" \r\n "),
        ("large.txt", b"x" * (checking.MOST_BYTES + 1)),
        ("a.tiff", picture("TIFF")),
    ],
)
def test_what_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        check(name, content)
    assert plain_name(name) in refusal.value.message


def test_nothing_but_the_picture_is_left_of_a_picture() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    both = picture("JPEG", exif=exif.tobytes()) + b"PK\x03\x04<script>alert(1)</script>"
    assert b"taken at home" in both
    clean = check("photo.jpg", both).content
    assert b"taken at home" not in clean and b"<script>" not in clean and b"PK\x03\x04" not in clean
    assert Image.open(io.BytesIO(clean)).size == (8, 6)


def test_a_picture_stands_as_its_camera_held_it_and_keeps_what_is_transparent() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert Image.open(io.BytesIO(check("p.jpg", picture("JPEG", exif=exif.tobytes())).content)).size == (6, 8)
    assert Image.open(io.BytesIO(check("p.png", picture("PNG", mode="LA")).content)).mode == "RGBA"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ada\\scan.png", "scan.png"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie_ x.png"),
        ('"><img src=x>.png', "___img src=x_.png"),
        ("exe\u202egnp.txt", "exegnp.txt"),
        ("...", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_is_nothing_but_a_name(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@given(st.text(max_size=300))
def test_any_name_becomes_a_short_one_without_paths_or_controls(name: str) -> None:
    plain = plain_name(name)
    assert 1 <= len(plain) <= checking.MOST_NAME
    assert plain.isprintable() and not set(plain) & set('/\\<>:"|?*;%\r\n')
    assert plain_name(plain) == plain


@given(st.text(max_size=30), st.binary(max_size=200))
def test_any_content_is_taken_or_refused(name: str, content: bytes) -> None:
    try:
        file = check(name, content)
    except Refused:
        return
    assert file.content_type in (
        "text/plain",
        "text/csv",
        "application/pdf",
        "image/png",
        "image/jpeg",
    )  # no ZIP by luck


# The scanner --------------------------------------------------------------------------------------------------------

FILE = CheckedFile("a.txt", "text/plain", b"EICAR")


#: Orientation 6, and a resolution unit that is text: Pillow reads it and cannot write it.
ODD_EXIF = (
    b"Exif\0\0II*\0\x08\0\0\0\x02\0"
    + struct.pack("<HHII", 0x0112, 3, 1, 6) + struct.pack("<HHI4s", 0x0128, 2, 2, b"2\0") + bytes(4)
)  # fmt: skip


@pytest.mark.parametrize(("orientation", "corner"), enumerate(
    [(0, 0), (31, 0), (31, 15), (0, 15), (0, 0), (15, 0), (15, 31), (0, 31)], start=1
))  # fmt: skip
def test_every_orientation_of_a_camera(orientation: int, corner: tuple[int, int]) -> None:
    photo, exif = Image.new("RGB", (32, 16), "white"), Image.Exif()
    photo.paste("black", (0, 0, 8, 8))
    exif[0x0112] = orientation
    into = io.BytesIO()
    photo.save(into, "JPEG", exif=exif, quality=95)
    shown = Image.open(io.BytesIO(check("a.jpg", into.getvalue()).content))
    assert shown.size == ((32, 16) if orientation < 5 else (16, 32))
    assert sum(shown.getpixel(corner)) < 200  # type: ignore[arg-type]


def test_a_phones_picture_with_an_odd_tag_is_taken() -> None:
    into = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(into, "JPEG", exif=ODD_EXIF)
    assert Image.open(io.BytesIO(check("phone.jpg", into.getvalue()).content)).size == (6, 8)


def test_whatever_breaks_the_decoder_is_a_damaged_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_more: Any) -> Any:
        raise struct.error("odd")

    monkeypatch.setattr(Image, "open", broken)
    with pytest.raises(Refused) as refused:
        check("a.png", b"\x89PNG\r\n\x1a\n rest")
    assert refused.value.template == refusals.BROKEN


@pytest.fixture
def scanner(tmp_path: Path, settings: Any) -> Any:
    """Write the scanner: a script that is given the path."""

    def write(script: str) -> None:
        path = tmp_path / "scan"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        settings.UPLOAD_SCAN_COMMAND = f"{path} --quiet"

    return write


def test_a_scanner_judges_the_content(scanner: Any) -> None:
    scanner('test "$1" = --quiet || exit 2; grep -q EICAR "$2" && exit 1; exit 0')
    scanning.scan(CheckedFile("a.txt", "text/plain", b"fine"))
    with pytest.raises(Refused, match="refused by our virus scanner"):
        scanning.scan(FILE)


@pytest.mark.parametrize("script", ["exit 2", "kill -9 $$", "sleep 5"])
def test_what_cannot_be_judged_is_not_taken(scanner: Any, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "PATIENCE", 0.3)
    scanner(script)
    with pytest.raises(Refused, match="could not be checked"):
        scanning.scan(FILE)


def test_a_scanner_that_is_not_there_lets_nothing_in(settings: Any) -> None:
    settings.UPLOAD_SCAN_COMMAND = "/nowhere/scan"
    with pytest.raises(Refused, match="could not be checked"):
        scanning.scan(FILE)


def test_without_a_scanner_there_is_nothing_to_ask(settings: Any) -> None:
    settings.UPLOAD_SCAN_COMMAND = ""
    scanning.scan(FILE)
