"""An invoice in roubles paid by YooKassa in a browser: a card that its bank asks about, told by a message."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from storefront.billing import links
from storefront.inbox.processing import process_due
from storefront.sandbox.yookassa import YooKassaStandIn
from tests.billing.building import make_invoice
from tests.browser_login import log_in
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
def yookassa(stripe: Any, live_server: Any, settings: Any) -> Any:
    """Beside Stripe."""
    make_site()
    settings.SITE_URL = live_server.url
    with YooKassaStandIn(webhook_url=f"{live_server.url}/hooks/yookassa/") as stand_in:
        settings.YOOKASSA_SHOP_ID, settings.YOOKASSA_SECRET_KEY = "100500", "test_sandbox-yookassa-key"
        settings.YOOKASSA_API_BASE = stand_in.base_url
        yield stand_in


@pytest.mark.parametrize(
    ("prefix", "title", "heading", "number"),
    [("", "Card, SBP or wallet", "Pay your order", "Card number"),
     ("/ru", "Карта, СБП или кошелёк", "Оплат", "Номер карты")],
)  # fmt: skip
def test_an_invoice_in_roubles(
    page: Page, live_server: Any, yookassa: YooKassaStandIn, customer: Any, prefix: str, title: str, heading: str,
    number: str,
) -> None:  # fmt: skip
    invoice = make_invoice(customer, "9600.00", currency="RUB")
    type(invoice).objects.filter(pk=invoice.pk).update(language="ru" if prefix else "en")
    invoice.refresh_from_db()
    page.goto(f"{live_server.url}{prefix}{links.pay_path(invoice)}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    look_at(page, f"1-pay{prefix.strip('/')}")
    page.get_by_role("radio", name=re.compile(title)).check(force=True)
    look_at(page, f"2-chosen{prefix.strip('/')}")
    page.locator("form button[type=submit], form button:not([type])").last.click()
    expect(page.get_by_label(number)).to_be_visible()
    look_at(page, f"3-theirs{prefix.strip('/')}")
    page.get_by_label(number).fill("5555 5555 5555 4477")
    page.locator("[name=expiry]").fill("12/30")
    page.locator("[name=cvc]").fill("123")
    page.locator("form button").click()
    page.locator("[name=code]").fill("1")
    page.locator("[value=yes]").click()
    page.wait_for_url("**/pay/result/**")
    assert yookassa.notifications.drain()
    while process_due():
        pass
    page.reload()
    look_at(page, f"4-result{prefix.strip('/')}")
    invoice.refresh_from_db()
    assert invoice.status == "paid" and yookassa.stats()["charges"] == 1


def test_a_card_is_saved_and_charged(
    new_context: Any, live_server: Any, yookassa: YooKassaStandIn, customer: Any
) -> None:
    context = new_context()
    log_in(customer, context, live_server.url)
    page = context.new_page()
    first, second = (make_invoice(customer, "9600.00", currency="RUB") for _ in range(2))
    page.goto(f"{live_server.url}{links.pay_path(first)}")
    page.get_by_role("radio", name=re.compile("Card, SBP or wallet")).check(force=True)
    keep = page.get_by_label("Keep this payment method for my next purchases")
    expect(keep).not_to_be_checked()
    keep.check()
    page.get_by_role("button", name="Pay order").click()
    page.get_by_label("Card number").fill("5555 5555 5555 4444")
    page.locator("[name=expiry]").fill("12/30")
    page.locator("[name=cvc]").fill("123")
    page.locator("form button").click()
    page.wait_for_url("**/pay/result/**")
    assert yookassa.notifications.drain()
    while process_due():
        pass
    page.goto(f"{live_server.url}/account/methods/")
    expect(page.locator("main tbody tr")).to_contain_text("•••• 4444")
    look_at(page, "5-methods")
    page.goto(f"{live_server.url}{links.pay_path(second)}")
    expect(page.get_by_role("radio", name=re.compile("•••• 4444"))).to_be_checked()
    page.get_by_role("button", name="Pay order").click()
    expect(page.get_by_role("heading", name="Confirm the payment")).to_be_visible()
    look_at(page, "6-confirm")
    page.get_by_role("button", name="Pay RUB 9,600.00 now").click()
    page.wait_for_url("**/pay/result/**")
    expect(page.locator("#progress")).to_contain_text("Payment received")
    second.refresh_from_db()
    assert second.status == "paid" and yookassa.stats()["charges"] == 2
