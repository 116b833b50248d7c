"""Whoever typed a stranger's address cannot fill his letter box with orders."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from oscar.apps.order.models import Order

from storefront.billing.links import pay_path
from storefront.billing.models import Invoice
from storefront.users.models import User
from tests import purchases
from tests.checkout.building import order_by, put_in_cart

pytestmark = pytest.mark.django_db


def order_again(client: Client, shop: Any) -> Any:
    put_in_cart(client, shop.term())
    return order_by(client, shop, separate="1")


@pytest.fixture
def crowded(client: Client, shop: Any) -> Client:
    """A new buyer, signed in by his first order, with five unpaid ones."""
    for _ in range(5):
        assert order_again(client, shop).status_code == 302
    assert Order.objects.count() == 5
    return client


def test_the_sixth_unpaid_order_of_an_unproven_address_is_not_placed(crowded: Client, shop: Any) -> None:
    answer = order_again(crowded, shop)
    body = answer.content.decode()
    assert answer.status_code == 409
    assert Order.objects.count() == 5
    assert all(pay_path(invoice) in body for invoice in Invoice.objects.all())
    assert crowded.get("/checkout/").status_code == 200  # the cart is kept


def test_a_proven_address_may_order_more(crowded: Client, shop: Any) -> None:
    EmailAddress.objects.update(verified=True)
    assert order_again(crowded, shop).status_code == 302
    assert Order.objects.count() == 6


def test_a_paid_order_makes_room(crowded: Client, shop: Any, stripe: Any) -> None:
    purchases.pay(Invoice.objects.earliest("pk"), stripe)
    assert order_again(crowded, shop).status_code == 302


def test_how_often_an_account_may_order_is_limited(client: Client, shop: Any, customer: Any, settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "checkout-customer": "2/hour"}
    codes = []
    for number in range(3):
        # Another address each time: the limit is the account's.
        browser = Client(REMOTE_ADDR=f"203.0.113.{number + 1}")
        browser.force_login(User.objects.get(pk=customer.pk))
        codes.append(order_again(browser, shop).status_code)
    assert codes == [302, 302, 429]
