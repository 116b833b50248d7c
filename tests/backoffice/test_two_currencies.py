"""A shop that trades in two currencies: no list, sum or report adds euros to roubles.

Amounts in euros have no tenths of a euro, those in roubles no kopecks but full tens: a sum of both has neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from checkout.cart.repricing import change_currency
from storefront.billing.models import Invoice
from tests.backoffice.pressing import confirmed
from tests.billing.building import make_invoice
from tests.checkout.building import left_cart
from tests.factories import price_in_others
from tests.purchases import license_terms, pay

pytestmark = pytest.mark.django_db

MONEY = re.compile(r"(?:€|RUB )[\d,]*\d\.(\d)(\d)")
#: And what each of them must show.
PAGES = {
    "/admin/orders/": ("€199.03", "RUB 17,289.30"),
    "/admin/invoices/": ("€199.03", "RUB 17,289.30"),
    "/admin/payments/": ("€192.02", "RUB 17,278.20"),
    "/admin/payments/received/": ("€192.02", "RUB 17,278.20"),
    "/admin/refunds/": (),
    "/admin/customers/": (),
    "/admin/carts/": ("RUB 8,640.00",),
    "/admin/money/": (),
    "/admin/money/days/": (),
    "/admin/accounting/": (),
    "/admin/reports/": ("€192.02", "RUB 17,278.20"),
    "/admin/reports/bookings/": (),
    "/admin/reports/lifetime/": (),
    "/admin/reports/tax/": (),
    "/admin/reports/unpaid/": ("€7.01", "RUB 11.10"),
    "/admin/": (),
}


@pytest.fixture
def two(shop: Any, settings: Any) -> Any:
    settings.SHOP_CURRENCIES = ["EUR", "RUB"]
    price_in_others(shop, standard={"RUB": "900.00"})
    return shop


def mixed(text: str) -> list[str]:
    return [found[0] for found in MONEY.finditer(text) if found[1] != "0" and found[2] != "0"]


def test_no_page_adds_what_was_paid_in_two(
    client_of: Callable[[str], Client], two: Any, customer: Any, make_customer: Any, stripe: Any
) -> None:
    terms = license_terms(two)
    other = make_customer("other@example.com")
    for buyer in (customer, other):
        pay(make_invoice(buyer, "96.01", terms=[terms]), stripe)
        pay(make_invoice(buyer, "8639.10", currency="RUB", terms=[terms]), stripe)
    make_invoice(customer, "7.01")
    make_invoice(customer, "11.10", currency="RUB")
    two.software.plans.filter(code="pro").update(other_prices={})
    basket = left_cart(two.term("standard", 12)).basket
    change_currency(basket=basket, currency="RUB")
    assert mixed("€8,735.11 €96.01 RUB 8,639.10") == ["€8,735.11"]
    owner = client_of("Owner")
    for path, shown in PAGES.items():
        response = owner.get(path)
        assert response.status_code == 200, path
        text = response.content.decode().replace("\xa0", " ")
        assert not mixed(text), (path, mixed(text))
        for amount in shown:
            assert amount in text, (path, amount, sorted({found[0] for found in MONEY.finditer(text)}))


def test_a_cart_counts_what_is_sold_in_its_currency(client_of: Callable[[str], Client], two: Any) -> None:
    basket = left_cart(two.term("pro", 12)).basket
    change_currency(basket=basket, currency="RUB")
    html = client_of("Owner").get("/admin/carts/").content.decode().replace("\xa0", " ")
    assert "240.00" not in html, "the price of 'pro' in euros, under the name of roubles"


def test_staff_order_in_the_currency_they_choose(client_of: Callable[[str], Client], two: Any, customer: Any) -> None:
    data = {
        "email": customer.email, "name": "Ada Buyer", "country": "DE", "phone": "", "language": "en", "key": "k1",
        "bitrix24_address": "acme.bitrix24.com", "price_1": two.term("standard", 12, "RUB").pk, "quantity_1": "2",
    }  # fmt: skip
    assert confirmed(client_of("Sales"), "/admin/orders/place/", **data).status_code == 302
    invoice = Invoice.objects.get()
    assert (invoice.currency, f"{invoice.amount:.2f}") == ("RUB", "17280.00")


def test_a_currency_that_no_method_takes_is_not_offered_and_staff_read_why(
    client: Client, client_of: Callable[[str], Client], two: Any, settings: Any
) -> None:
    settings.SHOP_CURRENCIES = ["EUR", "CUP"]  # Stripe takes no Cuban pesos
    price_in_others(two, standard={"CUP": "240.00"})
    assert "/basket/currency/" not in client.get("/products/yeastar-s-module/").content.decode()
    client.post("/basket/currency/", {"currency": "CUP"})
    assert "currency" not in client.cookies
    html = client_of("Owner").get("/admin/payment-methods/").content.decode()
    assert "The shop has prices in CUP, but no payment method that is offered takes it." in html
    assert "The shop has prices in EUR" not in html
