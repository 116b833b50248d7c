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
from oscar.apps.offer.applicator import Applicator
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from oscar.apps.partner.strategy import Selector

from catalogue.plans.models import PlanPrice
from checkout.cart import discounts, operations
from checkout.cart.cart import read_cart
from tests.checkout.building import make_voucher, put_in_cart
from tests.factories import make_software

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
        # basket, lines, prices, extensions, voucher, offers, seller, ways to pay, bank accounts: a plain query for each
        assert queries(client, "/basket/") == 9
        assert queries(client, "/checkout/") == 10  # and the agreements

    def test_customers_cart_and_checkout(self, client: Client, shop: Any, customer: Any, lines: int) -> None:
        client.force_login(customer)
        fill(put_in_cart(client, shop.term("standard", 1)).basket, lines)
        assert queries(client, "/basket/") == 13  # and session, user, balance, unpaid orders
        assert queries(client, "/checkout/") == 16  # and agreements, last order, payers, the requested reminder

    def test_cart_with_a_voucher(self, client: Client, shop: Any, lines: int) -> None:
        make_voucher()
        fill(put_in_cart(client, shop.term("standard", 1)).basket, lines)
        client.post("/basket/voucher/", {"code": "SPRING"})
        client.get("/basket/")  # shows the message once
        assert queries(client, "/basket/") == 23  # the nine, Oscar's own reading of lines, and what its offers ask

    def test_changing_a_line_costs_the_same(self, client: Client, shop: Any, lines: int) -> None:
        line = put_in_cart(client, shop.term("standard", 1))
        fill(line.basket, lines)
        client.get("/basket/")  # seller and agreements are in the cache now
        with CaptureQueriesContext(connection) as captured:
            client.post(f"/basket/lines/{line.pk}/", {"quantity": "2"}, headers={"HX-Request": "true"})
        assert len(captured) == 16


@pytest.mark.parametrize("percent", ["0.01", "7", "33.33", "50"])
def test_our_sums_are_oscars(client: Client, shop: Any, percent: str) -> None:
    make_voucher(percent=percent)
    for code, months, quantity in (("standard", 1, 7), ("pro", 3, 2), ("standard", 12, 1)):
        line = put_in_cart(client, shop.term(code, months), quantity)
    client.post("/basket/voucher/", {"code": "SPRING"})
    cart = read_cart(Basket.objects.get(pk=line.basket_id))
    discounts.apply(cart, user=AnonymousUser())
    plain = Basket.objects.get(pk=line.basket_id)
    plain.strategy = Selector().strategy()
    assert cart.subtotal == plain.total_incl_tax_excl_discounts == Decimal("308.50")
    assert cart.total == cart.basket.total_incl_tax < cart.subtotal
    assert [line.price for line in cart.lines] == [line.unit_price_incl_tax for line in plain.all_lines()]


def test_ranges_of_offers_hold_what_oscar_says(shop: Any) -> None:
    """Conditions and benefits of different ranges: the discounts are those of Oscar's own applicator and strategy."""
    terms = list(PlanPrice.objects.all())
    everything = Range.objects.create(name="All but one", includes_all_products=True)
    everything.excluded_products.add(terms[0].product)
    few = Range.objects.create(name="Two")
    few.add_product(terms[1].product)
    few.add_product(make_software("other", "Other", agreement=shop.agreement).product)  # stands for its children
    for percent, (condition, benefit) in {7: (everything, few), 11: (few, everything), 13: (few, few)}.items():
        ConditionalOffer.objects.create(
            name=f"{percent} %",
            condition=Condition.objects.create(range=condition, type=Condition.COUNT, value=2),
            benefit=Benefit.objects.create(range=benefit, type=Benefit.PERCENTAGE, value=percent, max_affected_items=2),
            priority=percent,
            exclusive=False,
            max_basket_applications=1,
        )
    basket = Basket.objects.create()
    fill(basket, PlanPrice.objects.count())
    cart = read_cart(basket)
    discounts.apply(cart, user=AnonymousUser())
    plain = Basket.objects.get(pk=basket.pk)
    plain.strategy = Selector().strategy()
    Applicator().apply(plain, AnonymousUser())
    assert [name for name, _amount in cart.discounts] == [each["name"] for each in plain.offer_applications]
    assert len(cart.discounts) == 3 and cart.total == plain.total_incl_tax
