"""A card is saved with a purchase, pays by one press and is removed; PayPal alike; a card is added without paying."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Running
from tests.journeys.paying import is_paid, order, pay_by
from tests.journeys.test_paypal import agree
from tests.journeys.test_purchase import new_email, pay
from tests.journeys.test_refund_request import picture

pytestmark = pytest.mark.journey


def keep(page: Page) -> None:
    """The box that keeps what is paid with: there, and not ticked beforehand."""
    box = page.get_by_label("Keep this payment method for my next purchases")
    expect(box).not_to_be_checked()
    box.check()


def add_funds(page: Page, shop: Running, amount: str) -> None:
    """As far as the pay page."""
    page.goto(f"{shop.url}/account/funds/")
    page.get_by_label("Amount").fill(amount)
    page.get_by_role("button", name="Go on to pay").click()
    page.wait_for_url("**/pay/**")


def press(page: Page, name: str, amount: str) -> None:
    """Pay by a saved method, which is chosen beforehand: the page that says what is charged, then one press."""
    expect(page.get_by_role("radio", name=re.compile(name))).to_be_checked()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("heading", name="Confirm the payment")).to_be_visible()
    expect(page.locator("main")).to_contain_text(name)
    picture(page, f"confirm-{name}")
    page.get_by_role("button", name=f"Pay {amount} now").click()
    page.wait_for_url("**/pay/result/**")
    expect(page.locator("#progress")).to_contain_text("Payment received")


def test_a_card_is_saved_pays_and_is_removed(page: Page, running_shop: Running) -> None:
    shop = running_shop
    order(page, shop, email=new_email("saved"), portal="saved.bitrix24.com")
    keep(page)
    pay_by(page, "stripe")
    page.wait_for_url("**/c/pay/**")
    pay(page, "4242424242424242")
    is_paid(page, shop)

    page.goto(f"{shop.url}/account/methods/")
    row = page.locator("main tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("•••• 4242")
    expect(row).to_contain_text("12/2034")
    picture(page, "methods")

    add_funds(page, shop, "20")
    press(page, "•••• 4242", "€20.00")
    page.goto(f"{shop.url}/account/")
    expect(page.get_by_role("banner")).to_contain_text("€20.00")

    page.goto(f"{shop.url}/account/methods/")
    page.get_by_role("link", name=re.compile("^Remove")).click()
    picture(page, "remove")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("It is not charged any more.")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing saved yet")).to_be_visible()
    add_funds(page, shop, "30")
    expect(page.get_by_role("radio", name=re.compile("4242"))).to_have_count(0)


def test_paypal_is_saved_and_charged(page: Page, running_shop: Running) -> None:
    shop = running_shop
    order(page, shop, email=new_email("vault"), portal="vault.bitrix24.com")
    keep(page)
    pay_by(page, "paypal")
    page.wait_for_url("**/checkoutnow?**")
    picture(page, "paypal-keeps")
    page.get_by_role("checkbox", name="Agree to automatic payments").check()
    agree(page, "PayPal balance")
    is_paid(page, shop)
    page.goto(f"{shop.url}/account/methods/")
    expect(page.locator("main tbody tr")).to_contain_text("PayPal")
    add_funds(page, shop, "25")
    press(page, "PayPal v•••@example.com", "€25.00")


def test_a_card_is_added_without_paying(page: Page, running_shop: Running) -> None:
    shop = running_shop
    order(page, shop, email=new_email("added"), portal="added.bitrix24.com")
    page.goto(f"{shop.url}/account/methods/add/")
    page.get_by_role("radio", name="Bank card", exact=True).check()
    page.get_by_label("Keep this payment method for my next purchases").check()
    picture(page, "add")
    page.get_by_role("button", name="Go on to the provider").click()
    page.wait_for_url("**/c/pay/**")
    picture(page, "stripe-setup")
    page.locator('input[name="card_number"]').fill("5555555555554444")
    page.locator('input[name="card_expiry"]').fill("12 / 34")
    page.locator('input[name="card_cvc"]').fill("123")
    page.locator('input[name="name"]').fill("Ada Buyer")
    page.locator("button").first.click()
    page.wait_for_url("**/account/methods/**")
    expect(page.get_by_text("•••• 4444 is saved.")).to_be_visible()
