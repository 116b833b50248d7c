"""The pages and files of the reports: the same sums as plain SQL, in words and numbers that people read."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from storefront.backoffice.reports.base import ENTRIES
from storefront.backoffice.reports.income import WAYS
from tests.backoffice.reports import oracle
from tests.backoffice.reports.reading import YEAR, file_of, page, rows_of, shown
from tests.backoffice.reports.trade import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("trade", "at_the_end")]

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)


@pytest.mark.parametrize("name", list(WAYS))
def test_each_split_shows_and_exports_what_sql_says(owner: Client, name: str) -> None:
    expected = oracle.sums(FIRST, LAST, oracle.VALUES[name])
    path = f"/admin/reports/income/{name}/?{YEAR}"
    columns = ("Sold", "Refunded", "Lost in disputes", "Income", "Tax in it")
    exported = sorted(
        (row["Currency"], *(oracle.cents(row[column]) for column in columns)) for row in file_of(owner, path)
    )
    of_sql = sorted((code, *amounts[:3], sum(amounts[:3]), amounts[3]) for (_value, code), amounts in expected.items())
    assert exported == of_sql
    body = rows_of(page(owner, path))
    on_page = sorted(row[1:6] for row in body if len(row) > 5 and row[0] != "Total" and row[1] != "Sold")
    assert on_page == sorted([shown(amount, code) for amount in amounts] for code, *amounts in of_sql)
    for code, amount in oracle.ledger(FIRST, LAST).items():
        assert shown(amount, code) in [row[4] for row in body if row[0] == "Total"]


def test_the_period_before_is_as_long_and_adds_up(owner: Client) -> None:
    body = rows_of(page(owner, "/admin/reports/income/product/?first=2025-07-01&last=2025-09-30"))
    before = oracle.ledger(date(2025, 4, 1), date(2025, 6, 30))
    totals = [row[-1] for row in body if row[0] == "Total"]
    assert totals == [shown(before[code], code) for code in ("EUR", "USD")]
    alone = rows_of(page(owner, "/admin/reports/income/product/?first=2025-07-01&last=2025-09-30&compare=none"))
    assert "Period before" in body[0] and "Period before" not in alone[0]


@pytest.mark.parametrize("name", ["day", "month"])
def test_days_of_the_period_before_are_no_rows(owner: Client, name: str) -> None:
    path = f"/admin/reports/income/{name}/?first=2025-07-01&last=2025-09-30"
    wanted = oracle.sums(date(2025, 7, 1), date(2025, 9, 30), oracle.VALUES[name])
    head = "Day" if name == "day" else "Month"
    assert [(row[head], row["Currency"]) for row in file_of(owner, path)] == sorted(
        ((str(value), code) for value, code in wanted), key=lambda pair: (pair[1], pair[0])
    )
    assert len([row for row in rows_of(page(owner, path)) if row[0] not in (head, "Total")]) == len(wanted)


def test_the_overview_agrees_with_its_reports_and_with_sql(owner: Client) -> None:
    found = {(row["Table"], row["Number"]): row for row in file_of(owner, f"/admin/reports/?{YEAR}")}
    sums = oracle.sums(FIRST, LAST, lambda each: None)
    for code in ("EUR", "USD"):
        sold, refunded, lost, tax = sums[None, code]
        values = {"Income": sold + refunded + lost, "Sold": sold, "Refunded": refunded, "Lost in disputes": lost}
        for name, amount in {**values, "Tax in it": tax}.items():
            assert oracle.cents(found[code, name]["Value"]) == amount, (code, name)
        owed = {age: each for (age, currency), each in oracle.unpaid(NOW).items() if currency == code}
        now = f"Now, {code}"
        assert oracle.cents(found[now, "Unpaid"]["Value"]) == sum(amount for _count, amount in owed.values())
        late = sum(amount for age, (_count, amount) in owed.items() if age != "not-due")
        assert oracle.cents(found[now, "Overdue"]["Value"]) == late
    assert {(code, found[code, "Income"]["Currency"]) for code in ("EUR", "USD")} == {("EUR", "EUR"), ("USD", "USD")}
    body = page(owner, f"/admin/reports/?{YEAR}")
    assert shown(sums[None, "EUR"][0], "EUR") in html.unescape(body)
    assert "As of 31 Jan 2026, 12:00 UTC." in body


def test_tax_by_rate_and_country_is_what_sql_says(owner: Client) -> None:
    expected = oracle.sums(FIRST, LAST, lambda each: (each.line["rate"], each.line["country"]))
    exported = {
        ((Decimal(row["Rate"]), row["Country"].replace("Not on the invoice", "")), row["Currency"]): row
        for row in file_of(owner, f"/admin/reports/tax/?{YEAR}")
    }
    assert set(exported) == set(expected)
    for key, (sold, refunded, lost, tax) in expected.items():
        income = sold + refunded + lost
        row = exported[key]
        assert [oracle.cents(row[name]) for name in ("Net", "Tax", "Income")] == [income - tax, tax, income], key


def test_a_month_is_exported_row_by_row_and_equals_the_ledger(owner: Client) -> None:
    rows = file_of(owner, "/admin/reports/bookings/?first=2025-03-01&last=2025-03-31")
    for code, amount in oracle.ledger(date(2025, 3, 1), date(2025, 3, 31)).items():
        assert sum(oracle.cents(row["Amount"]) for row in rows if row["Currency"] == code) == amount
    assert {row["Day"][:7] for row in rows} == {"2025-03"}
    assert {row["Company"] for row in rows} == {"'=1+1 Ltd"}  # no formula
    answer = owner.get("/admin/reports/bookings/?first=2025-03-01&last=2025-03-31&export=xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    head, *body = sheet.iter_rows(values_only=True)
    assert [oracle.cents(row[head.index("Amount")]) for row in body] == [oracle.cents(row["Amount"]) for row in rows]


def test_a_sum_leads_to_its_rows(owner: Client) -> None:
    """Each row's link opens bookings whose sum is the row's income."""
    body = page(owner, f"/admin/reports/income/voucher/?{YEAR}")
    rows = [row for row in rows_of(body) if row[0] not in ("Total", "Voucher")]
    links = [
        html.unescape(link) for link in re.findall(r'href="([^"]*/reports/bookings/\?[^"]*by=voucher[^"]*)"', body)
    ]
    assert len(links) == len(rows) > 3
    for row, link in zip(rows, links, strict=True):
        sums = re.search(r'class="bo-report-sum">(.*?)</p>', page(owner, link), re.DOTALL)
        assert sums is not None
        assert row[4] in html.unescape(sums[1]), link


def test_unpaid_invoices_lead_to_the_list_with_the_same_sum(owner: Client) -> None:
    body = page(owner, "/admin/reports/unpaid/")
    rows = [row for row in rows_of(body) if row[0] != "Age"]
    expected = sorted([str(count), shown(amount, code)] for (_age, code), (count, amount) in oracle.unpaid(NOW).items())
    assert sorted(row[1:3] for row in rows if row[0] != "Total") == expected
    links = [html.unescape(link) for link in re.findall(r'href="(/admin/invoices/\?age=[^"]*)"', body)]
    assert len(links) == len(rows)
    for row, link in zip(rows, links, strict=True):
        totals = re.search(r'class="nice-padding bo-totals">(.*?)</p>', page(owner, link), re.DOTALL)
        assert totals is not None
        assert row[2] in html.unescape(totals[1]) and row[1] in totals[1].split()[0], link


def test_licenses_of_a_number_are_listed(owner: Client) -> None:
    """As many rows as each linked number says."""
    body = page(owner, f"/admin/reports/licenses/?{YEAR}")
    links = re.findall(r'href="([^"]*/licenses/list/\?[^"]*what=[^"]*)">([\d,]+)</a>', body)
    assert len(links) > 5
    for link, number in links:
        assert len(file_of(owner, html.unescape(link))) == int(number.replace(",", "")), link


def test_lifetime_value_is_exported_as_sql_says(owner: Client) -> None:
    rows = file_of(owner, "/admin/reports/lifetime/?")
    found = {
        (row["First purchase"], row["Currency"]): (int(row["Customers"]), oracle.cents(row["Income to date"]))
        for row in rows
    }
    assert found == oracle.cohorts()
    for row in rows:
        exact = Decimal(row["Income to date"]) / int(row["Customers"])
        assert abs(Decimal(row["Average per customer"]) - exact) <= Decimal("0.005")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: "-".join((entry.route, *entry.args)))
def test_a_year_takes_as_many_queries_as_a_day(owner: Client, entry: Any) -> None:
    def queries(first: str, last: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(owner, f"{entry.url}?first={first}&last={last}&compare=none")
        return len(captured)

    page(owner, entry.url)
    assert queries("2025-03-01", "2025-12-31") == queries("2025-03-17", "2025-03-17")


def test_marketers_see_sums_and_no_customers(client_of: Callable[[str], Client]) -> None:
    marketer = client_of("Marketers")
    for path in ("/admin/reports/income/customer/", "/admin/reports/bookings/", "/admin/reports/licenses/list/"):
        assert marketer.get(path).status_code == 403, path
    for entry in ENTRIES:
        if not entry.also:
            body = page(marketer, f"{entry.url}?{YEAR}")
            assert "/reports/bookings/" not in body and "/reports/income/customer/" not in body, entry.url
            assert "buyer" not in body.lower(), entry.url
