"""The section in a browser: nobody is kept out of a page, in either theme, at a desk, on a tablet and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from storefront.backoffice.models import StaffNote
from storefront.core import clock
from storefront.notifications import addresses
from tests.account.test_accessibility import AXE, LANDMARKS, TOO_WIDE
from tests.factories import PASSWORD
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

DESK, TABLET, PHONE = (ViewportSize(width=width, height=900) for width in (1280, 820, 390))
#: A colour halfway from one theme to the other is none that anybody chose.
AT_ONCE = "* { transition: none !important; }"
#: Wagtail's own frame is Wagtail's to judge: its menu, header and filters.
RUN_AXE = """async () => {
  const where = { include: [["main .bo-page, main .bo-act, main .listing, body > main"]].filter(
    ([each]) => document.querySelector(each)) };
  const found = await axe.run(where, { resultTypes: ["violations"], preload: false });
  const told = node => node.html.slice(0, 120) + " " + (node.any[0]?.message ?? "");
  return found.violations.map(rule => rule.id + ": " + rule.nodes.map(told).join(" | "));
}"""


@pytest.fixture
def person(customer: Any, invoice: Any, license: Any, staff: Callable[[str], Any]) -> Any:
    """A customer with one of each thing, a note, and an address that bounces."""
    StaffNote.objects.create(customer=customer, author=staff("Owner"), text="Calls on Mondays")
    addresses.bounced(customer.email, at=clock.now())
    return customer


@pytest.fixture
def owner(page: Page, live_server: Any, settings: Any, person: Any) -> Page:
    """The owner's browser."""
    settings.STAFF_MFA_REQUIRED = False
    page.goto(f"{live_server.url}/account/login/?next=/admin/customers/")
    page.locator("main [name=login]").fill("owner@staff.example")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/admin/customers/")
    return page


def test_no_page_keeps_anybody_out(owner: Page, live_server: Any, person: Any) -> None:
    base, faults = f"{live_server.url}/admin/customers/", list[str]()
    for tail in ("", "{}/", "{}/?show=payments", "{}/email/", "{}/write/", "{}/close/", "{}/see/"):
        owner.goto(base + tail.format(person.pk))
        owner.evaluate(AXE)
        owner.add_style_tag(content=AT_ONCE)
        for size, scheme in ((DESK, "light"), (DESK, "dark"), (TABLET, "light"), (PHONE, "dark")):
            owner.set_viewport_size(size)
            show_in(owner, scheme)
            found = [*owner.evaluate(RUN_AXE), owner.evaluate(TOO_WIDE)]
            faults += [f"{tail} [{size['width']}, {scheme}]: {fault}" for fault in found if fault]
        assert owner.evaluate(LANDMARKS) == "1 main, 1 h1"
    assert faults == [], "\n".join(faults)


def test_the_account_is_seen_and_left_by_keyboard(owner: Page, live_server: Any, person: Any) -> None:
    owner.goto(f"{live_server.url}/admin/customers/{person.pk}/see/")
    owner.get_by_label("Reason").fill("Asked by phone")
    owner.get_by_role("button", name="Continue").press("Enter")
    owner.get_by_role("button", name="Confirm").press("Enter")
    expect(owner.get_by_role("region", name="You see the account of a customer")).to_contain_text("Ada Buyer")
    owner.evaluate(AXE)
    assert [each for each in owner.evaluate(RUN_AXE) if each] == []
    owner.keyboard.press("Tab")
    expect(owner.get_by_role("button", name="Leave")).to_be_focused()
    owner.keyboard.press("Enter")
    expect(owner).to_have_url(f"{live_server.url}/admin/customers/{person.pk}/")
