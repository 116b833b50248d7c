"""Accounting refunds half of an order, by line, in the browser; the customer's own page tells what became of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from storefront.billing.models import Refund
from storefront.licensing.models import License
from storefront.users import roles
from tests.account.test_accessibility import AXE, RUN_AXE
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import pay, terms
from tests.browser_login import log_in
from tests.factories import make_site
from tests.licensing.conftest import make_product
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

#: Where the pictures of the pages go, if anywhere.
SHOTS = os.environ.get("SHOTS", "")
SIZES = {"wide": (1280, 800), "tablet": (820, 1180), "phone": (390, 844)}


def logged_in(context: BrowserContext, live_server: Any, user: Any) -> Page:
    log_in(user, context, live_server.url)
    return context.new_page()


def look_at(page: Page, name: str) -> None:
    """axe finds nothing in what is ours, wide and on a phone; a picture of each, if wanted."""
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            show_in(page, scheme)
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{size}-{scheme}.png", full_page=True)
            page.evaluate(AXE)
            assert page.evaluate(RUN_AXE, [{"include": [[".bo-page, .bo-act"]]}, {}]) == []
    page.set_viewport_size({"width": 1280, "height": 800})


@pytest.fixture
def order(db: None, stripe: Any, make_customer: Any) -> Any:
    """Two licenses, 60.00 and 40.00, paid."""
    make_site()
    customer = make_customer()
    made = make_invoice(customer, "60.00", "40.00", terms=[terms(make_product("a")), terms(make_product("b"))])
    pay(stripe, made)
    return made


def test_accounting_refunds_half_of_an_order(
    new_context: Any, live_server: Any, order: Any, make_customer: Any
) -> None:
    person = make_customer("accounting@staff.example", name="Anna Accounting")
    person.groups.add(roles.ensure_role(roles.ACCOUNTING))
    page = logged_in(new_context(), live_server, person)
    page.goto(f"{live_server.url}/admin/invoices/{order.number}/")
    page.get_by_role("link", name="Refund", exact=True).first.click()
    page.get_by_label("License 1,").first.check()
    page.get_by_label("Reason").fill("Bought the wrong one")
    page.get_by_label("Tell the customer by mail").check()
    look_at(page, "form")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("€40.00 goes back by Stripe")).to_be_visible()
    expect(page.get_by_text("ends: its time is refunded")).to_be_visible()
    look_at(page, "preview")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Done: the money is on its way to the buyer.")).to_be_visible()
    look_at(page, "refund")
    assert Refund.objects.get().status == "succeeded"
    for address, name in (("/admin/refunds/", "list"), ("/admin/money/", "desk"), ("/admin/money/days/", "days")):
        page.goto(f"{live_server.url}{address}")
        expect(page.locator("h1, .w-header").first).to_be_visible()
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)

    license = License.objects.get(status="revoked")
    theirs = logged_in(new_context(), live_server, order.customer)
    theirs.goto(f"{live_server.url}/account/licenses/{license.public_id}/")
    expect(theirs.get_by_text("Revoked").first).to_be_visible()
    expect(theirs.get_by_text("taken back").first).to_be_visible()
