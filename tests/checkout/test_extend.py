"""'Extend' links: the same term with its license in the cart, once, for whoever may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from catalogue.plans.models import Period
from catalogue.plans.pricing import publish
from storefront.licensing.links import extend_path
from tests.checkout.building import cart_lines, make_license, put_in_cart
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def test_link_puts_the_same_term_with_its_license_in_the_cart_once(client: Client, shop: Any, customer: Any) -> None:
    license = make_license(customer, shop.term("pro", 6))
    client.force_login(customer)
    for _ in range(2):
        html = client.get(extend_path(license), follow=True).content.decode()
        assert f"Extends license {license.number}" in html
    assert cart_lines() == [("pro", 6, 1)]


def test_link_works_without_a_log_in_and_survives_it(client: Client, shop: Any, customer: Any) -> None:
    license = make_license(customer, shop.term("pro", 6))
    assert license.number in client.get(extend_path(license), follow=True).content.decode()
    client.post("/account/login/", {"login": customer.email, "password": PASSWORD})
    assert f"Extends license {license.number}" in client.get("/basket/").content.decode()


def test_extension_and_plain_line_of_a_term_stay_two_lines(client: Client, shop: Any, customer: Any) -> None:
    client.force_login(customer)
    put_in_cart(client, shop.term("pro", 6))
    client.get(extend_path(make_license(customer, shop.term("pro", 6))))
    assert cart_lines() == [("pro", 6, 1), ("pro", 6, 1)]


def test_period_of_an_extension_can_be_changed_but_not_its_quantity(client: Client, shop: Any, customer: Any) -> None:
    client.force_login(customer)
    license = make_license(customer, shop.term("pro", 6))
    client.get(extend_path(license))
    line = client.get("/basket/").content.decode().split('action="/basket/lines/')[1].split("/")[0]
    client.post(f"/basket/lines/{line}/", {"quantity": "1", "term": shop.term("pro", 12).pk})
    assert cart_lines() == [("pro", 12, 1)]
    answer = client.post(f"/basket/lines/{line}/", {"quantity": "2", "term": shop.term("pro", 12).pk})
    assert "one period at a time" in answer.content.decode()
    assert f"Extends license {license.number}" in client.get(extend_path(license), follow=True).content.decode()
    assert cart_lines() == [("pro", 12, 1)]


def test_nearest_term_on_sale_takes_the_place_of_a_withdrawn_one(client: Client, shop: Any, customer: Any) -> None:
    license = make_license(customer, shop.term("pro", 6))
    Period.objects.filter(months=6).update(is_active=False)
    publish(shop.software)
    client.get(extend_path(license))
    assert cart_lines() == [("pro", 3, 1)]


def test_withdrawn_license_type_is_a_plain_message(client: Client, shop: Any, customer: Any) -> None:
    license = make_license(customer, shop.term("pro", 6))
    shop.software.plans.filter(code="pro").update(is_active=False)
    publish(shop.software)
    assert "no longer sold" in client.get(extend_path(license)).content.decode()
    assert cart_lines() == []


def test_license_of_another_customer_is_a_plain_message(
    client: Client, shop: Any, customer: Any, make_customer: Any
) -> None:
    license = make_license(customer, shop.term())
    client.force_login(make_customer("other@example.com"))
    answer = client.get(extend_path(license))
    assert "belongs to another account" in answer.content.decode()
    assert license.number not in answer.content.decode()
    assert cart_lines() == []


def test_extension_opened_before_logging_in_as_somebody_else_is_dropped(
    client: Client, shop: Any, customer: Any, make_customer: Any
) -> None:
    client.get(extend_path(make_license(customer, shop.term())))
    make_customer("other@example.com")
    client.post("/account/login/", {"login": "other@example.com", "password": PASSWORD})
    assert cart_lines() == []


@pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "é" * 300])
def test_forged_link_adds_nothing(client: Client, shop: Any, token: str) -> None:
    answer = client.get(f"/basket/extend/{token}/")
    assert answer.status_code == 404
    assert "not valid any more" in answer.content.decode()


def test_old_link_adds_nothing(client: Client, shop: Any, customer: Any) -> None:
    path = extend_path(make_license(customer, shop.term()))
    with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
        assert "not valid any more" in client.get(path).content.decode()
    assert cart_lines() == []


def test_revoked_license_cannot_be_extended(client: Client, shop: Any, customer: Any) -> None:
    license = make_license(customer, shop.term(), status="revoked")
    assert "can no longer be extended" in client.get(extend_path(license)).content.decode()
    assert cart_lines() == []
