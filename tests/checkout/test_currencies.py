"""Prices, discounts and totals are exact in currencies of no, two and three places, from the form to the charge."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from oscar.apps.basket.middleware import selector
from oscar.apps.basket.models import Basket
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range

from catalogue.plans import publishing
from catalogue.plans.price_calculation import per_month, price_of
from checkout.cart import discounts
from checkout.cart.cart import Cart, read_cart
from storefront.billing.links import pay_path
from storefront.billing.models import Invoice, InvoiceLine
from storefront.core import money
from tests.checkout.building import make_voucher, order_by, put_in_cart

CURRENCIES = ("JPY", "EUR", "KWD")
units = st.integers(min_value=1, max_value=9_999_999)
percents = st.decimals(min_value=0, max_value="99.99", places=2)


@given(currency=st.sampled_from(CURRENCIES), price=units, months=st.integers(1, 120), percent=percents)
def test_a_price_is_an_amount_of_its_currency(currency: str, price: int, months: int, percent: Decimal) -> None:
    unit = money.price_unit(currency)
    found = price_of(monthly_price=price * unit, months=months, discount_percent=percent, currency=currency)
    exact = price * unit * months * (100 - percent) / 100
    assert money.is_exact(found.amount, currency) and money.is_exact(found.list_amount, currency)
    assert found.list_amount == price * unit * months and abs(found.amount - exact) <= unit / 2
    assert Decimal(money.plain(found.amount, currency)) == found.amount
    assert money.plain(found.amount, currency)[::-1].find(".") == money.places(currency) or currency == "JPY"
    assert money.is_exact(per_month(found.amount, months, currency), currency)


@given(currency=st.sampled_from(CURRENCIES), amount=st.decimals(min_value=0, max_value=10**9, places=6))
def test_rounding_down_never_gives_more_away(currency: str, amount: Decimal) -> None:
    down = money.round_down(amount, currency)
    assert money.is_exact(down, currency) and 0 <= amount - down < money.minor_unit(currency)


def test_machines_read_as_many_places_as_the_currency_has() -> None:
    figures = [money.plain(Decimal("96.000"), code) for code in CURRENCIES]
    assert figures == ["96", "96.00", "96.000"]
    with pytest.raises(money.MoneyError):
        money.plain(Decimal("0.5"), "JPY")


def test_the_price_of_a_piece_is_an_amount_of_the_currency() -> None:
    line = InvoiceLine(invoice=Invoice(currency="JPY"), list_amount=Decimal(1235), amount=Decimal(1235), quantity=2)
    assert line.unit_price is None


@pytest.fixture(params=["JPY", "EUR"])
def currency(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.SHOP_CURRENCY = settings.OSCAR_DEFAULT_CURRENCY = request.param
    return str(request.param)


@pytest.fixture
def priced(currency: str, shop: Any) -> Any:
    """The shop with prices that no percentage divides evenly."""
    unit = money.minor_unit(currency)
    for plan, price in zip(shop.software.plans.order_by("pk"), (1111, 3457), strict=True):
        plan.monthly_price = price * unit
        plan.save()
    return shop


def offer(kind: str, value: Decimal, *, kind_of: str = ConditionalOffer.SITE, priority: int = 0) -> ConditionalOffer:
    everything, _ = Range.objects.get_or_create(name="Everything", defaults={"includes_all_products": True})
    return ConditionalOffer.objects.create(
        name=f"{priority}: {kind} {value}",
        exclusive=False,
        offer_type=kind_of,
        priority=priority,
        condition=Condition.objects.create(range=everything, type=Condition.COUNT, value=1),
        benefit=Benefit.objects.create(range=everything, type=kind, value=value),
    )


def cart_of(*lines: tuple[Any, int]) -> Cart:
    basket = Basket.objects.create()
    basket.strategy = selector.strategy(user=AnonymousUser())
    for term, quantity in lines:
        basket.add_product(term.product, quantity)
    cart = read_cart(Basket.objects.get(pk=basket.pk))
    discounts.apply(cart, user=AnonymousUser())
    return cart


@pytest.mark.django_db
class TestCart:
    @hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        benefits=st.lists(
            st.tuples(
                st.sampled_from([Benefit.PERCENTAGE, Benefit.FIXED, Benefit.FIXED_UNIT]),
                st.decimals(min_value="0.01", max_value=100, places=2),
            ),
            min_size=1,
            max_size=2,
        ),
        quantities=st.lists(st.integers(1, 7), min_size=1, max_size=3),
    )
    @example(benefits=[(Benefit.PERCENTAGE, Decimal("10"))], quantities=[1])
    @example(benefits=[(Benefit.PERCENTAGE, Decimal("0.01"))], quantities=[1])
    @example(benefits=[(Benefit.PERCENTAGE, Decimal("99.99"))], quantities=[1])
    @example(benefits=[(Benefit.FIXED, Decimal("0.01"))], quantities=[1, 1, 1])
    @example(benefits=[(Benefit.PERCENTAGE, Decimal("100"))], quantities=[3, 2])
    @example(benefits=[(Benefit.PERCENTAGE, Decimal("0.10")), (Benefit.PERCENTAGE, Decimal("99.90"))], quantities=[1])
    def test_any_offers_leave_an_exact_total_that_lines_and_discounts_add_up_to(
        self, priced: Any, currency: str, benefits: list[tuple[str, Decimal]], quantities: list[int]
    ) -> None:
        terms = [priced.term("standard", 1), priced.term("pro", 3), priced.term("standard", 12)]
        with transaction.atomic():
            for priority, (kind, value) in enumerate(benefits):
                offer(kind, value, priority=priority)
            cart = cart_of(*zip(terms, quantities, strict=False))
            transaction.set_rollback(True)
        charged = [line.line_price_incl_tax_incl_discounts for line in cart.basket.all_lines()]
        assert money.is_exact(cart.total, currency) and 0 <= cart.total <= cart.subtotal
        assert all(money.is_exact(Decimal(price), currency) for price in charged) and sum(charged) == cart.total
        assert all(money.is_exact(amount, currency) for _name, amount in cart.discounts)
        # Oscar takes each percentage of the whole price, so two of them may give it away together.
        percentages = sum(value for kind, value in benefits if kind == Benefit.PERCENTAGE)
        if percentages < 100 and not cart.total:
            assert any(kind != Benefit.PERCENTAGE for kind, _value in benefits)  # given away whole, never rounded away

    def test_a_fixed_voucher_takes_off_exactly_its_value(self, priced: Any, currency: str) -> None:
        offer(Benefit.FIXED, Decimal(10))
        cart = cart_of((priced.term("standard", 1), 1), (priced.term("standard", 3), 1), (priced.term("pro", 1), 1))
        assert cart.subtotal - cart.total == 10

    def test_a_percentage_never_rounds_a_line_to_nothing(self, priced: Any, currency: str) -> None:
        priced.software.plans.update(monthly_price=money.minor_unit(currency))
        publishing.publish_all()
        offer(Benefit.PERCENTAGE, Decimal("99.99"))
        assert cart_of((priced.term("standard", 1), 1)).total == money.minor_unit(currency)


@pytest.mark.django_db
def test_page_cart_invoice_and_charge_say_the_same(client: Client, priced: Any, currency: str, stripe: Any) -> None:
    term = priced.term("standard", 12)
    page = client.get("/products/yeastar-s-module/").content.decode()
    product = next(
        data
        for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
        if (data := json.loads(text))["@type"] == "Product"
    )
    wanted = "plan=standard&months=12"
    (listed,) = [each["price"] for each in product["offers"] if each["url"].endswith(wanted)]
    assert listed == money.plain(term.amount, currency) and money.display(term.amount, currency) in page
    make_voucher(percent="12.5")
    put_in_cart(client, term, 3)
    client.post("/basket/voucher/", {"code": "SPRING"})
    total = money.quantize(term.amount * 3 * Decimal("0.875"), currency)
    assert money.display(total, currency) in client.get("/basket/").content.decode()
    order_by(client, priced)
    invoice = Invoice.objects.get()
    order = invoice.order
    assert (invoice.amount, order.total_incl_tax, order.currency) == (total, total, currency)
    assert sum(line.line_price_incl_tax for line in order.lines.all()) == total
    assert sum(found.amount for found in order.discounts.all()) == term.amount * 3 - total
    assert client.post(pay_path(invoice)).status_code == 303
    assert stripe.sessions()[0]["amount_total"] == total / money.minor_unit(currency)
