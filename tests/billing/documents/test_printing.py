"""What a PDF shows, whatever is written into it."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from pypdf import PdfReader

from storefront.billing.documents import letters
from storefront.billing.documents.content import DocumentKind, StatementEntry
from storefront.billing.documents.errors import CannotIssue
from storefront.billing.documents.models import DocumentSettings
from storefront.billing.documents.printing import page, pdf
from storefront.billing.documents.printing.amounts_in_words import in_words
from tests.billing.documents.contents import PAYER, STATEMENT, make_content, printed, sheets

LETTERS = (
    "ABCXYZ abcxyz ÄÖÜäöüß ÀÉÎÕÇàéîõç ĄĆĘŁŃÓŚŹŻąćęłńóśźż ČŠŽčšž ĞİŞğış ŐŰőű ĀĒĪŪāēīū ȘȚșț ÅÆØåæø ΑΒΓΩαβγω "
    "АБВЯабвяЁё ҐЄІЇґєії ЎўІі ӘҒҚҢӨҰҮҺІәғқңөұүһі ЉЊЏљњџ ₽ ₸ ₴ € £ ¥ $ zł Kč ₺ ₼ ₾ ₪ № § « » „ “ ” ’ – — … × ° %"
)


@pytest.mark.parametrize("style", ["eu", "cis", "simple"])
@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_is_printed_in_two_languages_as_pdf_a_the_same_each_time(kind, style):
    content = make_content(kind, languages=("en", "ru"))
    made = printed(content, style=style)
    assert made == printed(content, style=style)
    reader = PdfReader(io.BytesIO(made))
    assert b"pdfaid" in reader.trailer["/Root"]["/Metadata"].get_data()
    assert reader.metadata.title.endswith("ACT-2026-000001")
    text = " ".join(sheets(made))
    assert "Northbridge Software Ltd" in text and "Acme GmbH" in text
    assert any(letter in text for letter in "АПС"), "the second language is missing"


def test_all_letters_of_our_markets_are_in_the_font():
    (text,) = sheets(printed(make_content(payer=replace(PAYER, name=LETTERS))))
    assert "ӘҒҚҢӨҰҮҺІ" in text and "₸" in text


@pytest.mark.parametrize("name", ["株式会社", "شركة", "Acme 🚀"])
def test_a_letter_that_cannot_be_printed_is_told_instead_of_an_empty_box(name):
    with pytest.raises(CannotIssue) as told:
        printed(make_content(payer=replace(PAYER, name=name)))
    (sentence,) = told.value.sentences
    assert str(sentence.values["letters"])[0] in name


def test_the_letters_that_are_refused_are_those_that_typst_cannot_print():
    ranges = (range(0x20, 0x600), range(0x1E00, 0x2200), range(0x3040, 0x3060), range(0x1F600, 0x1F610))
    every = [chr(point) for points in ranges for point in points if chr(point).isprintable()]
    printable = [char for char in every if not letters.missing(char)]
    sheets(printed(make_content(payer=replace(PAYER, name=" ".join(printable)))))
    assert len(printable) > 1500
    for char in letters.missing("".join(every))[::40]:
        with pytest.raises(CannotIssue):
            printed(make_content(payer=replace(PAYER, name=char)))


def test_the_pdf_is_what_pdf_a_3_asks_for():
    """By ISO 19005-3, as far as the structure of the file shows it; nothing here judges the drawing itself."""
    png = (Path(settings.BASE_DIR) / "fixtures" / "demo" / "seals" / "seal.svg").read_text()
    sheet = page.of(make_content(), DocumentSettings(style="cis"), {"seal": pdf.rasterised(png)})
    found = PdfReader(io.BytesIO(pdf.printed(sheet, on=date(2026, 12, 1))))
    root = found.trailer["/Root"]
    about = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in about and "<pdfaid:conformance>B</pdfaid:conformance>" in about
    (intent,) = root["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1" and intent.get_object()["/DestOutputProfile"].get_data()
    assert "/Encrypt" not in found.trailer and found.trailer["/ID"]
    assert not {"/AA", "/OpenAction", "/AcroForm", "/JavaScript"} & set(root)
    embedded = 0
    for sheet in found.pages:
        assert "/AA" not in sheet
        for font in sheet["/Resources"]["/Font"].values():
            kind = font.get_object()
            for inner in kind.get("/DescendantFonts", [kind]):
                described = inner.get_object()["/FontDescriptor"]
                embedded += 1
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described) and "/ToUnicode" in kind
    assert embedded


def test_what_people_type_is_never_markup():
    hostile = '#evil $x$ *b* _i_ @ref <label> \\ `code` "quoted" //no [c] {d} #let x = 1 &amp; = title'
    (text,) = sheets(printed(make_content(payer=replace(PAYER, name=hostile), description=hostile)))
    assert text.count(hostile) >= 2


@pytest.mark.parametrize("kind", ["receipt", "reconciliation"])
def test_a_providers_long_reference_stays_within_its_column(kind):
    reference = "cs_live_" + "a1B2c3D4e5" * 6
    entry = StatementEntry(on=STATEMENT.first, text=f"Payment {reference}", credit=Decimal(1))
    statement = {"statement": replace(STATEMENT, entries=(entry,))} if kind == "reconciliation" else {}
    (text,) = sheets(printed(make_content(kind, payment_reference=reference, **statement)))
    assert reference not in text and reference in text.replace(" ", "")


def test_sixty_lines_run_over_sheets_and_each_repeats_the_head():
    made = sheets(
        printed(make_content(lines=60, description="A license with a name that takes two lines of the column " * 2))
    )
    assert len(made) > 2
    assert all("Description" in sheet for sheet in made[:-1])
    assert f"1 / {len(made)}" in made[0] and "€600.00" in made[-1]
    assert "Transferred by" in made[-1] and "The rights were transferred" in made[-1]


@pytest.mark.parametrize(("net", "quantity", "price"), [("96721.31", 2, "48,360.655"), ("10.00", 3, "3.3333")])
def test_the_price_of_a_piece_has_the_places_it_needs(net, quantity, price):
    amount = Decimal(net)
    content = make_content()
    line = replace(content.lines[0], quantity=Decimal(quantity), net_before_discount=amount, net=amount, gross=amount)
    (text,) = sheets(printed(replace(content, lines=(line,), net=amount, gross=amount)))
    assert price in text


def test_a_reconciliation_shows_both_columns_and_says_who_owes_what():
    (text,) = sheets(printed(make_content("reconciliation")))
    assert text.count("96.00") == 4  # entry and turnover, twice
    assert "Acme GmbH owes Northbridge Software Ltd €70.00 (seventy euro and 00 cents)" in text


def test_kazakhstan_and_russia_have_the_bank_the_words_and_the_place_of_the_seal():
    content = make_content("invoice", due=Decimal("10.00"), languages=("ru",), currency="RUB")
    (text,) = sheets(printed(content, style="cis", bank_account="40702810938000000001", bank_code="044525225"))
    assert "40702810938000000001" in text and "044525225" in text
    assert "Десять рублей 00 копеек" in text and "М. П." in text


@pytest.mark.parametrize(
    ("amount", "currency", "language", "words"),
    [
        ("1199.00", "RUB", "ru", "Одна тысяча сто девяносто девять рублей 00 копеек"),
        ("21.05", "KZT", "ru", "Двадцать один тенге 05 тиынов"),
        ("99.90", "EUR", "en", "Ninety-nine euro and 90 cents"),
        ("0.00", "EUR", "en", "Zero euro and 00 cents"),
        ("1200", "JPY", "en", "One thousand, two hundred JPY"),
        ("1.250", "KWD", "ru", "Один 250/1000 KWD"),
        ("5.10", "XYZ", "en", "Five 10/100 XYZ"),
    ],
)
def test_sums_in_words(amount, currency, language, words):
    with translation.override(language):
        assert in_words(Decimal(amount), currency) == words


def test_the_day_of_the_document_is_that_of_the_file():
    made = printed(make_content(issued_on=date(2026, 3, 5)))
    assert PdfReader(io.BytesIO(made)).metadata.creation_date.date() == date(2026, 3, 5)


def test_two_threads_print_at_once():
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90"><circle cx="45" cy="45" r="40"/></svg>'
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(pdf.rasterised, [drawing] * 8))
    assert len(set(made)) == 1
