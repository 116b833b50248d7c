"""Carts that were left at the checkout, as far as their buyers asked for a link to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from checkout.cart.operations import add_line
from checkout.reminders import sending
from storefront.core import clock
from tests.checkout.building import TYPED, left_cart, order_by, put_in_cart

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales(client_of: Callable[[str], Client]) -> Client:
    return client_of("Sales")


def test_a_left_cart_is_listed_with_what_is_in_it(sales: Client, shop: Any) -> None:
    left_cart(shop.term("pro", 12))
    page = sales.get("/admin/carts/").content.decode()
    assert TYPED["email"] in page
    assert "1 × Yeastar S-series module – Professional, 12 months" in page
    assert "€240.00" in page and "goes out" in page


def test_it_is_gone_with_the_order_and_when_nobody_asked(sales: Client, client: Client, shop: Any) -> None:
    reminder = left_cart(shop.term("pro", 12))
    put_in_cart(client, shop.term("pro", 1))
    order_by(client, shop, email=reminder.email)
    page = sales.get("/admin/carts/").content.decode()
    assert TYPED["email"] not in page


def test_the_mail_that_was_sent_is_told(sales: Client, shop: Any, settings: Any) -> None:
    left_cart(shop.term("pro", 12))
    with time_machine.travel(clock.now() + timedelta(hours=settings.CHECKOUT_REMINDER_HOURS, minutes=1)):
        assert sending.send_due() == 1
    assert "sent " in sales.get("/admin/carts/").content.decode()


def test_it_costs_the_same_for_any_number(sales: Client, shop: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert sales.get("/admin/carts/").status_code == 200
        return len(captured)

    left_cart(shop.term("pro", 12))
    queries()
    few = queries()
    for months in (1, 3, 6):
        add_line(basket=left_cart(shop.term("pro", months)).basket, price_id=shop.term("standard", 1).pk, quantity=2)
    assert queries() == few
