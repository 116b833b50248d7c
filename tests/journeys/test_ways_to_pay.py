"""Further ways to pay: PayPal classic, a bank transfer that staff confirm, and a mind that is changed on the way."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import editor
from tests.journeys.conftest import WIDE, Running
from tests.journeys.paying import has_one_license, is_paid, order, pay_by
from tests.journeys.test_paypal import agree
from tests.journeys.test_purchase import new_email
from tests.journeys.test_refund_request import picture

pytestmark = pytest.mark.journey
ACCOUNTING = "accounting@northbridge.example"


@pytest.fixture
def accounting(browser: Browser) -> Any:
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def test_paypal_classic(page: Page, running_shop: Running) -> None:
    order(page, running_shop, email=new_email("classic"), portal="classic.bitrix24.com")
    pay_by(page, "paypal_nvp")
    page.wait_for_url("**/webscr?**")
    expect(page.get_by_role("note")).to_contain_text("no real PayPal")
    picture(page, "classic")
    page.get_by_role("radio", name="PayPal balance").check()
    page.get_by_role("button", name="Pay Now").click()
    is_paid(page, running_shop)


def test_a_bank_transfer_is_shown_and_confirmed(page: Page, accounting: Page, running_shop: Running) -> None:
    shop, email = running_shop, new_email("transfer")
    pay_link = order(page, shop, email=email, portal="transfer.bitrix24.com")
    pay_by(page, "bank_transfer")
    expect(page.get_by_role("heading", name="Pay by bank transfer")).to_be_visible()
    expect(page.get_by_text("GB36 EXAM 0000 0000 0000 42")).to_be_visible()
    picture(page, "transfer")
    page.get_by_role("link", name="Print, or send a payment proof").click()
    receipt = {"name": "receipt.png", "mimeType": "image/png", "buffer": page.screenshot()}
    page.get_by_label("Payment order or receipt of your bank").set_input_files(files=[receipt])
    page.get_by_role("button", name="Send the file").click()
    expect(page.get_by_text("We have your file")).to_be_visible()
    picture(page, "transfer-sent")

    editor.log_in(accounting, f"{shop.url}/admin/transfers/awaited/?q={email}", ACCOUNTING)
    picture(accounting, "awaited")
    row = accounting.locator("main tbody tr").filter(has_text=email)
    row.get_by_role("link", name=re.compile("^INV-")).click()
    accounting.get_by_label("Reference of the bank").fill(f"E2E {uuid.uuid4().hex[:12]}")
    picture(accounting, "confirm")
    accounting.get_by_role("button", name="Continue").click()
    expect(accounting.get_by_role("heading", name="What will happen")).to_be_visible()
    picture(accounting, "confirm-preview")
    accounting.get_by_role("button", name="Confirm").click()
    expect(accounting.get_by_text(re.compile("are booked for invoice INV-"))).to_be_visible()
    accounting.goto(f"{shop.url}/admin/transfers/proofs/?q={email}")
    expect(accounting.locator("main tbody tr")).to_contain_text("Taken as paid")
    picture(accounting, "proofs")

    answer = page.goto(pay_link)
    assert answer is not None and answer.status == 410
    has_one_license(page, shop)


def test_a_mind_is_changed_from_stripe_to_paypal(page: Page, running_shop: Running) -> None:
    shop = running_shop
    pay_link = order(page, shop, email=new_email("change"), portal="change.bitrix24.com")
    pay_by(page, "stripe")
    page.wait_for_url("**/c/pay/**")
    stripe = page.url
    page.goto(pay_link)
    expect(page.locator('input[name="method"][value="stripe"]')).to_be_checked()
    pay_by(page, "paypal")
    page.wait_for_url("**/checkoutnow?**")
    assert shop.stripe_page_status(stripe) == "expired"
    page.goto(stripe)
    expect(page.locator('input[name="card_number"]')).to_have_count(0)
    picture(page, "stripe-over")
    page.go_back()
    agree(page, "PayPal balance")
    is_paid(page, shop)
