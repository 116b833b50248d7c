"""What leaves the shop as a spreadsheet holds no formulas, and numbers stay numbers."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from storefront.core.serving import ranged
from storefront.core.spreadsheets import CSV, XLSX, FormulaInjectionMiddleware, cell

HOSTILE = ['=HYPERLINK("https://evil.example","x")', "@SUM(1)", "+1", "-1+1", "-cmd|' /C calc'!A0", "\t=1+1", "\r=1+1"]
HOSTILE += [
    "\n=1",
    " =1+1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b=1",
    "＝1+1",
    "－1+1",
    "＋1",
    "＠SUM(1)",
    "=",
    "-",
    "+",
    "-1\n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_could_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


HARMLESS = ["", "Ada Buyer", "a=b", "1+1", "-12.50", "-12,5", "12", "2026-11-29", "'quoted", "10%", "ada@example.com"]


@pytest.mark.parametrize("value", [*HARMLESS, -5, 0, Decimal("-12.50"), -0.5, None, True, date(2026, 1, 1)])
def test_other_text_and_numbers_stay_what_they_are(value: Any) -> None:
    assert cell(value) is value


@given(st.text(max_size=30))
def test_no_text_becomes_a_formula(text: str) -> None:
    safe = cell(text)
    assert safe.removeprefix("'") == text.removeprefix("'")
    if not safe.replace(",", "").replace(".", "").removeprefix("-").isdecimal():
        assert safe.strip()[:1] not in set("=+-@＝＋－＠")
    assert cell(safe) == safe


def answered(response: Any) -> Any:
    return FormulaInjectionMiddleware(lambda request: response)(RequestFactory().get("/"))


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10), min_size=1), max_size=5))
def test_cells_of_a_csv_are_kept_but_for_formulas(rows: list[list[str]]) -> None:
    plain = StringIO(newline="")
    csv.writer(plain).writerows(rows)
    whole = answered(HttpResponse(plain.getvalue(), content_type="text/csv; charset=utf-8")).content
    streamed = answered(StreamingHttpResponse(iter([plain.getvalue().encode()]), content_type=CSV)).getvalue()
    assert whole == streamed
    read = list(csv.reader(StringIO(whole.decode(), newline="")))
    assert read == [[cell(value) for value in row] for row in rows]


def test_several_lines_quotes_and_separators_in_a_cell_are_kept() -> None:
    body = 'name,sum\r\n"Acme, ""Inc.""\r\nLondon",-12.50\r\n"=1,2",3\r\n'
    response = answered(HttpResponse(body, content_type=CSV, headers={"Content-Length": "1"}))
    assert response.content.decode() == body.replace('"=1,2"', '"\'=1,2"')
    assert response["Content-Length"] == str(len(response.content))


def test_cells_of_a_workbook_are_kept_but_for_formulas() -> None:
    book = Workbook()
    values = ["=1+1", "@SUM(1)", "Ada", -5, 12.5, datetime(2026, 11, 29, 12, 0), None, True]
    book.active.append(values)
    content = BytesIO()
    book.save(content)
    content.seek(0)
    sent = answered(FileResponse(content, content_type=XLSX)).getvalue()
    [row] = load_workbook(BytesIO(sent)).active.iter_rows()
    assert [place.value for place in row] == ["'=1+1", "'@SUM(1)", *values[2:]]
    assert "f" not in [place.data_type for place in row]


def test_what_is_no_spreadsheet_is_left_alone() -> None:
    assert answered(JsonResponse({"name": "=1"})).content == b'{"name": "=1"}'
    assert answered(HttpResponse("=1")).content == b"=1"


def test_file_that_was_uploaded_is_sent_as_it_is() -> None:
    view = ranged(lambda request: FileResponse(BytesIO(b"=1,2"), content_type=CSV))
    assert answered(view(RequestFactory().get("/"))).getvalue() == b"=1,2"
