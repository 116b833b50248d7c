"""The page of one customer: what it shows and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from wagtail.log_actions import registry

from storefront.backoffice import history
from storefront.backoffice.customers import log_ins
from storefront.backoffice.models import LogIn
from storefront.billing.models import ReviewItem
from storefront.core import clock
from storefront.notifications import addresses
from tests import purchases
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_of(client_of: Callable[[str], Client]) -> Callable[..., str]:
    client = client_of("Support")

    def get(customer: Any, query: str = "") -> str:
        response = client.get(f"/admin/customers/{customer.pk}/{query}")
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return get


def test_a_declined_card_is_explained(page_of: Callable[..., str], customer: Any, shop: Any, stripe: Any) -> None:
    invoice = purchases.order(customer, shop)
    purchases.pay(invoice, stripe, card="4000000000009995")
    body = page_of(customer)
    assert invoice.number in body
    assert "There is not enough money on the card" in body


def test_a_customer_without_anything_has_a_page(page_of: Callable[..., str], customer: Any) -> None:
    assert "Nothing." in page_of(customer, "?show=payments")


def test_what_a_customer_holds_and_owes(
    page_of: Callable[..., str], customer: Any, shop: Any, stripe: Any, make_customer: Callable[..., Any]
) -> None:
    purchases.pay(purchases.order(customer, shop), stripe)
    owed = purchases.order(customer, shop, "120.00")
    foreign = purchases.order(make_customer("other@example.com"), shop)
    body = page_of(customer)
    assert customer.licenses.get().number in body
    assert owed.number in body
    assert "€120.00" in body
    assert foreign.number not in body


def test_an_address_that_bounces_is_marked(page_of: Callable[..., str], customer: Any) -> None:
    assert "come back" not in page_of(customer)
    addresses.bounced(customer.email, at=clock.now())
    assert "Mails to buyer@example.com come back" in page_of(customer)


def test_log_ins_and_failed_ones_are_remembered(
    page_of: Callable[..., str], customer: Any, wagtail_site: Any, client: Client
) -> None:
    client.post("/account/login/", {"login": customer.email, "password": "not this one"})
    client.post("/account/login/", {"login": "nobody@example.com", "password": "not this one"})
    assert list(LogIn.objects.filter(is_success=False).values_list("user", flat=True)) == [customer.pk]
    client.post(
        "/account/login/", {"login": customer.email, "password": PASSWORD}, headers={"User-Agent": "Firefox Windows"}
    )
    body = page_of(customer, "?show=log-ins")
    assert "Log-in failed" in body
    assert "Logged in" in body
    assert "Firefox, Windows, 127.0.0.1" in body


def test_whoever_guesses_fills_no_table(customer: Any) -> None:
    for _ in range(2 * log_ins.MOST_FAILED_IN_AN_HOUR):
        log_ins.failed(None, {"email": customer.email})
    assert LogIn.objects.count() == log_ins.MOST_FAILED_IN_AN_HOUR


def test_old_log_ins_are_deleted(customer: Any, settings: Any) -> None:
    for days in (0, settings.LOGIN_KEEP_DAYS + 1):
        LogIn.objects.create(user=customer, is_success=True, created_at=clock.now() - timedelta(days=days))
    assert log_ins.clear_old() == 1
    assert LogIn.objects.count() == 1


def test_an_act_of_staff_stands_in_the_customers_time_line(
    page_of: Callable[..., str], customer: Any, staff: Callable[[str], Any], shop: Any
) -> None:
    """Whatever its object is: here an invoice."""
    registry.scan_for_actions()
    invoice = purchases.order(customer, shop)
    history.record(invoice, "wagtail.edit", by=staff("Accounting"), reason="Agreed by phone", customer=customer)
    body = page_of(customer, "?show=staff")
    assert "Agreed by phone" in body
    assert "Accounting Person" in body


def test_what_one_may_not_see_is_not_in_the_time_line(
    customer: Any, shop: Any, client_of: Callable[[str], Client]
) -> None:
    invoice = purchases.order(customer, shop)
    ReviewItem.objects.create(key="k", kind="mismatch", invoice=invoice, detail="Twelve euros too few")
    page = f"/admin/customers/{customer.pk}/"
    assert "Twelve euros too few" in client_of("Accounting").get(page).content.decode()
    assert "Twelve euros too few" not in client_of("Support").get(page).content.decode()


def test_the_page_of_a_missing_customer_is_missing(client_of: Callable[[str], Client]) -> None:
    assert client_of("Support").get("/admin/customers/1/").status_code == 404
