"""The lists of the back office stay usable with 100,000 rows: PostgreSQL has an index for what each does first.

The planner is told to avoid reading whole tables and sorting. Where it plans that all the same, it has no other way.
How long pages take is measured by ``python -m tests.bench lists``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import RequestFactory

from storefront.backoffice.carts.listing import AbandonedCarts
from storefront.backoffice.customers.listing import CustomerList
from storefront.backoffice.licenses.listing import LicenseList
from storefront.backoffice.messages.lists import MailList, WebhookList
from storefront.backoffice.money_desk.views import Resolved
from storefront.backoffice.orders.lists import InvoiceList, OrderList
from storefront.backoffice.orders.payment_lists import AttemptList, PaymentList
from storefront.backoffice.refunds.views import RefundList
from storefront.backoffice.tickets.listing import TicketList
from storefront.backoffice.vouchers.pages import VoucherList
from storefront.users.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

LISTS = [
    AbandonedCarts, AttemptList, CustomerList, InvoiceList, LicenseList, MailList, OrderList, PaymentList, RefundList,
    Resolved, TicketList, VoucherList, WebhookList,
]  # fmt: skip
#: Searched by the terms of the search, where no free text is searched, too.
BY_TERMS = [AttemptList, CustomerList, InvoiceList, LicenseList, MailList, OrderList, PaymentList]


@pytest.fixture(autouse=True)
def _no_other_way() -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        yield


def rows_of(view_class: Any, **query: str) -> QuerySet[Any]:
    view = view_class()
    request = RequestFactory().get("/", query)
    request.user = User(email="owner@example.com", is_superuser=True)
    view.setup(request)
    rows: QuerySet[Any] = view.get_queryset().values_list("pk")
    return rows


def nodes(plan: Any) -> Iterator[tuple[str, str]]:
    """Kind of node and table of each."""
    yield plan["Node Type"], plan.get("Relation Name", "")
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def planned(rows: QuerySet[Any]) -> set[tuple[str, str]]:
    explained = rows.explain(format="json")
    return set(nodes((json.loads(explained) if isinstance(explained, str) else explained)[0]["Plan"]))


@pytest.mark.parametrize("view_class", LISTS, ids=lambda each: each.__name__)
def test_the_first_page_comes_by_an_index_in_its_order(view_class: Any) -> None:
    table = view_class.model._meta.db_table
    plan = planned(rows_of(view_class)[:50])
    assert ("Sort", "") not in plan
    assert ("Seq Scan", table) not in plan


@pytest.mark.parametrize("view_class", BY_TERMS, ids=lambda each: each.__name__)
def test_what_is_searched_comes_by_indexes(view_class: Any) -> None:
    plan = planned(rows_of(view_class, q="anna.berg@example.com order").order_by())
    assert not [table for kind, table in plan if kind == "Seq Scan" and table != "auth_permission"]


def test_control_without_an_index_both_are_seen() -> None:
    plan = planned(User.objects.filter(name__icontains="anna").order_by("phone").values_list("pk")[:50])
    assert {("Sort", ""), ("Seq Scan", "users_user")} <= plan
