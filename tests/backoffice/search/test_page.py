"""The page of the search: who sees what, grouped, linked, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from storefront.notifications import mails
from storefront.support.services import conversations
from tests import purchases
from tests.cms import conftest as cms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("full_text")]

full_text = cms.full_text


def groups(client: Client, typed: str, **more: str) -> dict[str, list[str]]:
    response = client.get(reverse("backoffice-search"), {"q": typed, **more})
    assert response.status_code == 200
    return {str(group.label): [result.title for result in group.results] for group in response.context["groups"]}


@pytest.fixture
def trade(customer: Any, shop: Any, stripe: Any) -> Any:
    """One customer with an order's invoice, its payment, license, mails and a conversation."""
    invoice = purchases.order(customer, shop, portal="acme24.bitrix24.com")
    purchases.pay(invoice, stripe)
    mails.enqueue(
        mails.AccountNotice(title="Acme24 was linked", paragraphs=["x"]), to=customer.email, language="en", key="k"
    )
    conversations.begin(key="c", text="Hello", language="en", page_url="", customer=customer)
    return invoice


def test_hits_are_grouped_and_say_what_they_are(client_of: Callable[[str], Client], trade: Any) -> None:
    owner = client_of("Owner")
    assert set(groups(owner, "acme24")) == {"Licenses", "Mails"}
    [first, *others] = groups(owner, trade.number).items()
    assert (first, others) == (("Invoices", [trade.number]), [("Mails", [f"Payment received: {trade.number}"])])
    assert groups(owner, "ada buyer")["Customers"] == ["Ada Buyer"]
    content = owner.get("/admin/search/", {"q": "acme24"}).content.decode()
    assert "Acme24 was linked" in content
    assert "buyer@example.com" in content


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("Read-only", {"Customers", "Conversations"}),
        ("Accounting", {"Customers"}),
        ("Support", {"Customers", "Conversations"}),
        ("Marketers", set()),
    ],
)
def test_only_kinds_that_the_user_may_see_are_found(
    client_of: Callable[[str], Client], trade: Any, role: str, kinds: set[str]
) -> None:
    client = client_of(role)
    assert set(groups(client, "ada buyer")) & {"Customers", "Conversations"} == kinds
    assert ("Mails" in groups(client, "acme24")) == (role != "Marketers")


def test_what_may_not_be_seen_is_not_suggested_either(client_of: Callable[[str], Client], trade: Any) -> None:
    url = reverse("backoffice-search-suggestions")
    assert "Ada Buyer" in client_of("Support").get(url, {"q": "ada buyer"}).content.decode()
    assert "Ada Buyer" not in client_of("Marketers").get(url, {"q": "ada buyer"}).content.decode()


def test_pages_are_found_by_those_who_edit_them(client_of: Callable[[str], Client], shop: Any) -> None:
    page = Page.objects.get(slug="yeastar-s-module")
    marketer = client_of("Marketers").get("/admin/search/", {"q": "yeastar"}).content.decode()
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in marketer
    assert "Pages" not in groups(client_of("Support"), "yeastar")


def test_a_hit_by_something_no_longer_shown_says_why(client_of: Callable[[str], Client], trade: Any) -> None:
    license = trade.customer.licenses.get()
    license.record("address_changed", old="forgotten.bitrix24.com", new=license.portal_address)
    content = client_of("Support").get("/admin/search/", {"q": "forgotten"}).content.decode()
    assert license.number in content
    assert "found by forgotten.bitrix24.com" in content


def test_what_is_typed_is_shown_as_text(client_of: Callable[[str], Client]) -> None:
    content = client_of("Support").get("/admin/search/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "&lt;script&gt;alert(1)" in content
    assert "<script>alert(1)" not in content


def test_one_kind_shows_more_of_it(client_of: Callable[[str], Client], make_customer: Any) -> None:
    for number in range(12):
        make_customer(f"twin{number}@example.com", name=f"Twin {number}")
    owner = client_of("Owner")
    assert len(groups(owner, "twin")["Customers"]) == 8
    assert len(groups(owner, "twin", kind="customer")["Customers"]) == 12
    assert "kind=customer" in owner.get("/admin/search/", {"q": "twin"}).content.decode()


def test_the_number_of_queries_is_the_same_for_one_hit_and_for_many(
    client_of: Callable[[str], Client], trade: Any, make_customer: Any, shop: Any
) -> None:
    owner = client_of("Owner")

    def queries() -> int:
        owner.get("/admin/search/", {"q": "buyer"})
        with CaptureQueriesContext(connection) as taken:
            owner.get("/admin/search/", {"q": "buyer"})
        return len(taken)

    before = queries()
    for number in range(6):
        other = make_customer(f"buyer{number}@example.com", name=f"Buyer {number}")
        purchases.order(other, shop)
        conversations.begin(key=f"c{number}", text="Hello", language="en", page_url="", customer=other)
    assert queries() == before


def test_the_box_above_the_menu_leads_here(client_of: Callable[[str], Client]) -> None:
    content = client_of("Support").get("/admin/").content.decode()
    assert '"wagtail.sidebar.SearchModule", "_args": ["/admin/search/"]' in content.replace("&quot;", '"')
