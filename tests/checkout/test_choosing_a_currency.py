"""A shop that sells in several currencies: the visitor chooses one, and page, cart and charge say the same in it."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from oscar.apps.basket.models import Basket, Line
from oscar.apps.offer.models import Benefit

from catalogue.plans import publishing
from catalogue.plans.buy_box import buy_box
from catalogue.plans.models import Plan, SoftwareProduct
from checkout.cart import operations, repricing
from checkout.cart.cart import read_cart
from checkout.orders import order_lines
from storefront.billing.links import pay_path
from storefront.billing.models import Invoice
from storefront.billing.tax import TaxDecision
from storefront.core import currency_choice, money
from storefront.licensing.links import extend_path
from storefront.licensing.models import License
from tests.checkout.building import cart_lines, make_license, make_voucher, order_by, put_in_cart
from tests.factories import price_in_others

pytestmark = pytest.mark.django_db
PRODUCT = "/products/yeastar-s-module/"


@pytest.fixture
def three(shop: Any, settings: Any) -> Any:
    """'standard' costs 10 EUR, 899.99 RUB or 1501 JPY a month; 'pro' 25 EUR or 2400 RUB."""
    settings.SHOP_CURRENCIES = ["EUR", "RUB", "JPY"]
    price_in_others(shop, standard={"RUB": "899.99", "JPY": "1501"}, pro={"RUB": "2400.00"})
    return shop


def choose(client: Client, currency: str, page: str = PRODUCT) -> Any:
    return client.post("/basket/currency/", {"currency": currency, "next": page})


def read(client: Client, path: str = PRODUCT) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return str(response.content.decode()).replace("\xa0", " ")


def offers(html: str) -> set[str]:
    """The currencies told to search engines."""
    found = [json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)]
    return {offer["priceCurrency"] for data in found if data["@type"] == "Product" for offer in data["offers"]}


@pytest.mark.usefixtures("pages_kept")
class TestPages:
    def test_a_visitor_chooses_and_nobody_else_sees_it(self, client: Client, three: Any) -> None:
        assert "€96.00" in read(Client()) and 'value="RUB"' in read(Client())
        answer = choose(client, "RUB")
        assert (answer.status_code, answer["Location"]) == (302, PRODUCT)
        mine = read(client)
        assert "RUB 8,639.90" in mine and "€96.00" not in mine and offers(mine) == {"EUR"}
        assert "€96.00" in read(Client()) and "RUB 8,639.90" not in read(Client())
        assert 'from <b class="price">RUB 719.99</b>' in read(client, "/products/")
        assert 'from <b class="price">€8.00</b>' in read(Client(), "/products/")
        choose(client, "EUR")
        assert "€96.00" in read(client) and currency_choice.COOKIE not in {
            name for name, morsel in client.cookies.items() if morsel.value
        }

    def test_a_license_type_without_a_price_in_it_is_left_out(self, client: Client, three: Any) -> None:
        choose(client, "JPY")
        html = read(client)
        assert "¥14,410" in html and 'data-plan="pro"' not in html

    def test_a_product_that_is_not_sold_in_it_says_so(self, client: Client, three: Any) -> None:
        Plan.objects.update(other_prices={})
        publishing.publish_all()
        choose(client, "RUB")
        html = read(client)
        assert "This product is not sold in RUB. Its prices are in EUR." in html and "€96.00" in html
        assert "€8.00" in read(client, "/products/")

    @pytest.mark.parametrize("data", [{"currency": "USD"}, {}, {"currency": "RUB", "next": "https://evil.example/"}])
    def test_what_is_no_choice_changes_nothing(self, client: Client, three: Any, data: dict[str, str]) -> None:
        answer = client.post("/basket/currency/", data)
        assert answer["Location"] == "/basket/"
        client.cookies["currency"] = "<b>" if "next" not in data else "EUR"
        assert "€96.00" in read(client)

    def test_a_shop_of_one_currency_offers_no_choice(self, client: Client, shop: Any) -> None:
        assert "/basket/currency/" not in read(client)
        client.cookies["currency"] = "RUB"
        assert "€96.00" in read(client)


class TestCart:
    def test_every_line_gets_its_price_in_the_other_currency(self, client: Client, three: Any) -> None:
        put_in_cart(client, three.term("standard", 12), 2)
        put_in_cart(client, three.term("pro", 1))
        choose(client, "RUB", "/basket/")
        html = read(client, "/basket/")
        assert "RUB 19,679.80" in html and "has changed from" not in html, "2 x 8639.90 + 2400"
        assert cart_lines() == [("standard", 12, 2), ("pro", 1, 1)]
        choose(client, "EUR", "/basket/")
        assert "€217.00" in read(client, "/basket/")

    def test_what_is_not_sold_in_it_is_named_and_stays_out(self, client: Client, three: Any) -> None:
        put_in_cart(client, three.term("standard", 12))
        line = put_in_cart(client, three.term("pro", 12))
        choose(client, "JPY", "/basket/")
        html = read(client, "/basket/")
        assert "Professional, 12 months in your cart is not sold in JPY." in html
        assert "This is not sold in JPY. Remove it, or choose another currency." in html
        assert client.get("/checkout/")["Location"] == "/basket/"
        choose(client, "RUB", "/basket/")
        assert read_cart(Basket.objects.get()).can_be_ordered, "back in a currency that has it"
        choose(client, "JPY", "/basket/")
        client.post(f"/basket/lines/{line.pk}/", {"remove": "1"})
        cart = read_cart(Basket.objects.get())
        assert cart.can_be_ordered and (cart.total, cart.currency) == (Decimal(14410), "JPY")

    def test_one_order_has_one_currency(self, client: Client, three: Any) -> None:
        put_in_cart(client, three.term("standard", 12, "RUB"))
        answer = client.post("/basket/add/", {"term": three.term("pro", 12).pk, "quantity": 1}, follow=True)
        assert "Your cart is in RUB and this price in EUR." in answer.content.decode()
        assert cart_lines() == [("standard", 12, 1)]

    def test_a_line_is_switched_within_its_currency(self, client: Client, three: Any) -> None:
        line = put_in_cart(client, three.term("standard", 12, "RUB"))
        options = set(map(int, re.findall(r'<option value="(\d+)"', read(client, "/basket/"))))
        assert options == {three.term(plan, n, "RUB").pk for plan in ("standard", "pro") for n in (1, 3, 6, 12)}
        client.post(f"/basket/lines/{line.pk}/", {"quantity": 1, "term": three.term("pro", 12).pk})
        assert cart_lines() == [("standard", 12, 1)]

    def test_carts_that_meet_take_the_currency_looked_at_last(self, client: Client, three: Any, customer: Any) -> None:
        own = Basket.objects.create(owner=customer)
        operations.add_line(basket=own, price_id=three.term("standard", 12).pk, quantity=1)
        operations.add_line(basket=own, price_id=three.term("pro", 12).pk, quantity=1)
        put_in_cart(client, three.term("standard", 12, "RUB"), 2)
        client.force_login(customer)
        read(client, "/basket/")
        assert set(Line.objects.filter(basket=own).values_list("price_currency", flat=True)) == {"RUB"}
        assert cart_lines(own) == [("standard", 12, 2), ("pro", 12, 1)]


class TestVoucher:
    def test_a_sum_of_money_is_for_carts_in_the_shops_first_currency(self, client: Client, three: Any) -> None:
        voucher = make_voucher()
        Benefit.objects.update(type=Benefit.FIXED, value=Decimal(10))
        put_in_cart(client, three.term("standard", 12))
        client.post("/basket/voucher/", {"code": voucher.code})
        assert "€86.00" in read(client, "/basket/")
        choose(client, "RUB", "/basket/")
        html = read(client, "/basket/")
        assert "This voucher is for carts in EUR." in html and "RUB 8,639.90" in html
        client.post("/basket/voucher/", {"remove": "1"})
        assert (
            "This voucher is for carts in EUR."
            in client.post("/basket/voucher/", {"code": voucher.code}).content.decode()
        )

    def test_a_percentage_is_for_every_currency(self, client: Client, three: Any) -> None:
        put_in_cart(client, three.term("standard", 12, "JPY"))
        client.post("/basket/voucher/", {"code": make_voucher(percent="10").code})
        assert "¥12,969" in read(client, "/basket/")


class TestExtending:
    @pytest.fixture
    def license(self, three: Any, customer: Any) -> License:
        return make_license(customer, three.term("pro", 6, "RUB"))

    def test_is_offered_in_the_currency_paid_last_or_another(
        self, client: Client, three: Any, license: License
    ) -> None:
        html = read(client, extend_path(license))
        assert "RUB 12,960.00" in html and "€135.00" not in html
        html = read(client, f"{extend_path(license)}?currency=EUR")
        assert "€135.00" in html and "RUB 12,960.00" not in html
        assert "JPY" not in html, "it is not sold in it"

    def test_goes_into_a_cart_at_the_price_in_its_currency(self, client: Client, three: Any, license: License) -> None:
        put_in_cart(client, three.term("standard", 12))
        client.post(extend_path(license), {"go": "cart", "term": three.term("pro", 6, "RUB").pk})
        cart = read_cart(Basket.objects.get())
        assert (cart.currency, cart.total) == ("EUR", Decimal("231.00")) and cart.can_be_ordered


def test_a_purchase_in_roubles_from_the_page_to_the_charge(client: Client, three: Any, stripe: Any) -> None:
    choose(client, "RUB")
    term = three.term("standard", 12, "RUB")
    assert f'value="{term.pk}"' in read(client) and "RUB 8,639.90" in read(client)
    put_in_cart(client, term, 3)
    assert "RUB 25,919.70" in read(client, "/basket/")
    order_by(client, three)
    invoice = Invoice.objects.get()
    assert (invoice.amount, invoice.currency) == (Decimal("25919.70"), "RUB")
    assert (invoice.order.total_incl_tax, invoice.order.currency) == (invoice.amount, "RUB")
    assert client.post(pay_path(invoice)).status_code == 303
    (session,) = stripe.sessions()
    assert (session["amount_total"], session["currency"]) == (2591970, "rub")
    terms = invoice.lines.get().license_terms
    assert terms.prices[12] == Decimal("8639.90"), "a change of type is reckoned in the currency paid"


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    currency=st.sampled_from(["EUR", "RUB", "JPY"]),
    units=st.integers(1, 9_999_999),
    percent=st.decimals(min_value=0, max_value=99, places=2),
    quantity=st.integers(1, 9),
)
def test_page_cart_and_order_say_the_same_in_every_currency(
    three: Any, currency: str, units: int, percent: Decimal, quantity: int
) -> None:
    monthly = units * money.minor_unit(currency)
    exact = monthly * 12 * (100 - percent) / 100
    assume(exact >= money.minor_unit(currency))  # what comes to nothing is not sold
    typed: dict[str, Any] = {"monthly_price": Decimal(9), "other_prices": {currency: str(monthly)}}
    if currency == "EUR":
        typed = {"monthly_price": monthly, "other_prices": {}}
    Plan.objects.filter(code="standard").update(**typed)
    three.software.own_periods.all().delete()
    type(three.periods[0]).objects.filter(months=12).update(discount_percent=percent)
    publishing.publish_all(withdraw_zero_prices=True)
    box = buy_box(SoftwareProduct.objects.get(), plan_code="standard", months=12, wanted_currency=currency)
    shown = next(price for price in box.plans[0].prices if price.months == 12)
    assert money.is_exact(shown.amount, currency) and abs(shown.amount - exact) <= money.minor_unit(currency) / 2
    basket = Basket.objects.create()
    operations.add_line(basket=basket, price_id=three.term("standard", 12, "EUR").pk, quantity=quantity)
    assert repricing.change_currency(basket=basket, currency=currency) == []
    cart = read_cart(basket)
    assert (cart.total, cart.currency) == (shown.amount * quantity, currency)
    (line,) = order_lines.ordered(cart, "acme.bitrix24.com", TaxDecision("none", Decimal(0)))
    assert line.amount == cart.total and line.terms.prices[12] == shown.amount
