"""The shop looks the same on every machine: its pages are set in the typeface it serves, whatever fonts there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import CDPSession, Page

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
@pytest.mark.parametrize("path", ["/products/yeastar-s-module/", "/ru/account/login/", "/nothing/", "/bitrix24/app/"])
def test_every_text_is_set_in_the_shops_own_typeface(page: Page, shop: Any, live_server: Any, path: str) -> None:
    page.goto(live_server.url + path)
    assert foreign(*body_of(page)) == set()


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_currency_signs_and_letters_of_all_the_shops_languages_are_in_it(
    page: Page, shop: Any, live_server: Any
) -> None:
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
