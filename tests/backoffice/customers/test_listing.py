"""The list of customers: who is in it, filters, search, figures, export, cost."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from wagtail.users.models import UserProfile

from storefront.core import clock
from storefront.licensing.models import License
from storefront.notifications import addresses
from storefront.users.models import User
from tests import purchases

pytestmark = pytest.mark.django_db

URL = "/admin/customers/"


@pytest.fixture
def support(client_of: Callable[[str], Client]) -> Client:
    return client_of("Support")


def shown(client: Client, query: str = "") -> set[str]:
    """The e-mails of the rows."""
    response = client.get(URL + query)
    assert response.status_code == 200
    return {customer.email for customer in response.context_data["object_list"]}


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"{URL}?export=csv{query}")
    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(StringIO(content)))


def test_staff_are_not_among_the_customers(support: Client, customer: Any, make_customer: Callable[..., Any]) -> None:
    boss = make_customer("boss@example.com")
    boss.is_staff = True
    boss.save()
    assert shown(support) == {customer.email}


def test_a_customer_is_found_by_part_of_name_company_or_phone(
    support: Client, customer: Any, make_customer: Callable[..., Any]
) -> None:
    make_customer("grace@example.com", name="Grace Navy", company="Cobol GmbH", phone="+49 30 5550100")
    for typed in ("navy", "cobol", "555010", "grace@"):
        assert shown(support, f"?q={typed}") == {"grace@example.com"}


def test_filters(support: Client, customer: Any, shop: Any, stripe: Any, make_customer: Callable[..., Any]) -> None:
    purchases.pay(purchases.order(customer, shop), stripe)
    License.objects.update(status="active")
    other = make_customer("other@example.com", language="ru")
    purchases.order(other, shop)
    addresses.bounced(other.email, at=clock.now())
    gone = make_customer("gone@example.com")
    gone.is_active, gone.date_joined = False, clock.now() - timedelta(days=400)
    gone.save()
    assert shown(support, "?licensed=true") == {customer.email}
    assert shown(support, "?unpaid=true") == {other.email}
    assert shown(support, "?unpaid=false") == {customer.email, gone.email}
    assert shown(support, "?bounced=true") == {other.email}
    assert shown(support, "?language=ru") == {other.email}
    assert shown(support, "?closed=true") == {gone.email}
    assert shown(support, f"?registered_to={clock.now() - timedelta(days=399):%Y-%m-%d}") == {gone.email}


def test_an_address_that_works_again_is_not_marked(support: Client, customer: Any) -> None:
    addresses.bounced(customer.email, at=clock.now() - timedelta(days=2))
    addresses.cleared(customer.email)
    assert shown(support, "?bounced=true") == set()


def test_the_figures_are_those_of_the_ledger(support: Client, customer: Any, shop: Any, stripe: Any) -> None:
    attempt = purchases.pay(purchases.order(customer, shop), stripe)
    attempt.payment.amount_refunded = 6
    attempt.payment.save()
    purchases.order(customer, shop, "120.00")
    (row,) = exported(support)
    assert (row["Paid less refunds"], row["Unpaid"], row["Licenses"]) == ("90.00 EUR", "120.00 EUR", "1")


def test_exports_hold_every_row_and_no_formula(
    support: Client, customer: Any, make_customer: Callable[..., Any]
) -> None:
    make_customer("evil@example.com", name="=HYPERLINK(1)")
    assert {row["Name"] for row in exported(support)} == {"Ada Buyer", "'=HYPERLINK(1)"}
    answer = support.get(f"{URL}?export=xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet is not None
    assert sheet.max_row == 3


def test_the_number_of_queries_is_fixed(
    support: Client, shop: Any, stripe: Any, make_customer: Callable[..., Any]
) -> None:
    def furnish(first: int, last: int) -> None:
        for number in range(first, last):
            person = make_customer(f"c{number}@example.com")
            purchases.pay(purchases.order(person, shop, portal=f"p{number}.bitrix24.com"), stripe)
            purchases.order(person, shop)

    def cost(query: str = "") -> int:
        with CaptureQueriesContext(connection) as queries:
            assert support.get(URL + query).status_code == 200
        return len(queries)

    furnish(0, 3)
    cost()
    few = cost(), cost("?export=csv")
    furnish(3, 6)
    assert (cost(), cost("?export=csv")) == few


def test_its_foot_names_what_is_counted(support: Client, customer: Any) -> None:
    for language, words in (("en", "Customers: 1"), ("ru", "Клиенты: 1")):
        UserProfile.objects.update_or_create(
            user=User.objects.get(email="support@staff.example"), defaults={"preferred_language": language}
        )
        assert words in support.get(URL).content.decode()
