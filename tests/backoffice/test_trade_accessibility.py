"""The pages of orders, invoices and payments, judged by axe-core, light and dark, wide and narrow; and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.account.test_accessibility import AXE, PHONE, RUN_AXE, TOO_WIDE, WIDE
from tests.billing.building import make_invoice
from tests.purchases import order, pay
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

#: What is ours on a page; the frame around it is Wagtail's, and so is how many matches a list says it has.
OURS = {"include": [["#main"]], "exclude": [["header.w-slim-header"], ["h2[role=alert]"]]}


@pytest.fixture
def page(browser: Browser, live_server: Any, client_of: Callable[[str], Client]) -> Iterator[Page]:
    """The browser of an owner, logged in."""
    client = client_of("Owner")
    context = browser.new_context(reduced_motion="reduce", base_url=live_server.url)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    yield context.new_page()
    context.close()


@pytest.fixture
def addresses(customer: Any, shop: Any, stripe: Any) -> list[str]:
    paid, unpaid = pay(order(customer, shop), stripe), make_invoice(customer)
    act = f"/admin/invoices/{unpaid.number}"
    return [
        "/admin/orders/", "/admin/orders/?status=Paid&columns=company&columns=voucher", "/admin/invoices/",
        "/admin/payments/", "/admin/payments/received/", f"/admin/orders/{paid.invoice.order.number}/",
        f"/admin/orders/{unpaid.order.number}/", f"/admin/invoices/{unpaid.number}/",
        f"/admin/payments/{paid.public_id}/", f"{act}/cancel/", f"{act}/postpone/", f"{act}/remind/", f"{act}/payer/",
        f"/admin/orders/cancel/?id={unpaid.order_id}", "/admin/orders/place/",
    ]  # fmt: skip


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
def test_nothing_is_wrong_with_any_page(page: Page, addresses: list[str], size: Any, scheme: Any) -> None:
    faults = []
    page.set_viewport_size(size)
    show_in(page, scheme)
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        page.evaluate(AXE)
        found = [*page.evaluate(RUN_AXE, [OURS, {}]), page.evaluate(TOO_WIDE)]
        faults += [f"{address}: {fault}" for fault in found if fault]
    assert faults == []


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
