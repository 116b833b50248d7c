"""The search box: what is found, however it is typed, and what it costs."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Locale, PageViewRestriction

from catalogue.plans.models import Period
from cms.articles.models import HelpIndexPage, HelpPage, NewsIndexPage, NewsPage
from cms.models import HomePage, ProductPage, TextPage
from cms.search import documents, vocabulary, words
from cms.search.models import SearchDocument
from storefront.core import clock
from tests.factories import make_software

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("full_text")]


@pytest.fixture
def site(shop: Any) -> Any:
    """A product, a help page, news and a plain page, in English."""
    home = HomePage.objects.get()
    make_software("telegram-chats", "Telegram chats for Bitrix24", tagline="Messengers for Bitrix24")
    helping = home.add_child(instance=HelpIndexPage(title="Help", slug="help"))
    helping.add_child(
        instance=HelpPage(title="How to connect Yeastar", slug="connect", intro="Open the telephony settings.")
    )
    news = home.add_child(instance=NewsIndexPage(title="News", slug="news"))
    news.add_child(
        instance=NewsPage(title="Yeastar P-series", slug="p", summary="A new module.", published_on=clock.now().date())
    )
    home.add_child(
        instance=TextPage(title="Delivery", slug="delivery", intro="Licenses arrive at once: café <b> & co.")
    )
    return home


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode().split("<main")[1]))


def found(client: Client, q: str, path: str = "/search/") -> list[str]:
    """Titles of what is found, in order."""
    response = client.get(path, {"q": q})
    assert response.status_code == 200
    titles = re.findall(r'found-item">\s*<h3><a[^>]*>(.*?)</a>', response.content.decode())
    return [re.sub(r"<[^>]+>", "", title) for title in titles]


def test_typing_errors_beginnings_and_forms_of_words(client: Client, site: Any) -> None:
    for typed in ("yeastar", "yestar", "YEASTAR", "yea", "yaestar", "“yeastar*”", "yeastar AND ("):
        titles = ["Yeastar S-series module", "How to connect Yeastar", "Yeastar P-series"]
        assert found(client, typed) == titles, typed
    for typed in ("bitrix24", "bitrx", "bitrix", "telegrm chat", "telegramm", "messenger"):
        assert found(client, typed)[0] == "Telegram chats for Bitrix24", typed


def test_results_are_grouped_priced_and_marked(client: Client, site: Any) -> None:
    html = client.get("/search/", {"q": "yestar"}).content.decode()
    assert re.findall(r'<h2 id="found-(\w+)"', html) == ["product", "help", "news"]
    assert "<mark>Yeastar</mark> S-series module" in html
    assert 'href="/products/yeastar-s-module/"' in html
    text = text_of(client.get("/search/", {"q": "yestar"}))
    assert "from €8.00 a month" in text
    assert "Nothing says “yestar”, so this is what was found for yeastar ." in text


def test_what_a_license_type_includes_is_found(client: Client, site: Any) -> None:
    plan = ProductPage.objects.get(slug="yeastar-s-module").software.plans.first()
    plan.features = "Voicemail transcripts"
    plan.save()
    assert found(client, "voicemail") == ["Yeastar S-series module"]
    plan.delete()
    assert found(client, "voicemail") == []


def test_words_that_stand_nowhere_are_told_and_products_shown_if_nothing_is_left(client: Client, site: Any) -> None:
    response = client.get("/search/", {"q": "yeastar zzzzzzzzz"})
    assert "Yeastar S-series module" in text_of(response)
    assert "Nothing says “zzzzzzzzz”; it was left out." in text_of(response)
    text = text_of(client.get("/search/", {"q": "zzzzzzzzz"}))
    assert "Nothing found for “zzzzzzzzz”" in text
    assert "Telegram chats for Bitrix24" in text and "from €8.00 a month" in text


def test_unpublished_deleted_and_private_pages_are_not_found(client: Client, site: Any) -> None:
    assert found(client, "delivery") == ["Delivery"]
    page = TextPage.objects.get()
    page.unpublish()
    assert found(client, "delivery") == []
    page.save_revision().publish()
    assert found(client, "delivery") == ["Delivery"]
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert found(client, "delivery") == []
    restriction.delete()
    assert found(client, "delivery") == ["Delivery"]
    page.delete()
    assert found(client, "delivery") == []
    assert "delivery" not in vocabulary.words("en")


def test_draft_of_a_published_page_is_not_searched_until_it_is_published(client: Client, site: Any) -> None:
    page = TextPage.objects.get()
    page.title = "Shipment"
    revision = page.save_revision()
    assert (found(client, "shipment"), found(client, "delivery")) == ([], ["Delivery"])
    revision.publish()
    assert (found(client, "shipment"), found(client, "delivery")) == (["Shipment"], [])


def test_product_no_longer_on_sale_is_found_without_a_price(client: Client, site: Any) -> None:
    for period in Period.objects.all():
        period.delete()
    text = text_of(client.get("/search/", {"q": "telegram"}))
    assert "Not on sale at the moment" in text and "€" not in text


def test_russian_words_in_russian(client: Client, site: Any) -> None:
    russian = Locale.objects.get_or_create(language_code="ru")[0]
    home = site.copy_for_translation(russian)
    home.save_revision().publish()
    home.add_child(instance=TextPage(title="Ёлка для офиса", slug="tree", intro="Новогодняя.", locale=russian))
    for typed in ("елка", "Ёлки", "елк", "ёлку", "ЕЛКА", "олка"):
        assert found(client, typed, "/ru/search/") == ["Ёлка для офиса"], typed
    assert found(client, "елка") == []
    assert found(client, "delivery", "/ru/search/") == []


HOSTILE = [
    "\x00",
    "a\x00b",
    '"',
    "'; DROP TABLE",
    "NEAR(a b)",
    "title:yeastar",
    "^yeastar",
    "* - + ( ) { } : \\ %s %%",
    "yeastar OR NOT",
    "😀😀",
    "é" * 5000,
    "слово " * 3000,
    "<script>alert(1)</script>",
    "½ ﷺ ǅ ß İ",
    "\u202e\ud7ff",
    "1e5 8.3 a@b.c http://x.y/z",
]


def test_hostile_input_is_only_text(client: Client, site: Any) -> None:
    for typed, path in product(HOSTILE, ("/search/", "/search/suggest/")):
        response = client.get(path, {"q": typed, "kind": typed, "page": typed})
        assert response.status_code == 200, typed
        assert "<script>alert" not in response.content.decode()
    html = client.get("/search/", {"q": '<b>"yeastar"'}).content.decode()
    assert "&lt;b&gt;&quot;yeastar&quot;" in html
    html = client.get("/search/", {"q": "cafe"}).content.decode()
    assert "<mark>café</mark>" in html and "<b> &amp; co" not in html


def test_suggestions_are_a_few_links_products_first(client: Client, site: Any) -> None:
    html = client.get("/search/suggest/", {"q": "ye"}).content.decode()
    assert re.findall(r'<li><a href="([^"]+)"', html)[0] == "/products/yeastar-s-module/"
    assert "from €8.00" in html and "All 3 results" in html
    assert client.get("/search/suggest/", {"q": "y"}).content == b""


def test_one_kind_is_paged(client: Client, site: Any) -> None:
    for number in range(25):
        site.add_child(instance=TextPage(title=f"Guide {number}", slug=f"guide-{number}"))
    response = client.get("/search/", {"q": "guide"})
    assert "All 25 of this kind" in text_of(response)
    first, second = (client.get("/search/", {"q": "guide", "kind": "page", "page": n}) for n in (1, 2))
    assert first.content.decode().count("found-item") == 20
    assert second.content.decode().count("found-item") == 5
    assert 'href="?q=guide&amp;kind=page&amp;page=2"' in first.content.decode()


@pytest.mark.usefixtures("pages_kept")
def test_search_costs_the_same_for_few_and_many(client: Client, site: Any) -> None:
    costs = []
    for number in (0, 60):
        for each in range(number):
            site.add_child(instance=TextPage(title=f"Yeastar note {each}", slug=f"note-{each}"))
        client.get("/search/", {"q": "yestar module"})  # the site context and the vocabulary are known
        with CaptureQueriesContext(connection) as captured:
            client.get("/search/", {"q": "yestar module"})
        costs.append(len(captured))
    # is the vocabulary still the same, what matches, what is shown of it, and with which tax
    assert costs == [4, 4]


def test_search_is_throttled(client: Client, site: Any, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"search": "2/minute", "search-suggest": "1/minute"}
    codes = [client.get("/search/", {"q": "yeastar"}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert [client.get("/search/suggest/", {"q": "yea"}).status_code for _ in range(2)] == [200, 429]
    assert client.get("/search/").status_code == 200, "the empty page counts for nothing"


def test_everything_can_be_written_anew(site: Any) -> None:
    before = sorted(SearchDocument.objects.values_list("page", "words"))
    SearchDocument.objects.all()[0].delete()
    documents.refresh_all()
    assert sorted(SearchDocument.objects.values_list("page", "words")) == before


def test_excerpt_shows_the_first_hit() -> None:
    text = "Word " * 200 + "needle in the hay " + "word " * 200
    piece = words.excerpt(text, {"needle"})
    assert "needle" in piece and piece.startswith("… ") and piece.endswith(" …") and len(piece) < 200
    assert words.excerpt("Short.", set()) == "Short."
    with translation.override("ru"):
        assert words.marked("Ёж & <b>", {"еж"}) == "<mark>Ёж</mark> &amp; &lt;b&gt;"
