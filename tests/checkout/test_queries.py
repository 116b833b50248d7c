"""SQL queries of cart and checkout: exact numbers, the same for 1 line and for 20. And: our sums are Oscar's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oscar.apps.basket.models import Basket, Line
from oscar.apps.partner.strategy import Selector

from catalogue.plans.models import PlanPrice
from checkout.cart import discounts, operations
from checkout.cart.cart import read_cart
from tests.checkout.building import make_license, make_voucher, put_in_cart
from tests.conftest import make_software

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pages_kept")]


def fill(basket: Basket, count: int) -> None:
    """Lines of as many terms of three products."""
    for term in PlanPrice.objects.order_by("months", "pk")[:count]:
        operations.add_line(basket=basket, price_id=term.pk, quantity=1)


@pytest.fixture
def three_products(shop: Any) -> None:
    for number in range(2):
        make_software(f"other-{number}", f"Other {number}", agreement=shop.agreement)


def queries(client: Client, path: str) -> int:
    client.get(path)  # what is looked up once per process
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("lines", [1, 20])
@pytest.mark.usefixtures("three_products")
class TestConstant:
    def test_visitors_cart_and_checkout(self, client: Client, shop: Any, lines: int) -> None:
        line = put_in_cart(client, shop.term("standard", 1))
        fill(line.basket, lines)
        assert Line.objects.count() == lines
        assert queries(client, "/basket/") == 3  # basket, lines, terms
        assert queries(client, "/checkout/") == 4  # and the agreements

    def test_customers_cart_and_checkout(self, client: Client, shop: Any, customer: Any, lines: int) -> None:
        client.force_login(customer)
        fill(put_in_cart(client, shop.term("standard", 1)).basket, lines)
        assert queries(client, "/basket/") == 6  # and session, user, unpaid orders
        assert queries(client, "/checkout/") == 9  # and agreements, last order, the wish for a mail

    def test_cart_with_a_voucher(self, client: Client, shop: Any, lines: int) -> None:
        make_voucher()
        fill(put_in_cart(client, shop.term("standard", 1)).basket, lines)
        client.post("/basket/voucher/", {"code": "SPRING"})
        client.get("/basket/")  # shows the message once
        assert queries(client, "/basket/") == 14  # the three, Oscar's lines, and what Oscar asks about a voucher

    def test_changing_a_line_costs_the_same(self, client: Client, shop: Any, lines: int) -> None:
        line = put_in_cart(client, shop.term("standard", 1))
        fill(line.basket, lines)
        client.get("/basket/")  # seller and agreements are in the cache now
        with CaptureQueriesContext(connection) as captured:
            client.post(f"/basket/lines/{line.pk}/", {"quantity": "2"}, headers={"HX-Request": "true"})
        assert len(captured) == 11


@pytest.mark.parametrize("percent", ["0.01", "7", "33.33", "50"])
def test_our_sums_are_oscars(client: Client, shop: Any, percent: str) -> None:
    make_voucher(percent=percent)
    for code, months, quantity in (("standard", 1, 7), ("pro", 3, 2), ("standard", 12, 1)):
        line = put_in_cart(client, shop.term(code, months), quantity)
    client.post("/basket/voucher/", {"code": "SPRING"})
    cart = read_cart(Basket.objects.get(pk=line.basket_id))
    discounts.apply(cart, strategy=Selector().strategy(), user=AnonymousUser())
    plain = Basket.objects.get(pk=line.basket_id)
    plain.strategy = Selector().strategy()
    assert cart.subtotal == plain.total_incl_tax_excl_discounts == Decimal("308.50")
    assert cart.total == cart.basket.total_incl_tax < cart.subtotal
    assert [line.price for line in cart.lines] == [line.unit_price_incl_tax for line in plain.all_lines()]


def test_prepared_reading_is_what_the_querysets_say(client: Client, shop: Any, customer: Any) -> None:
    client.force_login(customer)
    put_in_cart(client, shop.term("pro", 3), 2)
    from checkout.cart import cart as cart_module
    from storefront.licensing.links import extend_path

    client.post(extend_path(make_license(customer, shop.term("standard", 12))), {"go": "cart"})
    basket = Basket.open.get()
    for query in (cart_module._LINES,):
        assert [tuple(row) for row in query.rows(basket=basket.pk)] == list(query.queryset(basket=basket.pk))


def test_range_of_an_offer_is_asked_as_oscar_would(client: Client, shop: Any) -> None:
    from oscar.apps.offer.models import Range

    from checkout.cart import ranges

    products = [term.product for term in PlanPrice.objects.all()]
    everything = Range.objects.create(name="All but one", includes_all_products=True)
    everything.excluded_products.add(products[0])
    few = Range.objects.create(name="Two")
    few.add_product(products[1])
    few.add_product(shop.software.product)  # the parent stands for its children
    for found in (everything, few):
        plain = [found.contains_product(product) for product in products]
        with ranges.remembered([product.pk for product in products]):
            assert [found.contains_product(product) for product in products] == plain
