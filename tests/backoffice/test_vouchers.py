"""Vouchers in the back office: one form, what it would do, its uses and income, its codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oscar.apps.voucher.models import Voucher
from wagtail.models import ModelLogEntry

from catalogue.plans.models import Discount
from checkout.models import VoucherRule
from checkout.vouchers import services
from storefront.billing.models import Invoice
from tests import purchases
from tests.checkout.building import order_by, put_in_cart
from tests.checkout.test_voucher_rules import terms

pytestmark = pytest.mark.django_db


def typed(**fields: Any) -> dict[str, Any]:
    """The form as a marketer fills it."""
    now = timezone.localtime()
    dates = {"starts_at": now - timedelta(days=1), "ends_at": now + timedelta(days=30)}
    written = {name: f"{value:%Y-%m-%d %H:%M}" for name, value in dates.items()}
    return {
        "name": "Spring",
        "how_many": "one",
        "code": "spring",
        "kind": "percent",
        "value": "20",
        **written,
        **fields,
    }


def sent(client: Client, path: str, data: dict[str, Any]) -> Any:
    """Send a form and confirm what it shows; returns the last answer."""
    shown = client.post(path, data)
    confirmed = shown.context_data.get("confirmed") if shown.status_code == 200 else None
    return client.post(path, data | {"confirmed": confirmed}) if confirmed else shown


@pytest.fixture
def marketer(client_of: Callable[[str], Client]) -> Client:
    return client_of("Marketers")


def test_a_voucher_is_made_and_used(
    marketer: Client, client: Client, shop: Any, stripe: Any, client_of: Callable[[str], Client]
) -> None:
    form = typed(products=[shop.software.pk], months=["12"], max_uses="5")
    preview = marketer.post("/admin/vouchers/add/", form).content.decode()
    assert "The code is SPRING." in preview
    assert "€192.00 instead of €240.00" in preview
    assert not Voucher.objects.exists()
    response = sent(marketer, "/admin/vouchers/add/", form)
    rule = VoucherRule.objects.get()
    assert response["Location"] == f"/admin/vouchers/{rule.pk}/"
    assert ModelLogEntry.objects.get(action="vouchers.add").data["after"]["Takes off"] == "20% off"

    put_in_cart(client, shop.term("pro", 12))
    client.post("/basket/voucher/", {"code": "spring"})
    order_by(client, shop)
    purchases.pay(Invoice.objects.get(), stripe)
    page = marketer.get(f"/admin/vouchers/{rule.pk}/").content.decode()
    assert "€192.00" in page and "€48.00" in page
    order = Invoice.objects.get().order
    assert not any(text in page for text in (order.number, order.user.email, "@example.com"))
    page = client_of("Sales").get(f"/admin/vouchers/{rule.pk}/").content.decode()
    assert order.number in page and order.user.email in page
    listed = marketer.get("/admin/vouchers/").content.decode()
    assert "SPRING" in listed and "Running" in listed


def test_five_hundred_codes_and_their_list(marketer: Client, shop: Any) -> None:
    response = sent(marketer, "/admin/vouchers/add/", typed(how_many="many", code="", count="500"))
    rule = VoucherRule.objects.get()
    assert response.status_code == 302
    answer = marketer.get(f"/admin/vouchers/{rule.pk}/codes/")
    assert len(answer.content.decode().splitlines()) == 501
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"code": ""}, "Type the code"),
        ({"value": "101"}, "At most 100"),
        ({"value": "0"}, "greater than or equal to 0.01"),
        ({"how_many": "many", "count": ""}, "How many codes?"),
        ({"how_many": "many", "count": "501"}, "less than or equal to 500"),
        ({"ends_at": "2020-01-01 10:00"}, "It must end after it begins"),
    ],
)
def test_wrong_input_is_told_at_the_field(marketer: Client, shop: Any, fields: dict[str, str], said: str) -> None:
    answer = marketer.post("/admin/vouchers/add/", typed(**fields))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Voucher.objects.exists()


@pytest.mark.parametrize("email", ["nobody@example.com", "owner@staff.example"])
def test_a_voucher_is_for_customers(client_of: Callable[[str], Client], shop: Any, email: str) -> None:
    owner = client_of("Owner")
    answer = owner.post("/admin/vouchers/add/", typed(customers=email))
    assert answer.status_code == 422
    assert f"No account with this address: {email}" in answer.content.decode()
    assert not Voucher.objects.exists()


def test_whether_an_address_has_an_account_is_not_told_to_marketers(marketer: Client, shop: Any, customer: Any) -> None:
    pages = [
        marketer.post("/admin/vouchers/add/", typed(customers=email)).content.decode()
        for email in (customer.email, "nobody@example.com")
    ]
    assert not any("No account" in page or 'name="customers"' in page for page in pages)
    sent(marketer, "/admin/vouchers/add/", typed(customers=customer.email))
    assert not VoucherRule.objects.get().customers.exists()


def test_marketers_keep_whom_a_voucher_is_for_and_see_how_many(marketer: Client, shop: Any, customer: Any) -> None:
    rule = services.create(terms=terms(customers=[customer]), code="SPRING")
    path = f"/admin/vouchers/{rule.pk}/"
    pages = [marketer.get(path), marketer.get(f"{path}change/")]
    data = typed(reason="Asked for", value="30", customers="")
    pages.append(marketer.post(f"{path}change/", data))
    assert not any(customer.email in page.content.decode() for page in pages)
    assert "Only for one customer." in pages[0].content.decode()
    assert sent(marketer, f"{path}change/", data).status_code == 302
    rule.refresh_from_db()
    assert services.taken_off(rule) == (Decimal(30), None)
    assert list(rule.customers.all()) == [customer]


def test_a_code_that_exists_is_refused(marketer: Client, shop: Any) -> None:
    services.create(terms=terms(name="Other"), code="SPRING")
    answer = marketer.post("/admin/vouchers/add/", typed())
    assert (answer.status_code, "Another voucher has this code." in answer.content.decode()) == (422, True)


def test_change_keeps_the_code_and_notes_old_and_new(
    client_of: Callable[[str], Client], shop: Any, customer: Any
) -> None:
    seller = client_of("Sales")
    rule = services.create(terms=terms(customers=[customer], months=[1]), code="SPRING")
    path = f"/admin/vouchers/{rule.pk}/change/"
    page = seller.get(path).content.decode()
    assert customer.email in page
    form = typed(reason="Asked for", value="30", customers=customer.email)
    assert sent(seller, path, form).status_code == 302
    rule.refresh_from_db()
    assert (services.taken_off(rule), rule.voucher.code, rule.months) == ((Decimal(30), None), "SPRING", [])
    entry = ModelLogEntry.objects.get(action="vouchers.change")
    assert (entry.data["before"]["Takes off"], entry.data["after"]["Takes off"]) == ("20% off", "30% off")


def test_pause_and_go_on(marketer: Client, shop: Any) -> None:
    rule = services.create(terms=terms(), code="SPRING")
    assert sent(marketer, f"/admin/vouchers/{rule.pk}/pause/", {"reason": "Leaked"}).status_code == 302
    rule.refresh_from_db()
    assert rule.is_paused
    assert "Go on" in marketer.get(f"/admin/vouchers/{rule.pk}/").content.decode()
    sent(marketer, f"/admin/vouchers/{rule.pk}/resume/", {"reason": "Found out"})
    rule.refresh_from_db()
    assert not rule.is_paused


def test_the_calendar_shows_vouchers_and_discounts(marketer: Client, shop: Any) -> None:
    rule = services.create(terms=terms(), code="SPRING")
    services.create(terms=terms(name="Old", starts_at=terms().starts_at - timedelta(days=900),
                                ends_at=terms().starts_at - timedelta(days=800)), code="OLD")  # fmt: skip
    Discount.objects.create(
        name="Autumn", period_months=[12], percent=30, starts_at=timezone.now() + timedelta(days=40)
    )
    page = marketer.get("/admin/vouchers/calendar/").content.decode()
    assert f'href="/admin/vouchers/{rule.pk}/"' in page
    assert "Autumn" in page and ">Old<" not in page


@pytest.mark.parametrize("state", ["running", "planned", "over", "paused"])
def test_the_list_is_filtered_by_state(marketer: Client, shop: Any, state: str) -> None:
    now = timezone.now()
    dates = {
        "running": {},
        "paused": {},
        "planned": {"starts_at": now + timedelta(days=1)},
        "over": {"starts_at": now - timedelta(days=9), "ends_at": now - timedelta(days=1)},
    }
    for name, moved in dates.items():
        rule = services.create(terms=terms(name=f"{name} one", **moved), code=name)
        services.set_paused(rule=rule, is_paused=name == "paused")
    page = marketer.get("/admin/vouchers/", {"state": state}).content.decode()
    listed = set(re.findall(r"(running|paused|planned|over) one", page))
    assert listed == {state}


def test_the_list_costs_the_same_for_any_number(marketer: Client, shop: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert marketer.get("/admin/vouchers/").status_code == 200
        return len(captured)

    services.create(terms=terms(), code="SPRING")
    queries()
    few = queries()
    for number in range(5):
        services.create(terms=terms(name=f"N {number}"), code=f"N{number}")
        services.create_set(terms=terms(name=f"S {number}"), count=3)
    assert queries() == few
