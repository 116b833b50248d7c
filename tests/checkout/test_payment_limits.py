"""No order is taken that no payment method can charge; what is found out later has a way on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from oscar.apps.order.models import Order

from storefront.billing import payment_limits
from storefront.billing.links import pay_path
from storefront.billing.models import Invoice, ReviewItem, Seller, TaxRate
from storefront.billing.tax import shipped_rates
from storefront.gateways.payments.stripe.amounts import to_minor
from storefront.gateways.payments.stripe.limits import CURRENCIES, LIMITS
from tests.billing.building import make_invoice
from tests.checkout.building import filled, make_voucher, order_by, put_in_cart, seal_on

pytestmark = pytest.mark.django_db


def use_voucher(client: Client, code: str = "SPRING") -> str:
    return client.post("/basket/voucher/", {"code": code}, follow=True).content.decode()


class TestVoucher:
    def test_one_that_leaves_too_little_is_refused_at_its_field(self, client: Client, shop: Any) -> None:
        make_voucher(percent="99.6")  # of 96.00 it leaves 0.38
        put_in_cart(client, shop.term())
        page = use_voucher(client)
        assert "Totals above zero and below €0.50 cannot be paid." in page and 'id="voucher-error"' in page
        assert "SPRING" in page and "€96.00" in page
        assert order_by(client, shop)["Location"].startswith("/pay/")
        assert Order.objects.get().total_incl_tax == Decimal("96.00")

    def test_the_same_at_the_checkout(self, client: Client, shop: Any) -> None:
        make_voucher(percent="99.6")
        put_in_cart(client, shop.term())
        page = client.post("/checkout/", {"go": "voucher", "code": "SPRING"}, follow=True).content.decode()
        assert "Totals above zero and below €0.50 cannot be paid." in page and 'id="id_code_error"' in page
        assert "€96.00" in page

    def test_exactly_the_smallest_amount_is_taken(self, client: Client, shop: Any, stripe: Any) -> None:
        make_voucher(percent="99.48")  # 0.4992, rounded to 0.50
        put_in_cart(client, shop.term())
        assert "is in your cart" in use_voucher(client)
        order_by(client, shop)
        answer = client.post(pay_path(Invoice.objects.get()))
        assert answer.status_code == 303 and stripe.sessions()[0]["amount_total"] == 50

    def test_what_is_left_without_tax_must_be_payable_too(self, client: Client, shop: Any, vies: Any) -> None:
        shipped_rates.load(TaxRate)
        Seller.objects.update(tax_regime="vat", country="DE", vat_id="DE136695976")
        make_voucher(percent="99.48")  # 0.50 with VAT, 0.42 without
        put_in_cart(client, shop.term())
        use_voucher(client)
        abroad = {"company": "Exemple SA", "country": "FR", "vat_id": "FR40303265045", "address": "1 rue Exemple"}
        first = order_by(client, shop, **abroad)
        page = client.post("/checkout/", filled(shop, shown=seal_on(first.content.decode()), **abroad))
        assert page.status_code == 200 and not Order.objects.exists()
        assert "below €0.50 cannot be paid" in page.content.decode()

    def test_a_cart_that_shrinks_below_it_is_not_ordered(self, client: Client, shop: Any) -> None:
        make_voucher(percent="99.6")
        line = put_in_cart(client, shop.term(), 2)  # 192.00: leaves 0.77
        assert "is in your cart" in use_voucher(client)
        checkout = client.get("/checkout/").content.decode()
        client.post(f"/basket/lines/{line.pk}/", {"quantity": "1"})
        cart = client.get("/basket/").content.decode()
        assert "below €0.50 cannot be paid" in cart and 'href="/checkout/"' not in cart
        assert "below €0.50 cannot be paid" in client.get("/checkout/").content.decode()
        answer = client.post("/checkout/", filled(shop, shown=seal_on(checkout)))
        again = order_by(client, shop)
        assert answer.status_code == again.status_code == 200 and not Order.objects.exists()
        assert "below €0.50 cannot be paid" in again.content.decode()

    def test_one_for_everything_is_no_small_amount(self, client: Client, shop: Any) -> None:
        make_voucher(percent="100")
        put_in_cart(client, shop.term())
        assert "is in your cart" in use_voucher(client)


class TestPayPage:
    def test_a_refusal_for_good_says_so_and_offers_another_way(
        self, client: Client, stripe: Any, customer: Any
    ) -> None:
        invoice = make_invoice(customer)
        stripe.fail_next(kind="status", status=400)
        answer = client.post(pay_path(invoice))
        for page in (answer, client.get(pay_path(invoice))):
            html = page.content.decode()
            assert "trying again will not help" in html and "mailto:" in html and invoice.number in html
            assert 'id="pay-order"' not in html
        assert answer.status_code == 409
        assert ReviewItem.objects.get().kind == "cannot_charge"

    def test_an_order_of_before_that_is_too_small_is_not_asked_of_the_provider(
        self, client: Client, stripe: Any, customer: Any
    ) -> None:
        answer = client.post(pay_path(make_invoice(customer, "0.21")))
        assert answer.status_code == 409 and stripe.requests() == []


@hypothesis_settings(max_examples=300, deadline=None)
@given(currency=st.sampled_from(sorted(CURRENCIES)), minor=st.integers(min_value=1, max_value=200_000_000))
def test_what_the_limits_take_the_adapter_can_count(currency: str, minor: int) -> None:
    """Limits and conversion agree for every currency Stripe charges in, at every size."""
    amount = Decimal(minor) * LIMITS.step_in(currency)
    if LIMITS.problem(amount, currency) is None:
        assert to_minor(amount, currency) > 0
    else:
        assert amount < LIMITS.smallest_in(currency) or amount > LIMITS.largest[currency]


def test_nothing_to_pay_has_no_limit() -> None:
    assert payment_limits.problem(Decimal(0), "EUR") is None
