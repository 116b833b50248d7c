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
from tests.account.every_page import log_in
from tests.cms.test_blocks import everything, show
from tests.cms.test_product_layout import in_russian

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PRODUCT = "/products/yeastar-s-module/"
PATHS = ("/", "/products/", PRODUCT, "/basket/", "/checkout/", "/account/login/", "/support/")
#: Of customers; the numbers are those of the test's own invoice and license.
OWN = ("", "orders/", "invoices/", "invoices/{invoice}/", "licenses/", "licenses/{license}/", "profile/", "email/")
OWN += ("agreements/", "password/change/", "2fa/", "2fa/webauthn/", "sessions/")
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


@pytest.fixture
def origin(shop: Any, live_server: Any, settings: Any, tmp_path: Any) -> str:
    """A shop whose pages have blocks of every kind, in two languages."""
    settings.SITE_URL = live_server.url
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    blocks = everything(shop)
    show(ProductPage.objects.get(), *blocks)
    show(HomePage.objects.get(), *[block for block in blocks if block[0] in ("hero", "call_to_action", "questions")])
    in_russian(shop)
    return str(live_server.url)


def test_nothing_of_any_page_is_ever_below_the_chat(page: Page, origin: str, shop: Any, customer: Any) -> None:
    faults: dict[str, list[str]] = {}
    to_pay = links.pay_path(purchases.order(customer, shop))
    for language in ("", "/ru"):
        for path in PATHS:
            page.goto(f"{origin}{language}{path}")
            look(page, faults)
            if path == PRODUCT:
                page.locator(".buybox button[type=submit]").click()
                page.wait_for_url("**/basket/**")
        page.goto(f"{origin}{language}{to_pay}")
        look(page, faults)
    assert faults == {}


def test_nothing_of_a_customers_own_page_is_ever_below_the_chat(
    page: Page, origin: str, shop: Any, customer: Any, stripe: Any
) -> None:
    unpaid = purchases.order(customer, shop)
    purchases.pay(purchases.order(customer, shop), stripe)
    numbers = {"invoice": unpaid.number, "license": customer.licenses.get().public_id}
    faults: dict[str, list[str]] = {}
    page.goto(f"{origin}/account/login/")
    log_in(page)
    for language in ("", "/ru"):
        for path in OWN:
            answer = page.goto(f"{origin}{language}/account/{path.format(**numbers)}")
            assert answer and answer.status == 200 and "/login/" not in page.url, path
            look(page, faults)
    assert faults == {}


def look(page: Page, faults: dict[str, list[str]]) -> None:
    for width in WIDTHS:
        for height in HEIGHTS:
            page.set_viewport_size({"width": width, "height": height})
            if found := page.evaluate(BELOW):
                faults[f"{page.url} {width}x{height}"] = found
