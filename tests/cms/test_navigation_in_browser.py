"""The frame of the pages in a real browser: menus by keyboard, notices, languages, the phone's menu without script."""

from __future__ import annotations

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from wagtail.models import Locale

from cms.models import HomePage, ProductIndexPage, ProductPage
from cms.navigation.models import Menu, Notice

#: How far what is on the page has moved since it was loaded, in the browser's own measure.
SHIFT = """new Promise((done) => {
  const watch = (list) => done(list.getEntries().reduce((sum, each) => sum + each.value, 0));
  new PerformanceObserver(watch).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(0), 500);
})"""

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def frame(shop: Any) -> None:
    """A menu with sub-items, two notices, and a front page in Russian."""
    home = HomePage.objects.get()
    home.copy_for_translation(Locale.objects.create(language_code="ru")).save_revision().publish()
    products, product = (kind.objects.get().pk for kind in (ProductIndexPage, ProductPage))
    links = [{"page": pk, "address": "", "label": ""} for pk in (products, product)]
    below = [{"type": "item", "value": links[1], "id": "1"}]
    items = [
        {"type": "item", "value": {**links[0], "below": []}},
        {"type": "item", "value": {**links[0], "label": "More", "below": below}},
    ]
    Menu.objects.create(locale=home.locale, items=json.dumps(items))
    Notice.objects.create(locale=home.locale, text="Sale until Monday.")
    Notice.objects.create(locale=home.locale, text="Payments are slow.", kind="warning", is_dismissible=False)


def accessible(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


def test_menus_notices_and_languages_by_keyboard(page: Page, frame: None, live_server: Any) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{live_server.url}/products/yeastar-s-module/")
    assert page.locator('script[type="application/ld+json"]').count() == 2
    more = page.locator(".site-nav summary")
    more.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".site-nav .menu-sheet a", has_text="Yeastar")).to_be_focused()
    accessible(page)
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(page.locator(".site-nav .menu-sheet")).to_be_hidden()
    before = page.locator(".site-header").bounding_box()
    page.get_by_role("button", name="Close this notice").click()
    expect(page.get_by_text("Sale until Monday.")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Sale until Monday.")).to_have_count(0)
    expect(page.get_by_text("Payments are slow.")).to_be_visible()
    after = page.locator(".site-header").bounding_box()
    assert before and after and before["y"] > after["y"]
    page.locator(".language-menu summary").click()
    page.get_by_role("link", name="Русский").click()
    page.wait_for_url("**/ru/")
    assert page.locator("html").get_attribute("lang") == "ru"
    shift = page.evaluate(SHIFT)
    assert shift < 0.01
    assert complaints == []


def test_phone_menu_needs_no_script(new_context: Any, frame: None, live_server: Any) -> None:
    page = new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    page.goto(f"{live_server.url}/products/")
    page.locator(".phone-menu summary").click()
    expect(page.locator(".phone-menu nav a").first).to_be_visible()
    expect(page.locator("[data-close-notice]")).to_be_hidden()
    page.locator(".phone-menu").get_by_role("link", name="Русский").click()
    page.wait_for_url("**/ru/")
    page.goto(f"{live_server.url}/products/")
    page.get_by_role("link", name="Search").click()
    page.get_by_role("searchbox").fill("")
    page.wait_for_url("**/search/")
