"""The checkout in a real browser: what is typed survives a reload, with and without script, under the strict policy."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from catalogue.plans.models import Plan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture
def origin(live_server: Any, settings: Any, shop: Any) -> str:
    settings.SITE_URL = live_server.url
    assert Plan.objects.exists()
    return str(live_server.url)


def begin(page: Page, origin: str) -> None:
    """To the checkout with something in the cart."""
    page.goto(f"{origin}/products/yeastar-s-module/")
    page.locator("form[action$='/basket/add/'] button[type=submit]").first.click()
    page.wait_for_url("**/basket/**")
    page.goto(f"{origin}/checkout/")


def test_typed_fields_survive_a_reload(page: Page, origin: str) -> None:
    begin(page, origin)
    page.get_by_label("Name").fill("Grace New")
    boxes = [page.get_by_label("I have read and accept"), page.get_by_label("Mail me a link to this cart")]
    expect(boxes[1]).not_to_be_checked()
    for box in boxes:
        with page.expect_response("**/checkout/draft/"):
            box.check()
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Grace New")
    for box in boxes:
        expect(box).to_be_checked()


def test_without_script_they_survive_the_way_to_the_cart(new_context: Any, origin: str) -> None:
    page = new_context(java_script_enabled=False).new_page()
    begin(page, origin)
    page.get_by_label("Name").fill("Grace New")
    page.get_by_role("button", name="Back to the cart").click()
    page.wait_for_url("**/basket/")
    page.goto(f"{origin}/checkout/")
    expect(page.get_by_label("Name")).to_have_value("Grace New")


@pytest.mark.parametrize("has_script", [True, False])
def test_after_errors_the_focus_is_on_their_list(new_context: Any, origin: str, has_script: bool) -> None:
    page = new_context(java_script_enabled=has_script).new_page()
    begin(page, origin)
    page.get_by_role("button", name="Checkout").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="Enter a phone number.").click()
    expect(page.get_by_label("Phone")).to_be_focused()


def test_enter_in_a_field_places_the_order_and_leads_nowhere_else(page: Page, origin: str) -> None:
    begin(page, origin)
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_role("link", name="Enter your e-mail address.")).to_be_visible()
