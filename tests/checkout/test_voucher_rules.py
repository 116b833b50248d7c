"""What a voucher's rule allows, from the code in the cart to the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher, VoucherSet

from catalogue.plans.models import Plan
from catalogue.plans.publishing import publish
from checkout.models import VoucherRule
from checkout.vouchers import figures, rules, services
from checkout.vouchers.services import VoucherTerms
from storefront.billing.models import Invoice
from storefront.billing.services import invoices
from storefront.core import clock
from tests import purchases
from tests.checkout.building import order_by, put_in_cart
from tests.factories import make_software

pytestmark = pytest.mark.django_db


def terms(**fields: Any) -> VoucherTerms:
    now = clock.now()
    dates = {"starts_at": now - timedelta(days=1), "ends_at": now + timedelta(days=30)}
    return VoucherTerms(**{"name": "Spring", "percent": Decimal(20), **dates, **fields})


def make(code: str = "SPRING", **fields: Any) -> VoucherRule:
    return services.create(terms=terms(**fields), code=code)


def typed(client: Client, code: str = "SPRING") -> str:
    """Type the code in the cart; returns the cart's page."""
    return client.post("/basket/voucher/", {"code": code}, follow=True).content.decode()


def ordered(client: Client, shop: Any, **fields: Any) -> Decimal:
    """Place the order; returns the invoice's amount."""
    response = order_by(client, shop, **fields)
    assert response.status_code == 302, response.content.decode()
    return Invoice.objects.latest("pk").amount


class TestWhatItCovers:
    def test_percent_of_everything(self, client: Client, shop: Any) -> None:
        make()
        put_in_cart(client, shop.term("pro", 1))
        assert "€20.00" in typed(client)
        assert ordered(client, shop) == Decimal("20.00")

    def test_a_sum_is_taken_off_once_whatever_the_number_of_pieces(self, client: Client, shop: Any) -> None:
        make(percent=None, amount=Decimal("10.00"))
        put_in_cart(client, shop.term("pro", 1), 3)
        typed(client)
        assert ordered(client, shop) == Decimal("65.00")

    def test_only_the_named_products(self, client: Client, shop: Any) -> None:
        other = make_software("other", "Other", agreement=shop.agreement)
        make(products=[other])
        put_in_cart(client, shop.term("pro", 1))
        assert "does not apply to what is in your cart" in typed(client)
        put_in_cart(client, other.plans.get(code="pro").prices.get(months=1))
        typed(client)
        assert ordered(client, shop) == Decimal("25.00") + Decimal("20.00")

    def test_only_the_named_periods(self, client: Client, shop: Any) -> None:
        make(months=[12])
        put_in_cart(client, shop.term("pro", 1))
        put_in_cart(client, shop.term("pro", 12))
        typed(client)
        assert ordered(client, shop) == Decimal("25.00") + Decimal("192.00")

    def test_a_license_type_published_later_is_covered_too(self, client: Client, shop: Any) -> None:
        make(products=[shop.software])
        Plan.objects.create(software=shop.software, code="max", name="Max", monthly_price=Decimal(100))
        publish(shop.software)
        put_in_cart(client, shop.term("max", 1))
        typed(client)
        assert ordered(client, shop) == Decimal("80.00")


class TestWhoMayUseIt:
    def test_named_customers_only(self, shop: Any, customer: Any, make_customer: Any) -> None:
        make(customers=[customer])
        for user, said in ((make_customer("other@example.com"), "for other customers"), (None, "please log in first")):
            client = Client()
            if user:
                client.force_login(user)
            put_in_cart(client, shop.term("pro", 1))
            assert said in typed(client)
        client = Client()
        client.force_login(customer)
        put_in_cart(client, shop.term("pro", 1))
        typed(client)
        assert ordered(client, shop) == Decimal("20.00")

    def test_first_purchase_of_a_new_customer(self, client: Client, shop: Any) -> None:
        make(is_first_purchase_only=True)
        put_in_cart(client, shop.term("pro", 1))
        typed(client)
        assert ordered(client, shop) == Decimal("20.00")
        put_in_cart(client, shop.term("pro", 3))
        assert "for a first purchase only" in typed(client)

    def test_a_cancelled_order_was_no_purchase(self, client: Client, shop: Any, customer: Any) -> None:
        client.force_login(customer)
        put_in_cart(client, shop.term("pro", 1))
        order_by(client, shop)
        cancel(Order.objects.get())
        make(is_first_purchase_only=True)
        put_in_cart(client, shop.term("pro", 1))
        typed(client)
        assert ordered(client, shop) == Decimal("20.00")

    def test_who_logs_in_with_it_is_asked_again(self, client: Client, shop: Any, customer: Any) -> None:
        """A visitor may put it into their cart; once they have logged in it takes nothing off, and no order has it."""
        buyer = Client()
        buyer.force_login(customer)
        put_in_cart(buyer, shop.term("pro", 1))
        order_by(buyer, shop)
        make(is_first_purchase_only=True)
        put_in_cart(client, shop.term("pro", 3))
        typed(client)
        client.force_login(customer)
        page = client.get("/basket/").content.decode()
        assert "does not apply to what is in your cart" in page
        order_by(client, shop)
        assert not Order.objects.filter(discounts__voucher_code="SPRING").exists()


class TestHowOften:
    def test_in_all(self, shop: Any, make_customer: Any) -> None:
        rule = make(max_uses=2)
        for number in range(3):
            client = Client()
            client.force_login(make_customer(f"buyer{number}@example.com"))
            put_in_cart(client, shop.term("pro", 1))
            page = typed(client)
            if number < 2:
                assert ordered(client, shop) == Decimal("20.00")
        assert "as often as it can be" in page
        assert rules.uses(rule).count() == 2

    def test_per_customer_and_a_cancelled_order_gives_its_use_back(
        self, client: Client, shop: Any, customer: Any
    ) -> None:
        make(max_uses_per_customer=1)
        client.force_login(customer)
        put_in_cart(client, shop.term("pro", 1))
        typed(client)
        order_by(client, shop)
        put_in_cart(client, shop.term("pro", 3))
        assert "as often as you can" in typed(client)
        cancel(Order.objects.get())
        assert "Spring" in typed(client)

    def test_each_code_of_a_set_once(self, shop: Any, make_customer: Any) -> None:
        rule = services.create_set(terms=terms(), count=2)
        code = services.vouchers_of(rule).first().code
        for email, amount in (("a@example.com", "20.00"), ("b@example.com", "25.00")):
            client = Client()
            client.force_login(make_customer(email))
            put_in_cart(client, shop.term("pro", 1))
            typed(client, code)
            assert ordered(client, shop) == Decimal(amount)

    def test_five_hundred_codes_are_different(self, shop: Any) -> None:
        rule = services.create_set(terms=terms(), count=500)
        codes = set(services.vouchers_of(rule).values_list("code", flat=True))
        assert len(codes) == 500
        assert all(len(code) == 14 for code in codes)


class TestChange:
    def test_orders_keep_what_they_were_placed_with(self, client: Client, shop: Any) -> None:
        rule = make()
        put_in_cart(client, shop.term("pro", 1))
        typed(client)
        ordered(client, shop)
        before = Order.objects.get().discounts.get().offer
        services.change(rule=rule, terms=terms(percent=Decimal(50), name="Summer"))
        assert Order.objects.get().discounts.get().offer == before
        assert before.benefit.value == Decimal(20)
        assert services.taken_off(rule) == (Decimal(50), None)
        assert Voucher.objects.get().name == "Summer"

    def test_a_paused_voucher_takes_nothing_off_a_cart_that_has_it(self, client: Client, shop: Any) -> None:
        rule = make()
        put_in_cart(client, shop.term("pro", 1))
        typed(client)
        services.set_paused(rule=rule, is_paused=True)
        order_by(client, shop)
        assert not Order.objects.filter(discounts__voucher_code="SPRING").exists()
        assert "cannot be used at the moment" in typed(client)
        services.set_paused(rule=rule, is_paused=False)
        typed(client)
        assert ordered(client, shop) == Decimal("20.00")

    def test_codes_and_names_are_taken_once(self, shop: Any) -> None:
        make()
        with pytest.raises(services.CodeTaken):
            services.create(terms=terms(name="Other"), code=" spring ")
        with pytest.raises(services.NameTaken):
            services.create(terms=terms(), code="OTHER")
        with pytest.raises(services.NameTaken):
            services.create_set(terms=terms(), count=2)
        assert (Voucher.objects.count(), VoucherSet.objects.count()) == (1, 0)


def test_the_sample_cart_is_what_a_cart_costs_and_leaves_nothing(client: Client, shop: Any) -> None:
    price = shop.term("pro", 12)
    asked = terms(percent=None, amount=Decimal("40.00"), is_first_purchase_only=True)
    [sample] = figures.samples(asked, [price])
    assert (sample.before, sample.after) == (Decimal("240.00"), Decimal("200.00"))
    assert not Voucher.objects.exists() and not VoucherRule.objects.exists()
    services.create(terms=asked, code="SPRING")
    put_in_cart(client, price)
    typed(client)
    assert ordered(client, shop) == sample.after


def test_figures_are_the_ledgers(client: Client, shop: Any, stripe: Any) -> None:
    rule = make()
    put_in_cart(client, shop.term("pro", 1))
    typed(client)
    ordered(client, shop)
    assert figures.of(rule).income == {}, "an unpaid order earned nothing"
    purchases.pay(Invoice.objects.get(), stripe)
    numbers = figures.of(rule)
    assert (numbers.uses, numbers.taken_off, numbers.income) == (1, {"EUR": Decimal("5.00")}, {"EUR": Decimal("20.00")})


@pytest.mark.parametrize(
    ("fields", "uses", "state"),
    [
        ({}, 0, "running"),
        ({"starts_at": timedelta(days=1)}, 0, "planned"),
        ({"ends_at": timedelta(minutes=-1)}, 0, "over"),
        ({"max_uses": 2}, 2, "used_up"),
    ],
)
def test_states(shop: Any, fields: dict[str, Any], uses: int, state: str) -> None:
    now = clock.now()
    moved = {name: now + value if isinstance(value, timedelta) else value for name, value in fields.items()}
    rule = services.create(terms=replace(terms(), **moved), code="SPRING")
    assert services.state_of(rule, uses=uses) == state


def cancel(order: Order) -> None:
    invoices.void(invoice=order.invoices.get(), reason="test")
