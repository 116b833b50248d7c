"""Orders of zero pressed twice, and killed half-way: one order, one use of the voucher, one license, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher

from checkout.orders import from_cart as service
from storefront.billing.models import FreeOrder, Invoice
from storefront.core import audit
from storefront.licensing.models import License, LicensePeriod
from storefront.users.models import User
from tests.checkout.building import make_voucher, put_in_cart
from tests.races.test_place_order import clicks, voucher_buyers, without_claim

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.THROTTLES = dict.fromkeys(settings.THROTTLES, "10000/minute")


def with_voucher(shop: Any) -> Client:
    visitor = Client()
    put_in_cart(visitor, shop.term())
    visitor.post("/basket/voucher/", {"code": "SPRING"})
    return visitor


def test_eight_clicks_make_one_order_one_use_and_one_license(shop: Any, race: Any) -> None:
    voucher = make_voucher(percent="100")
    answers = race(clicks(shop, with_voucher(shop)), copies=8)
    assert {(answer.status_code, answer["Location"][:12]) for answer in answers} == {(302, "/pay/result/")}
    assert [model.objects.count() for model in (Order, Invoice, FreeOrder, License, LicensePeriod)] == [1] * 5
    voucher.refresh_from_db()
    assert (voucher.num_orders, voucher.applications.count()) == (1, 1)
    assert [str(finding) for finding in audit.run()] == []


def test_control_without_the_claim_the_cart_is_given_away_twice(
    shop: Any, race: Any, customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_claim", without_claim(2))
    make_voucher(percent="100")
    buyer = Client()
    buyer.force_login(customer)
    put_in_cart(buyer, shop.term())
    buyer.post("/basket/voucher/", {"code": "SPRING"})
    race(clicks(shop, buyer), copies=2)
    assert Order.objects.count() == 2


def test_a_single_use_voucher_for_everything_is_given_once(shop: Any, race: Any, make_customer: Any) -> None:
    make_voucher(percent="100", usage=Voucher.SINGLE_USE)
    answers = race(*voucher_buyers(shop, make_customer, 4))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 302]
    assert (License.objects.count(), FreeOrder.objects.count()) == (1, 1)


@pytest.mark.parametrize("step", ["FreeOrder", "License", "LicensePeriod"])
def test_a_fault_at_any_step_leaves_nothing_behind(shop: Any, step: str) -> None:
    """Everything is one transaction: what fails in the middle can be pressed again."""
    from django.db.models.signals import pre_save

    voucher = make_voucher(percent="100")
    press = clicks(shop, with_voucher(shop))

    def fail(sender: Any, **kwargs: Any) -> None:
        if sender.__name__ == step:
            raise RuntimeError("the process ends here")

    pre_save.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            press()
    finally:
        pre_save.disconnect(fail)
    assert [model.objects.count() for model in (Order, Invoice, FreeOrder, License, User)] == [0] * 5
    voucher.refresh_from_db()
    assert voucher.num_orders == 0
    assert press().status_code == 302
    assert [model.objects.count() for model in (Order, Invoice, FreeOrder, License)] == [1] * 4
