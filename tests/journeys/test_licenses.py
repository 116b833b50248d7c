"""Support finds a license with a wrong address and repairs it; the license works in the buyer's Bitrix24."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import editor
from tests.journeys.conftest import WIDE, Running
from tests.journeys.test_purchase import GOOD, choose, fill_checkout, install_app, new_email, pay

pytestmark = pytest.mark.journey
SUPPORT = "support@northbridge.example"


def buy(page: Page, shop: Running, *, product: str, email: str, portal: str) -> None:
    choose(page, shop, slug=product, plan="Team", months="1")
    page.get_by_role("link", name="Place an order").click()
    fill_checkout(page, email=email, portal=portal)
    page.get_by_role("button", name="Checkout").click()
    page.get_by_role("button", name="Pay order").click()
    page.wait_for_url("**/c/pay/**")
    pay(page, GOOD)
    page.wait_for_url("**/pay/result/**")
    expect(page.locator("#progress")).to_contain_text("Payment received")


def test_support_repairs_a_wrong_address(browser: Browser, running_shop: Running) -> None:
    shop, email = running_shop, new_email("typo")
    installed = shop.installed(1)
    product = next(code for code in ("whatsapp", "telegram") if code not in installed)
    buyer = browser.new_context()
    buy(buyer.new_page(), shop, product=product, email=email, portal=shop.portal(8))
    install_app(buyer.new_page(), shop, code=product, number=1)
    buyer.close()

    page = browser.new_context(viewport=WIDE).new_page()  # type: ignore[arg-type]
    editor.log_in(page, f"{shop.url}/admin/licenses/?q={email}", SUPPORT)
    page.locator("main table a[href*='/admin/licenses/LIC-']").click()
    number = page.url.rstrip("/").rpartition("/")[2]
    expect(page.get_by_role("heading", level=1, name=number)).to_be_visible()
    expect(page.get_by_text(f"It waits for the app to be opened in {shop.portal(8)}.")).to_be_visible()

    page.get_by_role("link", name="Why does it not work?").click()
    expect(page.locator(".bo-verdict")).to_contain_text(f"Nobody has opened the app in {shop.portal(8)}.")
    page.go_back()

    page.get_by_role("link", name="Correct the address").click()
    page.get_by_label("Address of the Bitrix24").fill(shop.portal(1))
    page.get_by_label("Reason").fill("Mistyped; confirmed on the phone")
    page.get_by_label("Tell the customer by mail").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text(f"It works in {shop.portal(1)} at once.")).to_be_visible()
    page.get_by_role("button", name="Confirm").click()

    expect(page.get_by_text(f"It works in {shop.portal(1)}.", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("Mistyped; confirmed on the phone"))).to_be_visible()
    page.context.close()
