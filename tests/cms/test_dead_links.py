"""No link of the shop leads to a page that is not published."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from wagtail.models import Page

from cms.articles.models import ContactPage, HelpIndexPage, HelpTopicPage, NewsIndexPage
from cms.models import CategoryPage, HomePage, ProductIndexPage, ProductPage, TextPage
from cms.navigation.models import Footer, Menu, NotFoundText, Notice
from tests.account import every_page

pytestmark = pytest.mark.django_db

#: What is hidden at once: no kind is hidden together with one that leads to it by itself.
ROUNDS: list[list[type[Page]]] = [
    [ProductIndexPage, HelpIndexPage, NewsIndexPage, ContactPage],
    [CategoryPage, HelpTopicPage, TextPage],
    [ProductPage],
]
HIDDEN = [kind for kinds in ROUNDS for kind in kinds]


class Links(HTMLParser):
    """The addresses in the shop that a page leads to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = urlsplit(dict(attrs).get("href") or "")
        is_page = address.path and not address.path.startswith(("/media/", "/documents/"))
        if tag == "a" and is_page and not address.scheme and not address.netloc:
            self.found.add(address.path)


@pytest.fixture
def furnished(shop: Any, settings: Any, tmp_path: Any) -> None:
    """A shop in which a page of every kind is linked from a text, a button, the menu, the footer and a notice."""
    settings.MEDIA_ROOT = tmp_path
    every_page.furnish(shop)
    home = HomePage.objects.get(locale__language_code="en")
    chosen = [kind.objects.filter(locale=home.locale).first() for kind in HIDDEN]
    text = "".join(f'<p><a linktype="page" id="{page.pk}">{page.title}</a></p>' for page in chosen)
    buttons = [
        ("call_to_action", {"heading": "A", "text": "", "button": {"label": page.title, "page": page.pk, "url": ""}})
        for page in chosen
    ]
    show(home, [("text", {"heading": "", "text": text, "is_steps": False}), *buttons])
    links = [{"page": page.pk, "address": "", "label": ""} for page in chosen]
    entries = [{"type": "item", "value": {**link, "below": []}} for link in links]
    Menu.objects.create(locale=home.locale, items=json.dumps(entries))
    column = {"type": "column", "value": {"title": "All", "links": links}}
    Footer.objects.create(locale=home.locale, columns=json.dumps([column]))
    suggested = [{"type": "page", "value": page.pk} for page in chosen[:6]]
    NotFoundText.objects.create(locale=home.locale, title="Gone", pages=json.dumps(suggested))
    for page in chosen:
        Notice.objects.create(locale=home.locale, text="Look", link_page=page)


def show(page: Any, blocks: list[tuple[str, Any]]) -> None:
    page.content = json.dumps([{"type": kind, "value": value} for kind, value in blocks])
    page.save_revision().publish()


@pytest.mark.parametrize("kinds", ROUNDS, ids=lambda kinds: kinds[0].__name__)
def test_nothing_links_to_a_page_that_is_not_published(
    client: Client, furnished: None, kinds: list[type[Page]]
) -> None:
    for page in [page for kind in kinds for page in kind.objects.all()]:
        page.unpublish()
    published = [page.url for page in Page.objects.live().filter(depth__gt=1)]
    others = ["/basket/", "/search/?q=zzzz", "/nothing/", "/account/login/", "/support/", "/ru/nothing/"]
    seen: dict[str, Any] = {}

    def answer(path: str) -> Any:
        if path not in seen:
            seen[path] = client.get(path, follow=True)
        return seen[path]

    dead: dict[str, set[str]] = {}
    for path in published + others:
        gone = {link for link in Links(answer(path).content.decode()).found if answer(link).status_code == 404}
        if gone:
            dead[path] = gone
    assert dead == {}
