"""Nothing in the header lies on anything else, from the narrowest phone to a wide screen, in any language."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page
from wagtail.models import Locale

from cms.models import HomePage, ProductIndexPage
from cms.navigation.models import Menu

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WIDTHS = (320, 360, 390, 640, 768, 991, 992, 1024, 1152, 1180, 1215, 1216, 1280, 1366, 1440, 1920)
PARTS = ".brand, .brand span, .site-nav > *, .site-nav svg, .site-header form, .site-actions > *"
OVERLAPS = """selector => {
  const all = [...document.querySelectorAll(selector)].filter(each => each.checkVisibility());
  const boxes = all.map(each => [each, each.getBoundingClientRect()]);
  const told = each => each.textContent.trim() || each.outerHTML.slice(0, 60);
  const isCut = box => box.width < 10 || box.left < 0 || box.right > innerWidth;
  const isOver = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
  const faults = boxes.filter(([, box]) => isCut(box)).map(([each]) => "cut off: " + told(each));
  boxes.forEach(([one, a], at) => boxes.slice(at + 1).forEach(([other, b]) => {
    if (isOver(a, b) && !one.contains(other)) faults.push(told(one) + " lies on " + told(other));
  }));
  return faults;
}"""


MENUS = [
    ("en", ("Products", "Help", "News", "Contact")),
    ("ru", ("Продукты", "Помощь", "Новости", "Контакты")),
    ("ru", ("Продукты", "Помощь", "Новости", "Контакты", "Обучение")),
    ("en", ("Products and prices", "Documentation", "News and events", "Partners", "Contact us")),
]


def write_menu(locale: Locale, *labels: str) -> None:
    index = ProductIndexPage.objects.get(locale=Locale.get_default())
    link = {"page": index.pk, "address": "", "label": ""}
    below = [{"type": "item", "value": link, "id": "1"}]
    items = [{"type": "item", "value": {**link, "label": label, "below": below}} for label in labels]
    Menu.objects.update_or_create(locale=locale, defaults={"items": json.dumps(items)})


def test_header_fits_at_every_width(
    page: Page, shop: Any, live_server: Any, settings: Any, client: Any, customer: Any
) -> None:
    """In one browser: of a stranger first, then of somebody who is logged in."""
    settings.SHOP_NAME = "Northbridge Software"
    HomePage.objects.get().copy_for_translation(Locale.objects.create(language_code="ru")).save_revision().publish()
    client.force_login(customer)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    faults = {}
    for cookies in ([], [session]):
        page.context.add_cookies(cookies)
        for language, labels in MENUS:
            write_menu(Locale.objects.get(language_code=language), *labels)
            page.goto(live_server.url + ("/ru/" if language == "ru" else "/"))
            assert page.locator(".site-nav > *").count() >= len(labels)
            page.evaluate("document.fonts.ready")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 700})
                faults[len(cookies), labels, width] = page.evaluate(OVERLAPS, PARTS)
    assert {where: found for where, found in faults.items() if found} == {}
