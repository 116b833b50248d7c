"""The search by keyboard, on a phone, by the rules of accessibility, in the light and in the dark."""

from __future__ import annotations

import os
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from storefront.users import roles
from storefront.users.models import User
from tests.browser_login import log_in
from tests.factories import PASSWORD
from tests.theme import show_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

PHONE, TABLET, WIDE = {"width": 390, "height": 844}, {"width": 820, "height": 1180}, {"width": 1280, "height": 800}
SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture
def desk(page: Page, live_server: Any, settings: Any, wagtail_site: Any) -> Page:
    """Support, logged in, in a shop with some customers."""
    settings.SITE_URL = live_server.url
    for number in range(12):
        User.objects.create_user(
            email=f"anna.k{number}@acme.example", password=PASSWORD, name=f"Anna Keller {number}", company="Acme GmbH"
        )
    user = User.objects.create_user(email="support@staff.example", password=PASSWORD, name="Sam Support")
    user.groups.add(roles.ensure_role("Support"))
    log_in(user, page.context, live_server.url)
    page.goto(f"{live_server.url}/admin/search/?q=acme")
    return page


def check_rules(page: Page) -> None:
    found = Axe().run(page, context="#main").response["violations"]
    assert found == [], [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def test_the_page_keeps_the_rules_in_both_themes_at_every_width(desk: Page) -> None:
    for scheme in ("light", "dark"):
        show_in(desk, scheme)
        for size in (WIDE, TABLET, PHONE):
            desk.set_viewport_size(size)
            check_rules(desk)
            assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
            shot(desk, f"search-{scheme}-{size['width']}")


def test_the_slash_leads_to_the_box_and_arrows_to_what_it_suggests(desk: Page) -> None:
    box, panel = desk.locator("#menu-search-q"), desk.locator("#bo-suggestions")
    desk.locator("#bo-q").press("/")
    expect(desk.locator("#bo-q")).to_have_value("/acme")
    desk.locator("#bo-q").blur()
    desk.keyboard.press("/")
    expect(box).to_be_focused()
    desk.keyboard.type("keller 3")
    first = panel.get_by_role("link").first
    expect(first).to_contain_text("Anna Keller 3")
    shot(desk, "suggestions")
    desk.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    desk.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(box).to_be_focused()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/admin/search/?q=keller*")
    expect(desk.get_by_role("heading", name="Customers")).to_be_visible()


def test_hits_change_while_one_types(desk: Page) -> None:
    desk.locator("#bo-q").fill("anna keller 7")
    expect(desk.locator(".bo-hits li")).to_have_count(1)
    expect(desk.locator(".bo-hits")).to_contain_text("anna.k7@acme.example")
    desk.locator("#bo-q").fill("nobody of this name")
    expect(desk.get_by_role("status").filter(has_text="Nothing found")).to_be_visible()


def test_it_works_without_scripts(browser: Any, desk: Page, live_server: Any) -> None:
    plain = browser.new_context(java_script_enabled=False, storage_state=desk.context.storage_state())
    page = plain.new_page()
    page.goto(f"{live_server.url}/admin/search/")
    page.locator("#bo-q").fill("anna keller 7")
    page.locator(".bo-search button").click()
    expect(page.locator(".bo-hits li")).to_have_count(1)
    plain.close()
