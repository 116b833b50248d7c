"""Every kind of page a visitor or a customer may open, judged by axe-core, in both themes, wide and on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from axe_playwright_python import base
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from wagtail.search.models import IndexEntry

from tests.account import every_page
from tests.account.every_page import Kind
from tests.cms import conftest as cms
from tests.content_policy import note_refusals
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

AXE = Path(base.__file__).with_name("axe.min.js").read_text()
WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
NARROW = ViewportSize(width=320, height=640)  # half of 640: what a page at 200 % zoom has left
FORMS = [(WIDE, "light"), (PHONE, "dark"), (PHONE, "light"), (WIDE, "dark")]
#: All rules but the experimental ones; the size of targets has to be asked for.
EVERYTHING = {"rules": {"target-size": {"enabled": True}}}
#: What may be otherwise in another theme or at another width.
APPEARANCE = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block", "target-size"]}}
FRAME_LEFT_OUT = {"include": [["html"]], "exclude": [[".site-header"], [".site-footer"], [".chat"]]}
RUN_AXE = """async ([where, options]) => {
  const found = await axe.run(where, { ...options, resultTypes: ["violations"], preload: false });
  const told = node => node.html.slice(0, 200) + " " + (node.any[0]?.message ?? "");
  return found.violations.map(rule => rule.id + ": " + rule.nodes.map(told).join(" | "));
}"""
LANDMARKS = """() =>
  ["main, [role=main]", "h1"].map(each => document.querySelectorAll(each).length).join(" main, ") + " h1" """
#: Goes through all that can have the focus, as if by keyboard; a card or a label may show it for what is in it.
FOCUS = """part => {
  const shows = each => { const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2; };
  const isSeen = each => [each, each.parentElement, each.parentElement.parentElement, each.nextElementSibling]
    .some(near => near && shows(near));
  const able = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const all = [...document.querySelector(part).querySelectorAll(able)]
    .filter(each => each.checkVisibility() && !each.disabled && each.type !== "hidden" && each.tabIndex >= 0);
  const kinds = new Map(all.map(each => [[each.tagName, each.className, each.parentElement.className].join(), each]));
  return [...kinds.values()].filter(each => { each.focus(); return document.activeElement !== each || !isSeen(each); })
    .map(each => "focus cannot be seen: " + each.outerHTML.slice(0, 120));
}"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? "" : "wider than a phone: " +
  [...document.querySelectorAll("body *")].filter(each => each.getBoundingClientRect().right > innerWidth)
  .slice(0, 3).map(each => each.outerHTML.slice(0, 120)).join(" | ")"""


full_text = cms.full_text


@pytest.fixture
def plain_tables(transactional_db: None) -> Iterator[None]:
    """Takes back what ``full_text`` makes, which no transaction of this test does: its table and triggers."""
    table = f"{IndexEntry._meta.db_table}_fts"
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
        (plain,) = cursor.fetchone()
        yield
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE %s", [f"%{table}%"])
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute(f'DROP TABLE "{table}"')
        cursor.execute(plain)


@pytest.fixture
def pages(live_server: Any, settings: Any, tmp_path: Path, plain_tables: None, full_text: None, shop: Any) -> str:
    """A furnished shop; returns its origin."""
    settings.SITE_URL = live_server.url
    settings.ROOT_URLCONF = every_page.__name__
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    every_page.furnish(shop)
    return str(live_server.url)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(reduced_motion="reduce", viewport=WIDE)
    yield made
    made.close()


class Inspector:
    """Opens page after page in one tab and writes down what is wrong with them."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.origin, self.faults, self.here, self.count = origin, list[str](), "", 0
        note_refusals(context, self.note)
        self.page: Page = context.new_page()
        self.forms = cycle([form] for form in FORMS)
        context.on("request", lambda request: self._own(request.url))
        self.page.on("pageerror", lambda error: self.note(str(error)))
        self.page.on("console", self._listen)

    def note(self, *faults: str) -> None:
        self.faults += [f"{self.here}: {fault}" for fault in faults if fault]

    def _own(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "blob:", "about:")):
            self.note(f"asks another host: {url}")

    def _listen(self, message: Any) -> None:
        # The browser also complains of the page's own status, which is the one that is wanted.
        if message.type == "error" and message.location["url"] != self.page.url:
            self.note(f"console: {message.text} {message.location['url']}")

    def look_at(self, kind: Kind) -> None:
        self.here = kind.path
        answer = self.page.goto(self.origin + kind.path)
        assert answer
        if answer.status != kind.status:
            self.note(f"status {answer.status}, not {kind.status}")
        if kind.act:
            kind.act(self.page)
            self.here += f" -> {self.page.url.removeprefix(self.origin)}"
        self._judge(FORMS if kind.is_main else next(self.forms))
        # Some pages reload themselves once their payment has gone on, which the next kind of page may be about.
        self.page.goto("about:blank")

    def _judge(self, forms: Sequence[tuple[ViewportSize, Any]]) -> None:
        """By all rules in the first form; how the page's own part looks, in the others. The frame that all pages share
        is left out where it has been judged already."""
        where, page = self.here, self.page
        page.evaluate(AXE)
        whole = ["html" if len(forms) > 1 else FRAME_LEFT_OUT, EVERYTHING]
        for number, (size, scheme) in enumerate(forms):
            page.set_viewport_size(size)
            show_in(page, scheme)
            self.here = f"{where} [{size['width']}, {scheme}]"
            self.note(*page.evaluate(RUN_AXE, ["main", APPEARANCE] if number and self.count else whole))
        self.count += 1
        self.here = where
        found = page.evaluate(LANDMARKS)
        self.note("" if found == "1 main, 1 h1" else found)
        page.keyboard.press("Tab")
        self.note(*page.evaluate(FOCUS, "body" if self.count == 1 else "main"))
        page.set_viewport_size(NARROW)
        self.note(page.evaluate(TOO_WIDE))


def test_no_page_keeps_anybody_out(
    context: BrowserContext, pages: str, shop: Any, customer: Any, invoice: Any, license: Any, consent: Any, stripe: Any
) -> None:
    EmailAddress.objects.create(user=customer, email=customer.email, primary=True, verified=True)
    inspector = Inspector(context, pages)
    for kind in every_page.of_visitors(shop, customer, stripe):
        inspector.look_at(kind)
    for kind in every_page.of_customers(customer, invoice, license, consent, stripe):
        inspector.look_at(kind)
    assert inspector.faults == []
