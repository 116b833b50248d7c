"""The chat's button lies on nothing: no control of a page can ever be below it, wherever the page is scrolled to.

A button that stays at its place of the screen while the page moves may have only that above and below it which is no
control; one that moves with the page must not lie on any. So no scrolling is needed to know.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from cms.models import HomePage, ProductPage
from storefront.billing import links
from tests import purchases
from tests.cms.test_blocks import everything, show
from tests.cms.test_product_layout import in_russian

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PRODUCT = "/products/yeastar-s-module/"
PATHS = ("/", "/products/", PRODUCT, "/basket/", "/checkout/", "/account/login/", "/support/")
WIDTHS, HEIGHTS = (320, 390, 768, 1024, 1280, 1366, 1920), (600, 900)
BELOW = """() => {
  const launcher = document.querySelector("#chat-launcher");
  if (!launcher || !launcher.checkVisibility()) return [];
  const mine = launcher.getBoundingClientRect();
  const isFixed = each => Boolean(each) && (getComputedStyle(each).position === "fixed" || isFixed(each.parentElement));
  const stays = isFixed(launcher);
  const controls = "a[href], button, input, select, textarea, summary, label, [tabindex='0']";
  return [...document.querySelectorAll(controls)].filter(each => {
    if (launcher.contains(each) || !each.checkVisibility()) return false;
    if (each.closest(".visually-hidden, .skip-link")) return false;
    const box = each.getBoundingClientRect();
    const isBeside = box.right <= mine.left || box.left >= mine.right;
    const isAboveOrBelow = box.bottom <= mine.top || box.top >= mine.bottom;
    return !isBeside && (stays && !isFixed(each) ? true : !isAboveOrBelow);
  }).map(each => each.outerHTML.slice(0, 90));
}"""


def test_nothing_of_any_page_is_ever_below_the_chat(
    page: Page, shop: Any, live_server: Any, settings: Any, tmp_path: Any, customer: Any
) -> None:
    settings.SITE_URL = live_server.url
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    blocks = everything(shop)
    show(ProductPage.objects.get(), *blocks)
    show(HomePage.objects.get(), *[block for block in blocks if block[0] in ("hero", "call_to_action", "questions")])
    in_russian(shop)
    faults: dict[str, list[str]] = {}
    for language in ("", "/ru"):
        for path in PATHS:
            page.goto(f"{live_server.url}{language}{path}")
            look(page, faults)
            if path == PRODUCT:
                page.locator(".buybox button[type=submit]").click()
                page.wait_for_url("**/basket/**")
    page.goto(live_server.url + links.pay_path(purchases.order(customer, shop)))
    look(page, faults)
    assert faults == {}


def look(page: Page, faults: dict[str, list[str]]) -> None:
    for width in WIDTHS:
        for height in HEIGHTS:
            page.set_viewport_size({"width": width, "height": height})
            if found := page.evaluate(BELOW):
                faults[f"{page.url} {width}x{height}"] = found
