"""From the product to the pay page, by one of its methods to whoever takes the money, and what the buyer has then."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Running
from tests.journeys.test_purchase import choose, fill_checkout


def order(page: Page, shop: Running, *, email: str, portal: str) -> str:
    """Order a month of the smallest license type for Telegram; the address of its pay page, which is open then."""
    choose(page, shop, slug="telegram", plan="Start", months="1")
    page.get_by_role("link", name="Place an order").click()
    fill_checkout(page, email=email, portal=portal)
    page.wait_for_load_state("networkidle")  # what is typed is kept, the address is read
    page.get_by_role("button", name="Checkout").click()
    expect(page.get_by_role("heading", name="Pay your order")).to_be_visible()
    return page.url


def pay_by(page: Page, method: str) -> None:
    """Choose one of the pay page's methods by its name in the settings, and press the button."""
    page.locator(f'input[name="method"][value="{method}"]').check(force=True)
    page.get_by_role("button", name=re.compile("^Pay (order|another way)$")).click()


def is_paid(page: Page, shop: Running) -> None:
    """The page that the buyer is sent back to says so, and so does the account."""
    page.wait_for_url("**/pay/result/**")
    expect(page.locator("#progress")).to_contain_text("Payment received")
    expect(page.locator("#progress .license-card")).to_have_count(1)
    has_one_license(page, shop)


def has_one_license(page: Page, shop: Running) -> None:
    """In the account of the buyer, who is logged in: one invoice, paid, and the one license that it has given."""
    for address, text in (("invoices", "Paid"), ("licenses", "LIC-")):
        page.goto(f"{shop.url}/account/{address}/")
        expect(page.locator("main tbody tr")).to_have_count(1)
        expect(page.locator("main tbody tr")).to_contain_text(text)
