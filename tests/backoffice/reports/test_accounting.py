"""A month for the accountant: the page, each of its files and the ledger say the same to the cent."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from openpyxl import load_workbook

from storefront.billing.accounting import accounts
from storefront.billing.accounting.models import AccountingAccount, DatevSettings
from storefront.billing.models import ExchangeRate, Invoice
from tests.backoffice.reports import datev_reader
from tests.backoffice.reports.oracle import cents, sql
from tests.billing.documents.building import make_document

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("trade", "at_the_end")]

#: With sales, refunds and a dispute in it.
MONTH = "2025-06"
MONTHS = ("2025-01", "2025-06", "2025-11", "2025-12")
Sums = dict[Any, int]


def content(client: Client, name: str, form: str, month: str = MONTH, **more: str) -> bytes:
    answer = client.get(f"/admin/accounting/files/{name}/{form}/", {"month": month, **more})
    assert answer.status_code == 200, (name, form, answer)
    return b"".join(answer.streaming_content)


def rows(client: Client, name: str, month: str = MONTH) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content(client, name, "csv", month).decode("utf-8-sig"))))


def summed(pairs: Iterable[tuple[Any, Any]]) -> Sums:
    sums: Sums = defaultdict(int)
    for key, amount in pairs:
        sums[key] += cents(amount or 0)
    return {key: amount for key, amount in sums.items() if amount}


def ledger(where: str, month: str = MONTH) -> Sums:
    """Cents by currency, from the tables alone; the shop's days are those of UTC."""
    found = sql(
        "SELECT a.currency, e.amount FROM billing_ledgerentry e JOIN billing_ledgeraccount a ON a.id = e.account_id "
        "JOIN billing_ledgertransaction t ON t.id = e.transaction_id "
        f"WHERE e.created_at >= %s AND e.created_at < %s AND {where}",
        f"{month}-01", _next(month),
    )  # fmt: skip
    return summed(found)


def _next(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{date(year + number // 12, number % 12 + 1, 1):%Y-%m-%d}"


@pytest.fixture
def named() -> None:
    """The accountant has named every account."""
    for number, slot in enumerate(accounts.slots(), start=1000):
        AccountingAccount.objects.create(slot=slot, number=str(number), tax_key="3" if slot == "sales:none" else "")
    DatevSettings.objects.create(consultant=1001, client=42)


@pytest.mark.parametrize("month", MONTHS)
def test_page_files_and_ledger_say_the_same(owner: Client, month: str) -> None:
    page = owner.get("/admin/accounting/", {"month": month}).context
    journal = rows(owner, "journal", month)
    by_side = summed((row["Currency"], Decimal(row["Credit"] or 0) - Decimal(row["Debit"] or 0)) for row in journal)
    assert by_side == {}, "debits and credits differ"
    of_sales = [row for row in journal if row["Account"].startswith(("sales:", "tax:"))]
    signed = [(row["Currency"], Decimal(row["Credit"] or 0) - Decimal(row["Debit"] or 0)) for row in of_sales]
    assert summed(signed) == ledger("a.kind = 'sales'", month)
    on_page = summed(((each.account.slot, each.currency), each.amount) for each in page["turnovers"])
    in_file = summed(
        ((row["Account"], row["Currency"]), Decimal(row["Credit"] or 0) - Decimal(row["Debit"] or 0)) for row in journal
    )
    assert on_page == in_file
    tax = rows(owner, "tax", month)
    assert summed((row["Currency"], row["Gross"]) for row in tax) == ledger("a.kind = 'sales'", month)
    assert summed((row["Currency"], row["Tax"]) for row in tax) == summed(
        (row["Currency"], Decimal(row["Credit"] or 0) - Decimal(row["Debit"] or 0))
        for row in journal
        if row["Account"].startswith("tax:")
    )
    assert summed((each[0].currency, each[-1]) for each in page["tax"]) == ledger("a.kind = 'sales'", month)
    for name, kinds, sign in (("payments", "('payment')", -1), ("refunds", "('refund', 'refund_failed')", 1)):
        booked = ledger(f"a.kind = 'provider' AND t.kind IN {kinds}", month)
        in_ledger = {currency: sign * amount for currency, amount in booked.items()}
        assert summed((row["Currency"], row["Amount"]) for row in rows(owner, name, month)) == in_ledger, name
        assert summed((each.currency, each.amount) for each in page[name]) == in_ledger, name


def test_workbooks_hold_the_same_and_no_formula(owner: Client) -> None:
    for name in ("journal", "tax", "payments", "refunds", "documents"):
        sheet = load_workbook(BytesIO(content(owner, name, "xlsx"))).active
        assert sheet is not None
        head, *body = sheet.iter_rows(values_only=True)
        in_text = rows(owner, name)
        assert len(body) == len(in_text)
        assert not in_text or list(head) == list(in_text[0])
        if name == "journal":
            side = [str(name) for name in head].index("Credit")
            assert sum(cents(row[side] or 0) for row in body) == sum(cents(row["Credit"] or 0) for row in in_text)
            companies = {row[[str(name) for name in head].index("Company")] for row in body}
            assert "'=1+1 Ltd" in companies


@pytest.mark.usefixtures("named")
def test_datev_reads_the_same_sales_in_its_own_form(owner: Client) -> None:
    batch = datev_reader.read(content(owner, "datev", "csv", currency="EUR"))
    head = [cell.strip('"') for cell in batch.head]
    assert head[10:16] == ["1001", "42", "20250101", "4", "20250601", "20250630"] and head[21] == "EUR"
    assert batch.heads[3:6] == ["Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz"] and batch.heads[113] == "Festschreibung"
    sales = {str(number) for number, slot in enumerate(accounts.slots(), start=1000) if slot.startswith("sales:")}
    of_sales = [line for line in batch.lines if line.account in sales]
    assert summed((line.currency, line.amount) for line in of_sales) == {"EUR": ledger("a.kind = 'sales'")["EUR"]}
    assert {line.key for line in of_sales} == {"0003"}


@pytest.mark.usefixtures("named")
def test_datev_names_another_currency_with_its_rate_and_the_amount_in_the_books(owner: Client) -> None:
    month = next(each for each in MONTHS if "USD" in ledger("a.kind = 'sales'", each))
    asked = {"month": month, "currency": "USD"}
    waits = owner.get("/admin/accounting/files/datev/csv/", asked, follow=True)
    assert waits.redirect_chain and "the rate of USD on" in waits.content.decode()
    ExchangeRate.objects.create(
        currency="EUR", quote="USD", rate="1.25", valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31)
    )
    lines = datev_reader.read(content(owner, "datev", "csv", month, currency="USD")).lines
    sales = {str(number) for number, slot in enumerate(accounts.slots(), start=1000) if slot.startswith("sales:")}
    booked = [(line.currency, line.amount) for line in lines if line.account in sales]
    assert summed(booked) == {"USD": ledger("a.kind = 'sales'", month)["USD"]}
    assert {line.rate for line in lines} == {Decimal("1.25")}
    assert all(abs(line.base * Decimal("1.25") - line.amount) <= Decimal("0.01") for line in lines)


def test_datev_waits_for_names(owner: Client) -> None:
    answer = owner.get("/admin/accounting/files/datev/csv/", {"month": MONTH, "currency": "EUR"}, follow=True)
    assert answer.redirect_chain and "Customers&#x27; personal accounts" in answer.content.decode()


def test_1c_reads_every_sale_and_return(owner: Client) -> None:
    space = "{urn:1C.ru:commerceml_2}"
    root = ET.fromstring(content(owner, "1c", "xml", currency="EUR"))
    assert root.tag == f"{space}КоммерческаяИнформация" and root.attrib["ВерсияСхемы"]
    total = Decimal(0)
    for document in root:
        read = {child.tag.removeprefix(space): child.text for child in document}
        lines = document.findall(f"{space}Товары/{space}Товар/{space}Сумма")
        amount = Decimal(read["Сумма"] or 0)
        assert sum(Decimal(line.text or 0) for line in lines) == amount
        assert document.find(f"{space}Контрагенты/{space}Контрагент/{space}Наименование") is not None
        total += amount if read["ХозОперация"] == "Отпуск товара" else -amount
    assert cents(total) == ledger("a.kind = 'sales'")["EUR"]


def test_the_register_lists_documents_by_the_day_on_them(owner: Client) -> None:
    invoice = Invoice.objects.order_by("pk").first()
    for day in (date(2025, 5, 31), date(2025, 6, 1), date(2025, 6, 30), date(2025, 7, 1)):
        make_document(invoice, issued_on=day)
    contract = make_document(invoice, "contract", issued_on=date(2025, 6, 2))
    listed = rows(owner, "documents")
    assert [row["Date"] for row in listed] == ["2025-06-01", "2025-06-02", "2025-06-30"]
    assert {row["Invoice"] for row in listed} == {invoice.number if invoice else ""}
    assert all(
        cents(row["Net"]) + cents(row["Tax"]) == cents(row["Gross"])
        for row in listed
        if row["Number"] != contract.number
    )
    assert [row["Gross"] for row in listed if row["Number"] == contract.number] == [""]
    assert owner.get("/admin/accounting/", {"month": MONTH}).context["documents"] == 3


@pytest.mark.usefixtures("named")
def test_everything_is_in_one_file(owner: Client) -> None:
    names = ZipFile(BytesIO(content(owner, "everything", "zip"))).namelist()
    assert {"journal-2025-06.csv", "tax-2025-06.xlsx", "1c-2025-06-EUR.xml"} < set(names)
    assert "EXTF_Buchungsstapel_2025-06_USD.csv" in names


def test_accountants_name_accounts_and_only_with_what_datev_takes(owner: Client) -> None:
    form = {"datev-consultant": "12", "datev-client": "1", "datev-account_length": "4", "datev-year_begins": "1"}
    refused = owner.post("/admin/accounting/accounts/", form | {"customers-number": "12 00"})
    assert refused.status_code == 422 and not AccountingAccount.objects.exists()
    taken = owner.post("/admin/accounting/accounts/", form | {"datev-consultant": "29098", "customers-number": "1590"})
    assert taken.status_code == 302
    assert AccountingAccount.objects.get().number == "1590"
    assert "1590" in {row["Account"] for row in rows(owner, "journal")}
    assert owner.get("/admin/accounting/files/nothing/csv/").status_code == 404
