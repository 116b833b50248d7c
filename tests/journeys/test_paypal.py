"""A purchase by PayPal: the card chosen first is refused, PayPal is asked for another way, and that one is taken."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Running
from tests.journeys.paying import is_paid, order, pay_by
from tests.journeys.test_purchase import new_email
from tests.journeys.test_refund_request import picture

pytestmark = pytest.mark.journey


def agree(page: Page, way: str) -> None:
    """On PayPal's own page, which nobody can take for the shop's."""
    page.wait_for_url("**/checkoutnow?**")
    expect(page.get_by_role("note")).to_contain_text("no real PayPal")
    page.get_by_role("radio", name=re.compile(way)).check()
    page.get_by_role("button", name="Pay now").click()


def test_a_refused_card_is_replaced_on_paypals_page(page: Page, running_shop: Running) -> None:
    shop = running_shop
    order(page, shop, email=new_email("paypal"), portal="paypal.bitrix24.com")
    picture(page, "pay")
    pay_by(page, "paypal")
    page.wait_for_url("**/checkoutnow?**")
    theirs = page.url
    picture(page, "paypal")
    agree(page, "Card that is refused")

    page.wait_for_url("**/pay/result/**")
    expect(page.locator("#progress")).to_contain_text("Nothing has been charged")
    picture(page, "paypal-refused")
    page.get_by_role("link", name="Back to the payment page").click()
    expect(page.locator('input[name="method"][value="paypal"]')).to_be_checked()
    picture(page, "pay-refused")
    page.get_by_role("button", name="Pay order").click()
    page.wait_for_url(theirs)  # the same order at PayPal
    expect(page.get_by_role("alert")).to_contain_text("refused")
    picture(page, "paypal-again")
    agree(page, "PayPal balance")
    is_paid(page, shop)
