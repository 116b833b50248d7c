"""Limits of vouchers under parallel orders: uses in all, uses of one customer, the first purchase."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher

from checkout.cart.operations import add_line
from checkout.orders import from_cart
from checkout.orders.order_request import Contact, OrderRequest
from checkout.page.portal_field import read
from checkout.vouchers import rules, services
from tests.checkout.building import PORTAL
from tests.checkout.test_voucher_rules import terms
from tests.races.test_place_order import voucher_buyers

CONTACT = Contact(name="Grace New", company="", phone="+49 30 1234567", email="grace@example.com")
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.THROTTLES = dict.fromkeys(settings.THROTTLES, "10000/minute")


def requests_of(shop: Any, customer: Any) -> list[OrderRequest]:
    """Orders of two carts of one customer, both with the voucher."""
    made = []
    for months in (1, 3):
        basket = Basket.objects.create(owner=customer)
        add_line(basket=basket, price_id=shop.term("pro", months).pk, quantity=1)
        basket.vouchers.set(Voucher.objects.filter(code="SPRING"))
        made.append(
            OrderRequest(
                basket_id=basket.pk, customer=customer, contact=CONTACT, portal=read(PORTAL).address,
                shown=None, ip_address=None, language="en",
            )
        )  # fmt: skip
    return made


def test_uses_in_all_are_never_passed(shop: Any, race: Any, make_customer: Any) -> None:
    rule = services.create(terms=terms(max_uses=3), code="SPRING")
    answers = race(*voucher_buyers(shop, make_customer, 8))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [302] * 3
    assert (rules.uses(rule).count(), Order.objects.count()) == (3, 3)


@pytest.mark.parametrize("limit", [{"max_uses_per_customer": 1}, {"is_first_purchase_only": True}])
def test_one_customer_uses_it_once_with_two_carts(shop: Any, race: Any, customer: Any, limit: dict[str, Any]) -> None:
    rule = services.create(terms=terms(**limit), code="SPRING")
    outcomes = race(*(partial(from_cart.place_order, request) for request in requests_of(shop, customer)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["PlacedOrder", "VoucherRefused"]
    assert rules.uses(rule).count() == 1


def test_control_without_the_locks_the_limit_is_passed(
    shop: Any, race: Any, make_customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = services.create(terms=terms(max_uses=1), code="SPRING")
    checked, read = threading.Barrier(4), from_cart._check_what_was_shown

    def wait(*args: Any) -> None:
        read(*args)
        checked.wait(timeout=30)

    monkeypatch.setattr(from_cart, "_lock_discounts", lambda basket: None)
    monkeypatch.setattr(from_cart, "_check_what_was_shown", wait)
    race(*voucher_buyers(shop, make_customer, 4))
    assert rules.uses(rule).count() == 4
