"""Many clicks, one order; many buyers, one voucher. Each race with a control run in which the guard is off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher

from checkout.orders import from_cart as service
from storefront.billing.models import Invoice
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User
from tests.checkout.building import filled, make_voucher, put_in_cart, seal_on

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.THROTTLES = dict.fromkeys(settings.THROTTLES, "10000/minute")


def clicks(shop: Any, client: Client) -> Callable[[], Any]:
    """One press of 'Checkout' with the visitor's cookies, as each of his windows would send it."""
    page = client.get("/checkout/").content.decode()
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}

    def click() -> Any:
        window = Client()
        for name, value in cookies.items():
            window.cookies[name] = value
        return window.post("/checkout/", filled(shop, shown=seal_on(page)))

    return click


def without_claim(parties: int) -> Callable[[Any], Basket]:
    """Claiming with the guard off: look, wait until everybody has looked, go on."""
    looked = threading.Barrier(parties)

    def claim(wish: Any) -> Basket:
        basket = Basket.open.get(pk=wish.basket_id)
        looked.wait(timeout=30)
        Basket.objects.filter(pk=basket.pk).update(status=Basket.SUBMITTED)
        return basket

    return claim


@pytest.mark.parametrize("copies", [8, 32])
def test_parallel_clicks_on_one_cart_make_one_order(shop: Any, race: Any, copies: int) -> None:
    visitor = Client()
    put_in_cart(visitor, shop.term())
    answers = race(clicks(shop, visitor), copies=copies)
    assert [answer.status_code for answer in answers] == [302] * copies
    assert len({answer["Location"] for answer in answers}) == 1 and answers[0]["Location"].startswith("/pay/")
    assert [model.objects.count() for model in (Order, Invoice, User)] == [1, 1, 1]
    assert OutboxMessage.objects.count() == 2


def test_parallel_clicks_of_a_customer_make_one_order(shop: Any, race: Any, customer: Any) -> None:
    buyer = Client()
    buyer.force_login(customer)
    put_in_cart(buyer, shop.term())
    answers = race(clicks(shop, buyer), copies=8)
    assert len({answer["Location"] for answer in answers}) == 1
    assert Order.objects.count() == 1


def test_control_without_the_claim_one_cart_becomes_many_orders(
    shop: Any, race: Any, customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_claim", without_claim(4))
    monkeypatch.setattr(service, "_check_no_equal_order", lambda *args: None)
    buyer = Client()
    buyer.force_login(customer)
    put_in_cart(buyer, shop.term())
    race(clicks(shop, buyer), copies=4)
    assert Order.objects.count() == 4


def voucher_buyers(shop: Any, make_customer: Any, count: int) -> list[Callable[[], Any]]:
    """Customers with the same voucher in their carts, each at the checkout."""
    buyers = []
    for number in range(count):
        client = Client()
        client.force_login(make_customer(f"buyer{number}@example.com"))
        put_in_cart(client, shop.term())
        assert client.post("/basket/voucher/", {"code": "SPRING"}).status_code == 302
        buyers.append(clicks(shop, client))
    return buyers


def test_single_use_voucher_is_used_once_by_eight_buyers_at_once(shop: Any, race: Any, make_customer: Any) -> None:
    voucher = make_voucher(usage=Voucher.SINGLE_USE)
    answers = race(*voucher_buyers(shop, make_customer, 8))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [302]
    assert voucher.applications.count() == 1 and Order.objects.count() == 1
    voucher.refresh_from_db()
    assert voucher.num_orders == 1


def test_offer_for_three_uses_is_used_three_times_by_eight_buyers_at_once(
    shop: Any, race: Any, make_customer: Any
) -> None:
    voucher = make_voucher(limit=3)
    race(*voucher_buyers(shop, make_customer, 8))
    offer = voucher.offers.get()
    assert (offer.num_applications, voucher.applications.count(), Order.objects.count()) == (3, 3, 3)


def test_control_without_locks_a_single_use_voucher_is_used_by_all(
    shop: Any, race: Any, make_customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    voucher = make_voucher(usage=Voucher.SINGLE_USE)
    checked = threading.Barrier(4)
    read = service._check_what_was_shown

    def wait(*args: Any) -> None:
        read(*args)
        checked.wait(timeout=30)

    monkeypatch.setattr(service, "_lock_discounts", lambda basket: None)
    monkeypatch.setattr(service, "_check_what_was_shown", wait)
    race(*voucher_buyers(shop, make_customer, 4))
    assert voucher.applications.count() == 4


def test_two_visitors_registering_one_email_make_one_account(shop: Any, race: Any) -> None:
    windows = []
    for _ in range(4):
        client = Client()
        put_in_cart(client, shop.term())
        windows.append(clicks(shop, client))
    answers = race(*windows)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 302]
    assert User.objects.count() == 1 and Order.objects.count() == 1
    assert Basket.open.count() == 3


def test_line_added_while_the_order_is_written_is_not_lost(shop: Any, race: Any, customer: Any) -> None:
    """A click on 'Buy' during 'Checkout' is either in the order's cart before it was shown anew, or in the next."""
    buyer = Client()
    buyer.force_login(customer)
    put_in_cart(buyer, shop.term())
    press = clicks(shop, buyer)
    other = Client()
    other.force_login(customer)
    race(press, lambda: other.post("/basket/add/", {"term": shop.term("pro", 1).pk, "quantity": "1"}))
    ordered = sum(line.quantity for order in Order.objects.all() for line in order.lines.all())
    waiting = sum(line.quantity for basket in Basket.open.all() for line in basket.lines.all())
    assert ordered in (0, 1)
    assert ordered + waiting == 2
