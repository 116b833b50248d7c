"""The files of the reports hold what their pages show; addresses that make no sense are answered all the same."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from storefront.backoffice.reports import licenses
from storefront.backoffice.reports.base import ENTRIES
from tests.backoffice.reports.reading import YEAR, file_of, page, rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("trade", "at_the_end")]


def test_licenses_are_exported_as_the_page_shows_them(owner: Client) -> None:
    """Each table under its own headings."""
    path = f"/admin/reports/licenses/?{YEAR}"
    answer = owner.get(f"{path}&export=csv")
    lines = list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    exported, head = [], []
    for line in lines:
        if line[0] == "Table":
            head = line
        else:
            exported.append(dict(zip(head, line, strict=True)))
    shown, head = [], []
    for row in rows_of(page(owner, path)):
        if row[0] == "Product":
            head = row
        elif row[0] != "Total":
            shown.append(dict(zip(head, row, strict=True)))
    assert {row["Table"] for row in exported} == {"Licenses", "Renewals"}
    assert len(shown) == len(exported)
    for on_page, in_file in zip(shown, exported, strict=True):
        for name, text in on_page.items():
            value = "" if text == "–" else text.rstrip("%").strip()
            assert (in_file[name] == value) or Decimal(in_file[name]) == Decimal(value.replace(",", "")), (name, text)


def test_a_long_list_links_the_pages_nearby(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licenses, "PER_PAGE", 2)
    body = page(owner, f"/admin/reports/licenses/list/?{YEAR}&p=5")
    numbers = [int(number) for number in re.findall(r'href="[^"]*&amp;p=\d+"[^>]*>(\d+)</a>', body)]
    assert numbers[:4] == [1, 4, 5, 6] and len(numbers) == 5 and numbers[4] > 20


def test_every_workbook_holds_what_the_text_file_holds(owner: Client) -> None:
    for entry in ENTRIES:
        path = f"{entry.url}?{YEAR}"
        sheet = load_workbook(BytesIO(b"".join(owner.get(f"{path}&export=xlsx").streaming_content))).active
        assert sheet is not None
        head, *body = sheet.iter_rows(values_only=True)
        rows = file_of(owner, path)
        assert (list(head), len(body)) == (list(rows[0]), len(rows)), entry.url
        assert not any(isinstance(cell, str) and cell.startswith("=") for row in body for cell in row)


@pytest.mark.parametrize("query", [
    "first=2025-02-01&last=2025-01-01", "first=yesterday&last=2025-01-01", "first=1900-01-01&last=2100-01-01",
    "first=0001-01-01&last=0001-01-02", "first=9999-12-30&last=9999-12-31",
])  # fmt: skip
def test_days_that_cannot_be_are_refused_in_words(owner: Client, query: str) -> None:
    body = page(owner, f"/admin/reports/?{query}")
    assert 'class="bo-trouble"' in body
    assert "January 2026" in body  # the present month instead


def test_bookings_of_nonsense_are_all_bookings(owner: Client) -> None:
    for query in (
        "by=product&value=x",
        "by=day&value=31",
        "by=rate&value=NaN",
        "by=nothing",
        "kind=x",
        "p=999",
        "by=rate&value=1e30",
        "by=rate&value=1e-30",
        "by=country&value=%00",
        "by=voucher&value=%00x",
        "currency=%00",
        "by=rate&value=-1",
        "by=product&value=999999999999999999",
    ):
        page(owner, f"/admin/reports/bookings/?{YEAR}&{query}")
