"""The section in a browser: nobody is kept out of a page, in either theme, at a desk, on a tablet and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from storefront.licensing.models import License
from storefront.licensing.services import staff_time
from tests.account.test_accessibility import AXE, LANDMARKS, TOO_WIDE
from tests.backoffice.customers.test_in_browser import AT_ONCE, DESK, PHONE, RUN_AXE, TABLET
from tests.factories import PASSWORD
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner(page: Page, live_server: Any, settings: Any, license: License, staff: Callable[[str], Any]) -> Page:
    """The owner's browser; the license has goodwill and a history."""
    settings.STAFF_MFA_REQUIRED = False
    staff_time.extend(license=license, actor=staff("Owner"), reason="Sorry", days=7, is_told=True)
    page.goto(f"{live_server.url}/account/login/?next=/admin/licenses/")
    page.locator("main [name=login]").fill("owner@staff.example")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/admin/licenses/")
    return page


def test_no_page_keeps_anybody_out(owner: Page, live_server: Any, license: License) -> None:
    base, faults = f"{live_server.url}/admin/licenses/", list[str]()
    for tail in ("", "grant/", "{}/", "{}/check/", "{}/suspend/", "{}/address/"):
        owner.goto(base + tail.format(license.number))
        owner.evaluate(AXE)
        owner.add_style_tag(content=AT_ONCE)
        for size, scheme in ((DESK, "light"), (DESK, "dark"), (TABLET, "light"), (PHONE, "dark")):
            owner.set_viewport_size(size)
            show_in(owner, scheme)
            found = [*owner.evaluate(RUN_AXE), owner.evaluate(TOO_WIDE)]
            faults += [f"{tail} [{size['width']}, {scheme}]: {fault}" for fault in found if fault]
        assert owner.evaluate(LANDMARKS) == "1 main, 1 h1"
    assert faults == [], "\n".join(faults)
