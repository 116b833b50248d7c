"""The pay page with five methods, one of a provider that sells: by keyboard alone, without JavaScript, on a phone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from storefront.billing import links
from storefront.billing.models import Invoice, PaymentMethod, Seller, TaxRate
from storefront.billing.tax import shipped_rates
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from tests.account.test_accessibility import AXE, RUN_AXE
from tests.billing.building import make_invoice
from tests.billing.transfers import make_account
from tests.journeys.test_twocheckout import site  # noqa: F401  (fixture)
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS", "")
WIDTHS = (320, 390, 1280)


@pytest.fixture
def invoice(site: TwoCheckoutStandIn, paypal: Any, customer: Any, settings: Any) -> Invoice:  # noqa: F811
    shipped_rates.load(TaxRate)
    Seller.objects.update_or_create(
        is_default=True,
        defaults={"name": "Seller", "country": "DE", "tax_regime": "vat", "prices_include_tax": True, "address": "x"},
    )
    settings.TWOCHECKOUT_MERCHANT_OF_RECORD = True
    site.plan(sells=True)
    settings.PAYPAL_NVP_USER = settings.PAYPAL_NVP_PASSWORD = settings.PAYPAL_NVP_SIGNATURE = "credential"
    settings.PAYPAL_NVP_MERCHANT_ID = "ABCDEFGHJKLMN"
    make_account()
    PaymentMethod.objects.create(name="paypal_nvp", title="PayPal, former account", help_text="For existing contracts")
    PaymentMethod.objects.create(name="stripe", marks="Visa, Mastercard, Apple Pay, Google Pay", help_text="3-D Secure")
    return make_invoice(customer, "59.50", "59.50", payer={"country": "AT", "kind": "person"})


def look_at(page: Page, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, width)
        for scheme in ("light", "dark") if SHOTS else ():
            show_in(page, scheme)
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 844})


def test_by_keyboard_the_total_is_seen_before_a_provider_sells(page: Page, live_server: Any, invoice: Invoice) -> None:
    page.goto(f"{live_server.url}{links.pay_path(invoice)}")
    assert page.locator('input[name="method"]').count() == 5
    look_at(page, "five")
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE, [{"include": [["main"]]}, {}]) == []
    page.locator('input[name="method"]:checked').focus()
    for _step in range(5):
        if page.evaluate("document.activeElement.value") == "twocheckout":
            break
        page.keyboard.press("ArrowDown")
    expect(page.locator('input[value="twocheckout"]')).to_be_checked()
    page.keyboard.press("Enter")
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("the total is €100.00 instead of €119.00")
    expect(notice).to_be_focused()
    look_at(page, "another-total")
    page.keyboard.press("Tab")
    expect(page.locator("#pay-order")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/buy?*")


def test_without_javascript(new_context: Any, live_server: Any, invoice: Invoice) -> None:
    page = new_context(java_script_enabled=False, viewport={"width": 320, "height": 700}).new_page()
    page.goto(f"{live_server.url}{links.pay_path(invoice)}")
    page.locator('input[value="twocheckout"]').check(force=True)
    page.locator("#pay-order").click()
    expect(page.get_by_text("the total is €100.00 instead of €119.00")).to_be_visible()
    page.locator('input[value="bank_transfer"]').check(force=True)
    page.locator("#pay-order").click()
    expect(page.locator("#by-hand")).to_contain_text("€119.00")
    assert Invoice.objects.get(status="open").amount == invoice.amount
