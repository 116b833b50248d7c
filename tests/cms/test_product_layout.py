"""The product page as it lies on the screen: what is bought, its price and 'Buy' are seen without scrolling."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from wagtail.models import Locale

from catalogue.plans.models import Plan
from catalogue.plans.publishing import publish
from cms.models import HomePage, ProductIndexPage, ProductPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

DESKTOPS = [(1280, 720), (1366, 768), (1536, 864), (1920, 1080), (1024, 768)]
OTHERS = [(320, 600), (390, 844), (768, 1024), (1366, 600), (1920, 700)]
RUSSIAN = {"standard": "Стандарт", "pro": "Профессионал"}
SEEN = """() => {
  const box = document.querySelector(".buybox-buy button").getBoundingClientRect();
  const top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth
    && Boolean(top?.closest(".buybox-buy"));
}"""
BOX = "document.querySelector('.buybox').getBoundingClientRect().height"
WRAPPED = """() => [...document.querySelectorAll("[data-label], .period .total, .period small")]
  .filter(each => each.checkVisibility() && each.getClientRects().length > 1).map(each => each.textContent)"""
WIDER = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll("body *")].filter(each => each.getBoundingClientRect().right > innerWidth)
  .slice(0, 4).map(each => "wider than the screen: " + each.outerHTML.slice(0, 90))"""


def in_russian(shop: Any) -> None:
    russian = Locale.objects.create(language_code="ru")
    for page in (HomePage.objects.get(), ProductIndexPage.objects.get(), ProductPage.objects.get()):
        page.specific.copy_for_translation(russian).save_revision().publish()
    for plan in shop.software.plans.all():
        plan.translations = {"ru": {"name": RUSSIAN[plan.code], "summary": "До 10 внутренних номеров"}}
        plan.save()


def look(page: Page, size: tuple[int, int]) -> list[str]:
    """What is wrong at this size, at the top of the page and in its middle."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    faults = []
    for where in ("0", "innerHeight / 2", "document.body.scrollHeight / 2"):
        page.evaluate(f"scrollTo(0, {where})")
        if not page.evaluate(SEEN):
            faults.append(f"'Buy' is not seen at {where}")
    faults += [f"wraps: {text}" for text in page.evaluate(WRAPPED)]
    return faults + page.evaluate(WIDER)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_buy_is_always_in_sight_and_the_box_fits(page: Page, shop: Any, live_server: Any, language: str) -> None:
    in_russian(shop)
    page.goto(live_server.url + ("/ru" if language == "ru" else "") + "/products/yeastar-s-module/")
    page.evaluate("document.fonts.ready")
    assert {size: found for size in DESKTOPS + OTHERS if (found := look(page, size))} == {}
    for width, height in DESKTOPS:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(BOX) <= 640


def test_many_license_types_with_long_names_fit_too(page: Page, shop: Any, live_server: Any) -> None:
    for number, name in enumerate(
        ("Enterprise for several offices", "Donaudampfschifffahrtsgesellschaft", "S", "Partner")
    ):
        Plan.objects.create(
            software=shop.software, code=f"more-{number}", name=name, monthly_price=1234567, position=number + 5
        )
    publish(shop.software)
    page.goto(live_server.url + "/products/yeastar-s-module/?plan=more-0&months=12")
    page.evaluate("document.fonts.ready")
    assert {size: found for size in DESKTOPS + OTHERS if (found := look(page, size))} == {}


def test_types_and_periods_are_chosen_by_keyboard(page: Page, shop: Any, live_server: Any) -> None:
    page.goto(live_server.url + "/products/yeastar-s-module/")
    standard, button = page.get_by_role("radio", name="Standard"), page.locator(".buybox button[type=submit]")
    standard.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Professional")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Compare types")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    expect(page.locator("input[name=term]:focus")).to_have_attribute("data-months", "6")
    expect(button).to_have_text("Buy – €135.00", use_inner_text=True)
    groups = page.get_by_role("group").evaluate_all("all => all.map(each => each.querySelector('legend')?.textContent)")
    assert groups[0] == "License type"
