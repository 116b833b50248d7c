"""A purchase by 2Checkout in a browser: chosen among the methods, paid on its page by card or PayPal, told by its
message. And a change of mind: a page of Stripe's that is left for one of 2Checkout's."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from storefront.billing import links
from storefront.billing.models import Payment
from storefront.inbox.processing import process_due
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from tests.billing.building import make_invoice
from tests.factories import make_site
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS", "")


def look_at(page: Page, name: str) -> None:
    for size, (width, height) in {"wide": (1280, 800), "phone": (390, 844)}.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, size)
        for scheme in ("light", "dark") if SHOTS else ():
            show_in(page, scheme)
            page.screenshot(path=Path(SHOTS) / f"{name}-{size}-{scheme}.png", full_page=True)


@pytest.fixture
def site(stripe: Any, live_server: Any, settings: Any) -> Any:
    make_site()
    settings.SITE_URL = live_server.url
    with TwoCheckoutStandIn(ipn_url=f"{live_server.url}/hooks/twocheckout/") as stand_in:
        settings.TWOCHECKOUT_MERCHANT_CODE = "250111206876"
        settings.TWOCHECKOUT_SECRET_KEYS = ["sandbox-2checkout-key"]
        settings.TWOCHECKOUT_BUY_LINK_SECRET = "sandbox-2checkout-word"
        settings.TWOCHECKOUT_API_BASE = settings.TWOCHECKOUT_CHECKOUT_BASE = stand_in.base_url
        settings.TWOCHECKOUT_TEST_ORDERS = True
        yield stand_in


def open_pay_page(page: Page, live_server: Any, invoice: Any) -> None:
    page.goto(f"{live_server.url}{links.pay_path(invoice)}")
    expect(page.get_by_role("heading", name="Pay your order")).to_be_visible()


def choose(page: Page, title: str) -> None:
    page.get_by_role("radio", name=re.compile(title)).check(force=True)
    page.get_by_role("button", name="Pay order").click()


@pytest.mark.parametrize("way", ["card", "PayPal"])
def test_a_purchase_by_2checkout(page: Page, live_server: Any, site: Any, customer: Any, way: str) -> None:
    invoice = make_invoice(customer)
    open_pay_page(page, live_server, invoice)
    look_at(page, f"1-pay-{way}")
    choose(page, "2Checkout")
    expect(page.get_by_role("heading", name="Your order")).to_be_visible()
    expect(page.get_by_role("note")).to_contain_text("no real money")
    look_at(page, f"2-theirs-{way}")
    page.get_by_label("E-mail").fill("buyer@example.com")
    if way == "PayPal":
        page.get_by_role("button", name="Pay with PayPal").click()
        page.get_by_role("button", name="Approve").click()
    else:
        page.get_by_label("Name").fill("John Doe")
        page.get_by_label("Card number").fill("4111 1111 1111 1111")
        page.get_by_label("Expiry").fill("12/34")
        page.get_by_label("Security code").fill("123")
        page.get_by_label("What happens").select_option("declined")
        page.get_by_role("button", name="Place order").click()
        expect(page.get_by_role("alert")).to_contain_text("declined")
        page.get_by_label("Security code").fill("123")
        page.get_by_role("button", name="Place order").click()
    page.wait_for_url("**/pay/result/**")
    assert site.postman.drain()
    while process_due():
        pass
    page.reload()
    expect(page.locator("#progress")).to_contain_text("Payment received")
    look_at(page, f"3-result-{way}")
    invoice.refresh_from_db()
    assert invoice.status == "paid" and all(each["taken"] for each in site.deliveries())


def test_a_change_of_mind(page: Page, live_server: Any, site: Any, stripe: Any, customer: Any) -> None:
    invoice = make_invoice(customer)
    open_pay_page(page, live_server, invoice)
    choose(page, "Bank card")
    page.wait_for_url("**/c/pay/**")
    open_pay_page(page, live_server, invoice)
    choose(page, "2Checkout")
    expect(page.get_by_role("heading", name="Your order")).to_be_visible()
    assert [each["status"] for each in stripe.sessions()] == ["expired"]
    site.buy(page.url)
    while process_due():
        pass
    assert site.postman.drain()
    while process_due():
        pass
    invoice.refresh_from_db()
    assert (invoice.status, Payment.objects.get().gateway) == ("paid", "twocheckout")
