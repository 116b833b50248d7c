"""The checkout is closed: from it to the license one way leads on, and a buyer sees on it what makes them trust."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from storefront.billing import links
from storefront.billing.models import Invoice
from storefront.billing.services import settlement, starting
from tests import purchases
from tests.checkout.building import make_voucher, order_by, put_in_cart

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(client: Client, shop: Any, customer: Any, stripe: Any) -> dict[str, tuple[str, str]]:
    """By name: the HTML of each page of the way, and the step it belongs to."""
    put_in_cart(client, shop.term())
    found = {"checkout": (client.get("/checkout/").content.decode(), "Details")}
    found["errors"] = (client.post("/checkout/", {}).content.decode(), "Details")
    order_by(client, shop)
    found["pay"] = (client.get(links.pay_path(Invoice.objects.get())).content.decode(), "Payment")
    payment = starting.start(invoice=purchases.order(customer, shop), gateway_name="stripe")
    back = "/" + links.return_url(payment).split("/", 3)[3]
    found["waiting"] = (client.get(back).content.decode(), "Payment")
    stripe.pay(payment.provider_reference)
    settlement.settle(attempt_id=payment.pk)
    found["paid"] = (client.get(back).content.decode(), "License")
    return found


def test_no_menu_search_footer_or_chat_leads_away(pages: dict[str, tuple[str, str]]) -> None:
    for name, (html, _step) in pages.items():
        for way_out in ("site-nav", "site-search", "site-footer", "phone-menu", "chat-launcher", 'role="search"'):
            assert way_out not in html, (name, way_out)
        assert 'href="/support/" target="_blank"' in html, name  # help stays in reach, in a tab of its own
        assert 'href="/agreements/license-agreement/" target="_blank"' in html, name


def test_every_page_says_its_step(pages: dict[str, tuple[str, str]]) -> None:
    for name, (html, step) in pages.items():
        assert re.findall(r'aria-current="step">([^<]+)<', html) == [step], name


def test_email_comes_first(pages: dict[str, tuple[str, str]]) -> None:
    html, _step = pages["checkout"]
    names = re.findall(r'<input[^>]* name="(email|name|company|phone|bitrix24_address)"', html)
    assert names == ["email", "name", "phone", "company", "bitrix24_address"]


def test_summary_shows_list_price_saving_and_total(client: Client, shop: Any) -> None:
    make_voucher(percent="10")
    put_in_cart(client, shop.term("pro", 12), 2)
    client.post("/basket/voucher/", {"code": "SPRING"})
    html = client.get("/checkout/").content.decode()
    summary = html[html.index('class="summary"') : html.index("</dl>")]
    shown = re.findall(r"<d[td][^>]*>([^<]*)</d[td]>", summary)
    assert shown == [
        "List price", "€600.00", "You save", "-€120.00", "Voucher SPRING", "-€48.00", "Total", "€432.00",
    ]  # fmt: skip
    assert "−20%" in summary and '<s class="price">€600.00</s>' in summary
    assert "−20%" in client.get("/basket/").content.decode()


def test_percentages_are_written_as_each_language_writes_them(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term("pro", 12))
    for path in ("/ru/checkout/", "/ru/basket/"):
        assert "−20\xa0%" in client.get(path).content.decode()


def test_what_makes_one_trust_stands_under_the_button(pages: dict[str, tuple[str, str]]) -> None:
    for name, button in (("checkout", 'id="checkout-button"'), ("pay", 'id="pay-order"')):
        html, _step = pages[name]
        below = html[html.index(button) :]
        for words in ("Ways to pay: Bank card.", "You buy from", "No VAT is charged"):
            assert words in below, (name, words)


def test_a_void_order_leads_to_products_in_its_language(client: Client, shop: Any, customer: Any) -> None:
    invoice = purchases.order(customer, shop)
    invoice.order.set_status("Cancelled")
    html = client.get("/ru" + links.pay_path(invoice)).content.decode()
    assert 'href="/ru/products/"' in html and 'href="/products/"' not in html


def test_buttons_on_the_way_have_names_of_their_own_in_russian(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    assert "Перейти к оформлению" in client.get("/ru/basket/").content.decode()
    html = client.get("/ru/checkout/").content.decode()
    assert ">Оформление заказа</h1>" in html and ">Оформить заказ</button>" in html
