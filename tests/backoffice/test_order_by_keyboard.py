"""An act on an order by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.billing.building import make_invoice

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(page_of: Callable[[str], Page]) -> Page:
    """The browser of an owner, logged in."""
    return page_of("Owner")


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
