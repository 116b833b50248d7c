"""The buy box in a real browser, with script and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from checkout.cart.merging import Basket
from cms.models import ProductPage
from tests.cms.test_blocks import picture, show

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PATH = "/products/yeastar-s-module/"


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A page whose scripts do not run."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def bought() -> tuple[str, int]:
    line = Basket.objects.get().lines.get()
    return line.product.upc, line.quantity


def test_price_follows_the_choice_at_once(page: Page, shop: Any, live_server: Any) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(live_server.url + PATH)
    price = page.locator(".buybox-price")
    expect(price).to_contain_text("€8.00")
    page.get_by_role("radio", name="Professional").check()
    expect(price).to_contain_text("€20.00")
    expect(price).to_contain_text("You save €60.00")
    page.get_by_role("radio", name=re.compile("^3 months")).check()
    expect(price).to_contain_text("€71.25")
    page.get_by_role("radio", name=re.compile("^1 month")).check()
    expect(price.get_by_text("You save")).to_be_hidden()
    page.wait_for_url("**?plan=pro&months=1")
    page.get_by_role("radio", name="Standard").check()
    button = page.locator(".buybox button[type=submit]")
    expect(button).to_have_text("Buy – €10.00", use_inner_text=True)
    page.get_by_text("Number of licenses: 1").click()
    page.get_by_label("Number of licenses").fill("2")
    expect(button).to_have_text("Buy – 2 × €10.00", use_inner_text=True)
    page.get_by_role("button", name="Buy").click()
    page.wait_for_url("**/basket/**")
    assert bought() == ("yeastar-s-module-standard-1m", 2)
    assert complaints == []


def test_coming_back_shows_what_is_really_chosen(page: Page, shop: Any, live_server: Any) -> None:
    page.goto(live_server.url + PATH)
    page.get_by_role("radio", name="Professional").check()
    page.goto(live_server.url + "/products/")
    page.go_back()
    expect(page.get_by_role("radio", name="Professional")).to_be_checked()
    expect(page.locator(".buybox-price")).to_contain_text("€20.00")


def test_without_script_it_is_a_plain_form_with_every_price(plain_page: Page, shop: Any, live_server: Any) -> None:
    plain_page.goto(live_server.url + PATH)
    choices = plain_page.locator("input[name=term]")
    assert choices.count() == 8
    for words in ("€10.00", "€96.00", "€25.00", "€240.00"):
        expect(plain_page.locator(".buybox").get_by_text(words, exact=True).first).to_be_visible()
    plain_page.locator(f"input[name=term][value='{shop.term('pro', 3).pk}']").check()
    expect(plain_page.locator(".buybox button[type=submit]")).to_have_text("Buy", use_inner_text=True)
    plain_page.get_by_role("button", name="Buy").click()
    plain_page.wait_for_url("**/basket/**")
    assert bought() == ("yeastar-s-module-pro-3m", 1)


def test_buy_in_the_comparison_chooses_the_type_in_the_box(page: Page, shop: Any, live_server: Any) -> None:
    page.goto(live_server.url + PATH + "?months=3&plan=standard")
    page.get_by_role("link", name="Compare types").click()
    expect(page.locator("#compare")).to_be_in_viewport()
    page.locator(".compare").get_by_role("link", name="Buy Professional").click()
    expect(page.get_by_role("radio", name="Professional")).to_be_checked()
    expect(page.locator(".buybox-price")).to_contain_text("€71.25")
    expect(page.get_by_role("radio", name="Professional")).to_be_focused()


def test_buy_in_the_comparison_without_script(plain_page: Page, shop: Any, live_server: Any) -> None:
    plain_page.goto(live_server.url + PATH)
    plain_page.locator(".compare").get_by_role("link", name="Buy Professional").click()
    expect(plain_page.locator("input[name=term]:checked")).to_have_value(str(shop.term("pro", 12).pk))


def test_a_picture_opens_large_and_closes_by_keyboard(
    page: Page, shop: Any, live_server: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    image = {"image": picture().pk, "decorative": False, "alt_text": "The list of calls"}
    show(ProductPage.objects.get(), ("screenshots", {"heading": "", "items": [{"picture": image, "caption": ""}]}))
    page.goto(live_server.url + PATH)
    link, dialog = page.locator("a.shot"), page.get_by_role("dialog", name="The list of calls")
    large = str(link.get_attribute("href"))
    link.focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("img", name="The list of calls")).to_have_attribute("src", live_server.url + large)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    link.click()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    assert "/media/" in large, "without script it is a link"
