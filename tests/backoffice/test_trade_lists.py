"""The lists of orders, invoices and payments: filters, search, columns, sums, exports, saved views."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from storefront.backoffice.models import SavedView
from storefront.billing.models import Invoice
from storefront.core import clock
from tests.billing.building import make_invoice, make_payment
from tests.purchases import order, pay

pytestmark = pytest.mark.django_db

LISTS = ["/admin/orders/", "/admin/invoices/", "/admin/payments/", "/admin/payments/received/"]


@pytest.fixture
def accountant(client_of: Callable[[str], Client]) -> Client:
    return client_of("Accounting")


def numbers(response: Any) -> list[str]:
    assert response.status_code == 200
    return [row.number for row in response.context["object_list"]]


def exported(response: Any) -> list[dict[str, str]]:
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


@pytest.mark.parametrize("path", LISTS)
def test_a_list_asks_as_often_for_many_rows_as_for_few(
    path: str, accountant: Client, make_customer: Any, django_assert_max_num_queries: Any, stripe: Any, shop: Any
) -> None:
    def buy(number: int) -> None:
        pay(order(make_customer(f"{number}@example.com"), shop), stripe)

    for number in range(2):
        buy(number)
    accountant.get(path)  # the first page of a session asks more
    with django_assert_max_num_queries(100) as few:
        assert accountant.get(path).status_code == 200
    for number in range(2, 6):
        buy(number)
    with django_assert_max_num_queries(100) as many:
        assert len(accountant.get(path).context["object_list"]) == 6
    assert len(many) == len(few), "\n".join(query["sql"][:150] for query in many)


def test_orders_are_filtered_by_state_amount_days_and_overdue(accountant: Client, customer: Any) -> None:
    small, large = make_invoice(customer, "10.00"), make_invoice(customer, "500.00")
    late = make_invoice(customer, "20.00")
    Invoice.objects.filter(pk=late.pk).update(due_at=clock.now() - timedelta(days=1))
    small.order.set_status("Cancelled")
    of = lambda query: numbers(accountant.get(f"/admin/orders/?{query}"))  # noqa: E731
    assert of("status=Cancelled") == [small.order.number]
    assert of("total_incl_tax_min=100") == [large.order.number]
    assert of("overdue=yes") == [late.order.number]
    today = clock.today().isoformat()
    assert len(of(f"date_placed_from={today}&date_placed_to={today}")) == 3
    assert of(f"date_placed_to={(clock.today() - timedelta(days=1)).isoformat()}") == []


def test_invoices_are_filtered_by_product_method_and_state(
    accountant: Client, customer: Any, shop: Any, stripe: Any
) -> None:
    paid = pay(order(customer, shop), stripe).invoice
    other = make_invoice(customer)
    of = lambda query: numbers(accountant.get(f"/admin/invoices/?{query}"))  # noqa: E731
    assert of(f"product={shop.software.pk}") == [paid.number]
    assert of("method=stripe") == [paid.number]
    assert of("status=open") == [other.number]
    assert of("paid_at_from=2000-01-01") == [paid.number]


@pytest.mark.parametrize("path", LISTS)
def test_a_search_finds_by_customer_invoice_and_reference(
    path: str, accountant: Client, make_customer: Any, shop: Any, stripe: Any
) -> None:
    attempt = pay(order(make_customer("grace@navy.example", name="Grace Hopper"), shop), stripe)
    pay(order(make_customer("ada@example.com"), shop), stripe)
    for text in ("hopper", "navy.exa", attempt.invoice.number, attempt.charge_reference, attempt.provider_reference):
        found = accountant.get(path, {"q": text}).context["object_list"]
        assert len(found) == 1, f"{path} {text}"
    assert not accountant.get(path, {"q": "nobody of that name"}).context["object_list"]


def test_the_sum_of_the_page_is_that_of_the_export_and_of_the_ledger(
    accountant: Client, make_customer: Any, shop: Any, stripe: Any
) -> None:
    for number, amount in enumerate(("96.00", "10.50", "0.99")):
        pay(order(make_customer(f"{number}@example.com"), shop, amount), stripe)
    make_invoice(make_customer("unpaid@example.com"), "77.00")
    for path, column, query in (
        ("/admin/orders/", "Total", "status=Paid"),
        ("/admin/invoices/", "Total", "status=paid"),
        ("/admin/payments/", "Amount", "status=succeeded"),
        ("/admin/payments/received/", "Amount", ""),
    ):
        [total] = accountant.get(f"{path}?{query}").context["totals"]
        rows = exported(accountant.get(f"{path}?{query}&export=csv"))
        assert total.amount == sum(Decimal(row[column]) for row in rows) == Decimal("107.49"), path
        assert total.count == len(rows) == 3


@pytest.mark.parametrize("path", LISTS)
def test_an_export_is_complete_and_harmless(path: str, accountant: Client, make_customer: Any) -> None:
    customer = make_customer(name='=HYPERLINK("https://evil.example")')
    invoice = make_invoice(customer, "10.00")
    Invoice.objects.filter(pk=invoice.pk).update(reminded_at=clock.now())
    make_payment(customer, invoice=invoice)
    [row] = exported(accountant.get(f"{path}?export=csv"))
    assert row["Currency"] == "EUR"
    assert invoice.number in row.values()
    assert invoice.order.number in row.values()
    assert not any(value.startswith("=") for value in row.values())
    moment = next(row[name] for name in ("Placed", "Issued", "Begun", "Received") if name in row)
    assert moment.startswith(clock.today().isoformat())
    assert moment[10] == "T"
    sheet = load_workbook(BytesIO(accountant.get(f"{path}?export=xlsx").getvalue())).active
    heading, content = sheet.iter_rows(values_only=True)
    assert dict(zip(heading, content, strict=True))["Currency"] == "EUR"
    assert Decimal(10) in content


def test_an_export_is_read_piece_by_piece(accountant: Client, customer: Any) -> None:
    make_invoice(customer)
    response = accountant.get("/admin/invoices/?export=csv")
    assert response.streaming
    pieces = list(response.streaming_content)
    assert len(pieces) == 3  # the mark, the headings, one row: written as they are read


def test_columns_are_chosen_in_the_address(accountant: Client, customer: Any) -> None:
    make_invoice(customer)
    response = accountant.get("/admin/invoices/?columns=net&columns=tax")
    names = [column.name for column in response.context["view"].columns if column.name != "bulk_actions"]
    assert names == ["number", "net", "tax"]
    assert not response.context["view"].is_filtering


def test_a_view_is_saved_with_filters_columns_and_sorting(
    accountant: Client, client_of: Callable[[str], Client]
) -> None:
    query = "status=open&columns=net&ordering=-amount&p=3"
    data = {"list": "invoices", "name": "Open, dearest first", "query": query}
    response = accountant.post("/admin/views/", data)
    assert response.url == "/admin/invoices/?columns=net&ordering=-amount&status=open"
    accountant.post("/admin/views/", {**data, "name": "For all", "is_shared": "on"})
    own, shared = accountant.get("/admin/invoices/").context["saved_views"][1], SavedView.objects.get(name="For all")
    assert own.view.name == "Open, dearest first"
    assert "status=open" in own.url
    support = client_of("Support")
    [offered] = support.get("/admin/invoices/").context["saved_views"]
    assert (offered.view, offered.may_delete) == (shared, False)
    assert support.post(f"/admin/views/{shared.pk}/delete/").status_code == 403
    assert support.post(f"/admin/views/{own.view.pk}/delete/").status_code == 404
    assert client_of("Owner").post(f"/admin/views/{shared.pk}/delete/").status_code == 302
    assert list(SavedView.objects.all()) == [own.view]


def test_saving_under_a_name_again_replaces_the_view(accountant: Client) -> None:
    for query in ("status=open", "status=paid"):
        accountant.post("/admin/views/", {"list": "invoices", "name": "Mine", "query": query})
    assert SavedView.objects.get().query == "status=paid"
    accountant.post("/admin/views/", {"list": "invoices", "name": " ", "query": ""})
    assert SavedView.objects.count() == 1
