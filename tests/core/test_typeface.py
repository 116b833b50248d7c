"""The shop looks the same on every machine: its pages are set in the typeface it serves, whatever fonts there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, CDPSession, Page, Route
from wagtail.models import Locale

from cms.models import HomePage, ProductIndexPage, ProductPage
from tests.cms.test_blocks import everything, show

FONTS = Path(__file__).parents[2] / "static" / "fonts"
#: What prices, names and addresses of the shop's countries are written with.
LETTERS = "€ £ ¥ $ ₽ ₸ ₴ ₺ ₼ ₾ ₹ ₪ 0 – — − % № ž Ł ő ş ğ İ ß Ё ґ Ї ў љ қ ә ✓ → “ ” „ « » … ' ·".split()


def foreign(session: CDPSession, node: dict[str, Any]) -> set[tuple[str, str]]:
    """(Text, font) of each text in the node that some font of the machine is used for. Code is left to those."""
    found = set()
    if node["nodeName"] in ("CODE", "KBD", "PRE"):
        return found
    if node["nodeType"] == 3 and node["nodeValue"].strip():
        fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node["nodeId"]})["fonts"]
        found = {(node["nodeValue"].strip()[:40], font["familyName"]) for font in fonts if not font["isCustomFont"]}
    return found.union(*(foreign(session, child) for child in node.get("children", ())))


def body_of(page: Page) -> tuple[CDPSession, dict[str, Any]]:
    page.evaluate("document.fonts.ready")
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument", {"depth": -1})["root"]
    html = next(each for each in root["children"] if each["nodeName"] == "HTML")
    return session, next(each for each in html["children"] if each["nodeName"] == "BODY")


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_every_text_is_set_in_the_shops_own_typeface(page: Page, shop: Any, live_server: Any) -> None:
    """So are the currency signs and letters of all the shop's languages."""
    for path in ("/products/yeastar-s-module/", "/ru/account/login/", "/nothing/", "/bitrix24/app/"):
        page.goto(live_server.url + path)
        assert foreign(*body_of(page)) == set(), path
    page.goto(live_server.url + "/products/")
    page.evaluate(
        "all => document.querySelector('h1').replaceChildren(...all.map(each => Object.assign("
        "document.createElement('span'), { textContent: each })))",
        LETTERS,
    )
    assert foreign(*body_of(page)) == set()


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "files"), [("/products/", ["latin"]), ("/ru/account/login/", ["latin", "cyrillic"])])
def test_what_a_page_is_written_with_is_asked_for_first(client: Client, shop: Any, path: str, files: list[str]) -> None:
    response = client.get(path)
    text = response.content.decode()
    assert [
        name
        for name in ("latin", "latin-ext", "cyrillic")
        if f'rel="preload" href="/static/fonts/inter-{name}.woff2"' in text
    ] == files
    assert "font-src 'self'" in response["Content-Security-Policy"]


def test_it_stays_light() -> None:
    assert sum(path.stat().st_size for path in FONTS.glob("*.woff2")) < 90_000


#: Counts from now on what moves, in the browser's own measure (0.1 is what Google calls good).
WATCH = """() => { window.moved = 0; window.watcher = new PerformanceObserver(list => {
  window.moved += list.getEntries().reduce((sum, each) => sum + each.value, 0); });
  window.watcher.observe({ type: "layout-shift" }); }"""
#: All fonts are there and drawn.
MOVED = """() => document.fonts.ready
  .then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
  .then(() => window.watcher.takeRecords().reduce((sum, each) => sum + each.value, window.moved))"""
#: One line of text that wraps elsewhere at one width, at most: half of what counts as good.
A_LINE = 0.05


def moved(page: Page, address: str) -> float:
    """How far the page moves when the typeface arrives after everything else."""
    held: list[Route] = []
    page.route("**/fonts/*.woff2", lambda route: held.append(route))
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_function("document.fonts.status === 'loading'")
    page.evaluate(
        "Promise.all([...document.images].filter(each => each.loading !== 'lazy').map(each => each.decode()))"
    )
    assert held and not page.evaluate("document.fonts.check('16px Inter')")
    page.evaluate(WATCH)
    for each in held:
        each.continue_()
    return float(page.evaluate(MOVED))


@pytest.fixture
def words(shop: Any) -> None:
    """A page with something to read, and home and list in Russian too."""
    page = ProductPage.objects.get()
    page.lead = "Calls of your PBX appear in Bitrix24 as they ring: who is calling, and what was agreed last time."
    show(page, *everything(shop))
    russian = Locale.objects.create(language_code="ru")
    for each in (HomePage.objects.get(), ProductIndexPage.objects.get(), page):
        each.copy_for_translation(russian).save_revision().publish()


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_nothing_moves_when_the_typeface_arrives_late(browser: Browser, words: None, live_server: Any) -> None:
    for width, height in ((320, 640), (390, 844), (768, 1024), (1280, 720), (1920, 1080)):
        for path in ("/", "/products/yeastar-s-module/", "/ru/", "/ru/products/yeastar-s-module/"):
            page = browser.new_page(viewport={"width": width, "height": height})
            assert moved(page, live_server.url + path) <= A_LINE, (width, path)
            page.close()


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_without_stand_ins_of_its_widths_the_page_would_move(browser: Browser, words: None, live_server: Any) -> None:
    """The control: a font of other widths holds the place of the typeface."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    css = re.sub(r'"Inter as \w+", ', "", (FONTS.parent / "css" / "fonts.css").read_text())
    body = css.replace("sans-serif", "monospace")
    page.route("**/css/fonts*.css", lambda route: route.fulfill(body=body, content_type="text/css"))
    assert moved(page, live_server.url + "/products/yeastar-s-module/") > A_LINE
    page.close()
