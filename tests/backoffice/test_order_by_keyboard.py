"""An act on an order by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.billing.building import make_invoice

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Browser, live_server: Any, client_of: Callable[[str], Client]) -> Iterator[Page]:
    """The browser of an owner, logged in."""
    client = client_of("Owner")
    context = browser.new_context(reduced_motion="reduce", base_url=live_server.url)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_an_order_is_cancelled_by_keyboard_alone(page: Page, customer: Any) -> None:
    invoice = make_invoice(customer)
    page.goto(f"/admin/orders/{invoice.order.number}/")
    page.get_by_role("link", name="Cancel the order").press("Enter")
    page.get_by_label("Reason").type("Ordered twice")
    page.get_by_role("button", name="Continue").press("Enter")
    expect(page.get_by_role("button", name="Confirm")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Order {invoice.order.number} is cancelled.")).to_be_visible()
    assert type(invoice).objects.get(pk=invoice.pk).status == "void"
