"""A customer asks for a refund, staff approve it, and a consumer withdraws from the rest by the mailed link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from storefront.billing.links import withdrawal_path
from storefront.billing.models import RefundReason, RefundRequest
from storefront.users import roles
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import pay, terms
from tests.factories import make_site
from tests.journeys.test_half_refund import SHOTS, SIZES, logged_in
from tests.licensing.conftest import make_product
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order(db: None, stripe: Any, make_customer: Any) -> Any:
    """Two licenses, 60.00 and 40.00, paid by a person in Germany."""
    make_site()
    RefundReason.objects.get_or_create(title="I ordered the wrong thing")
    payer = {"country": "DE", "kind": "person"}
    two = [terms(make_product("a")), terms(make_product("b"))]
    made = make_invoice(make_customer(), "60.00", "40.00", terms=two, payer=payer)
    pay(stripe, made)
    return made


def picture(page: Any, name: str) -> None:
    if not SHOTS:
        return
    for size in ("wide", "phone"):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            show_in(page, scheme)
            page.screenshot(path=f"{SHOTS}/{name}-{size}-{scheme}.png", full_page=True)


def test_asked_for_approved_and_the_rest_withdrawn_from(
    live_server: Any, order: Any, make_customer: Any, new_context: Callable[[], BrowserContext]
) -> None:
    person = make_customer("accounting@staff.example", name="Anna Accounting")
    person.groups.add(roles.ensure_role(roles.ACCOUNTING))
    page = logged_in(new_context(), live_server, order.customer)
    page.goto(f"{live_server.url}/account/orders/{order.order.number}/")
    page.get_by_role("link", name="Ask for a refund").click()
    picture(page, "ask")
    page.get_by_label("License 1").uncheck()
    page.get_by_label("Reason").select_option(label="I ordered the wrong thing")
    page.get_by_label("What happened").fill("I meant the other product.")
    page.get_by_role("button", name="Ask for the refund").click()
    expect(page.get_by_role("heading", name="Refund you asked for")).to_be_visible()
    picture(page, "asked")

    asked = RefundRequest.objects.get()
    desk = logged_in(new_context(), live_server, person)
    desk.goto(f"{live_server.url}/admin/refunds/requests/")
    desk.get_by_role("link", name=f"Invoice {order.number}").first.click()
    expect(desk.get_by_text("ends: its time is refunded").first).to_be_visible()
    picture(desk, "request")
    desk.get_by_role("link", name="Approve or change").click()
    picture(desk, "grant")
    desk.get_by_role("button", name="Continue").click()
    expect(desk.get_by_role("heading", name="What will happen")).to_be_visible()
    desk.get_by_role("button", name="Confirm").click()
    expect(desk.get_by_text("Done: nothing of it is left to be refunded.")).to_be_visible()
    asked.refresh_from_db()
    assert asked.status == "done"

    visitor = new_context().new_page()
    visitor.goto(live_server.url + withdrawal_path(order))
    picture(visitor, "withdraw")
    visitor.get_by_role("button", name="Confirm withdrawal").click()
    expect(visitor.get_by_role("heading", name="We have your withdrawal")).to_be_visible()
    picture(visitor, "withdrawn")
    assert RefundRequest.objects.get(is_withdrawal=True).lines.get().line.description == "License 1"
