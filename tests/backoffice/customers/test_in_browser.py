"""An account as its customer sees it: by keyboard, and by the rules of axe-core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from storefront.backoffice.models import StaffNote
from storefront.core import clock
from storefront.notifications import addresses
from tests.account.test_accessibility import AXE, RUN_AXE
from tests.factories import PASSWORD

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


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


def test_the_account_is_seen_and_left_by_keyboard(owner: Page, live_server: Any, person: Any) -> None:
    owner.goto(f"{live_server.url}/admin/customers/{person.pk}/see/")
    owner.get_by_label("Reason").fill("Asked by phone")
    owner.get_by_role("button", name="Continue").press("Enter")
    owner.get_by_role("button", name="Confirm").press("Enter")
    expect(owner.get_by_role("region", name="You see the account of a customer")).to_contain_text("Ada Buyer")
    owner.evaluate(AXE)
    assert [each for each in owner.evaluate(RUN_AXE, ["body > main", {}]) if each] == []
    owner.keyboard.press("Tab")
    expect(owner.get_by_role("button", name="Leave")).to_be_focused()
    owner.keyboard.press("Enter")
    expect(owner).to_have_url(f"{live_server.url}/admin/customers/{person.pk}/")
