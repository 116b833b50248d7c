"""A customer writes that their card does not work; support finds out why."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cms.demo.people import PASSWORD
from tests.journeys.conftest import WIDE, Running
from tests.journeys.test_purchase import POOR, choose, fill_checkout, new_email, pay

pytestmark = pytest.mark.journey


@pytest.fixture
def support(browser: Browser, running_shop: Running) -> Iterator[Page]:
    """Support's own browser, logged in."""
    own: BrowserContext = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
    page = own.new_page()
    page.goto(f"{running_shop.url}/account/login/?next=/admin/customers/")
    page.locator("main [name=login]").fill("support@northbridge.example")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/admin/customers/")
    yield page
    own.close()


def test_a_declined_card_is_explained(page: Page, support: Page, running_shop: Running) -> None:
    shop, email = running_shop, new_email("declined")
    choose(page, shop)
    page.get_by_role("link", name="Place an order").click()
    fill_checkout(page, email=email, portal="declined.bitrix24.com")
    page.get_by_role("button", name="Checkout").click()
    page.get_by_role("button", name="Pay order").click()
    page.wait_for_url("**/c/pay/**")
    pay(page, POOR)
    expect(page.get_by_text(re.compile("insufficient|declined", re.I)).first).to_be_visible()
    page.get_by_role("link", name="Back to the shop").click()  # the shop asks at once what became of it
    expect(page.get_by_text("not enough money", exact=False)).to_be_visible()

    # By a part of the address, as one hears it on the phone.
    support.locator("#id_q").fill(email.partition("@")[0])
    row = support.get_by_role("row").filter(has_text=email)
    row.get_by_role("link", name="Ada Buyer").click()
    expect(support.get_by_role("heading", level=1)).to_contain_text("Ada Buyer")
    reason = support.get_by_text("There is not enough money on the card", exact=False)
    attempt = support.locator(".bo-entry").filter(has=reason)
    expect(attempt).to_contain_text("Payment failed")
    expect(attempt).to_contain_text("insufficient_funds")
