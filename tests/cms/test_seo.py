"""What search engines and networks are told: it is true, it is escaped, and it costs nothing."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, PageViewRestriction

from catalogue.plans.models import Agreement, Discount
from cms.articles.models import HelpIndexPage, HelpPage
from cms.metadata import sitemap
from cms.models import HomePage, ProductIndexPage, ProductPage, TextPage
from storefront.core import clock
from storefront.core.instants import day_of

pytestmark = pytest.mark.django_db
SITE = "http://testserver"
PRODUCT = "/products/yeastar-s-module/"


@pytest.fixture
def russian(shop: Any) -> Locale:
    """Home, list and product in Russian as well."""
    locale = Locale.objects.create(language_code="ru")
    for kind in (HomePage, ProductIndexPage, ProductPage):
        kind.objects.get(locale__language_code="en").copy_for_translation(locale).save_revision().publish()
    return locale


def html_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return str(response.content.decode())


def data_of(html: str) -> dict[str, Any]:
    """JSON-LD by type."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    return {each["@type"]: each for each in map(json.loads, found)}


def head_of(html: str) -> dict[str, str]:
    """Canonical and alternate links, robots and Open Graph, by name."""
    head = html.split("</head>")[0]
    found = dict(re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]*)"', head))
    found |= {f"alternate {code}": url for code, url in re.findall(r'hreflang="([\w-]+)" href="([^"]+)"', head)}
    canonical = re.search(r'rel="canonical" href="([^"]+)"', head)
    return found | ({"canonical": canonical.group(1)} if canonical else {})


def test_product_is_offered_at_the_very_prices_of_its_page(client: Client, shop: Any) -> None:
    Discount.objects.create(
        name="Sale", period_months=[12], percent=Decimal("50"), ends_at=clock.now() + timedelta(days=9)
    )
    html = html_of(client, PRODUCT)
    product = data_of(html)["Product"]
    assert product["url"] == SITE + PRODUCT and product["name"] == "Yeastar S-series module"
    offers = {offer["name"]: offer for offer in product["offers"]}
    assert len(offers) == 8
    year = offers["Standard, 12 months"]
    assert (year["price"], year["priceCurrency"]) == ("60.00", "EUR") and "€60.00" in html
    assert year["priceValidUntil"] == day_of(clock.now() + timedelta(days=9)).isoformat()
    assert "priceValidUntil" not in offers["Standard, 1 month"]
    assert year["url"] == f"{SITE}{PRODUCT}?plan=standard&months=12"
    assert year["availability"] == "https://schema.org/InStock"
    trail = [each["item"] for each in data_of(html)["BreadcrumbList"]["itemListElement"]]
    assert trail == [f"{SITE}/", f"{SITE}/products/", SITE + PRODUCT]
    shop.software.plans.all().delete()
    assert "Product" not in data_of(html_of(client, PRODUCT)), "nothing is offered that cannot be bought"


def test_home_says_who_sells(client: Client, shop: Any) -> None:
    data = data_of(html_of(client, "/"))
    assert data["OnlineStore"]["name"] == "Northbridge Software Ltd"
    assert data["WebSite"]["name"] == "Northbridge Software"


def test_questions_of_a_help_page_and_its_place(client: Client, shop: Any) -> None:
    index = HomePage.objects.get().add_child(instance=HelpIndexPage(title="Help", slug="help"))
    pair = {"question": "Is VAT </script> included?", "answer": "<p>No.</p><ul><li>Prices are <b>net</b>.</li></ul>"}
    block = {"type": "questions", "value": {"questions": [{"type": "item", "value": pair, "id": "1"}]}}
    index.add_child(instance=HelpPage(title="Prices", slug="prices", body=json.dumps([block])))
    data = data_of(html_of(client, "/help/prices/"))
    (entry,) = data["FAQPage"]["mainEntity"]
    assert entry["name"] == "Is VAT </script> included?"
    assert entry["acceptedAnswer"]["text"] == "No. Prices are net ."
    assert [each["name"] for each in data["BreadcrumbList"]["itemListElement"]] == ["Home", "Help", "Prices"]


def test_what_an_editor_writes_cannot_leave_the_script(client: Client, shop: Any) -> None:
    page = ProductPage.objects.get()
    page.title = page.seo_title = page.search_description = '</script><script>alert("x")</script>\u2028&<!--'
    page.save_revision().publish()
    html = html_of(client, PRODUCT)
    assert "<script>alert" not in html and "<!--" not in html
    assert data_of(html)["Product"]["name"] == page.title


def test_canonical_address_and_other_languages(client: Client, shop: Any, russian: Locale) -> None:
    both = {
        "alternate en": SITE + PRODUCT,
        "alternate ru": f"{SITE}/ru{PRODUCT}",
        "alternate x-default": SITE + PRODUCT,
    }
    for path, canonical in (
        (f"{PRODUCT}?plan=pro&months=3&utm=x", SITE + PRODUCT),
        (f"/ru{PRODUCT}", f"{SITE}/ru{PRODUCT}"),
    ):
        head = head_of(html_of(client, path))
        assert head["canonical"] == head["og:url"] == canonical
        assert both.items() <= head.items() and "robots" not in head
    translated = ProductPage.objects.get(locale=russian)
    translated.unpublish()
    assert not any(name.startswith("alternate") for name in head_of(html_of(client, PRODUCT)))
    Agreement.objects.get().copy_for_translation(russian).save()
    head = head_of(html_of(client, "/ru/agreements/license-agreement/"))
    assert head["alternate en"] == f"{SITE}/agreements/license-agreement/"
    assert head["canonical"] == head["alternate ru"] == f"{SITE}/ru/agreements/license-agreement/"


def test_titles_and_descriptions_have_something_to_fall_back_on(client: Client, shop: Any) -> None:
    page = ProductPage.objects.get()
    html = html_of(client, PRODUCT)
    assert "<title>Yeastar S-series module – Northbridge Software</title>" in html
    page.lead = "Calls in the\nportal."
    page.save_revision().publish()
    head = head_of(html_of(client, PRODUCT))
    assert head["description"] == head["og:description"] == "Calls in the portal."
    page.seo_title, page.search_description = "Own title", "Own words."
    page.save_revision().publish()
    html = html_of(client, PRODUCT)
    assert "<title>Own title</title>" in html
    assert (head_of(html)["og:title"], head_of(html)["description"]) == ("Own title", "Own words.")
    assert head_of(html)["og:image"].startswith(SITE), "without a picture the shop's own sign"


def test_every_address_is_of_the_site_as_it_is_configured_now(client: Client, shop: Any, settings: Any) -> None:
    for site in ("https://one.example", "https://two.example"):
        settings.SITE_URL = site
        cache.clear()
        head = head_of(html_of(client, PRODUCT))
        assert head["canonical"] == site + PRODUCT and head["og:image"].startswith(f"{site}/static/")


def test_pages_for_people_are_not_for_search_engines(client: Client, shop: Any, customer: Any) -> None:
    client.force_login(customer)
    for path in ("/basket/", "/search/?q=x", "/account/", "/account/profile/", "/agreements/license-agreement/1/"):
        head = head_of(html_of(client, path))
        assert head["robots"] == "noindex" and "canonical" not in head, path
    preview = ProductPage.objects.get().make_preview_request().content.decode()
    assert head_of(preview)["robots"] == "noindex"


def test_map_names_every_public_page_in_every_language(
    client: Client, shop: Any, russian: Locale, settings: Any
) -> None:
    home = HomePage.objects.get(locale__language_code="en")
    secret = home.add_child(instance=TextPage(title="Secret", slug="secret"))
    PageViewRestriction.objects.create(page=secret, restriction_type="login")
    home.add_child(instance=TextPage(title="Draft", slug="draft", live=False))
    namespaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    response = client.get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    entries = ElementTree.fromstring(response.content).findall("s:url", namespaces)
    found = {entry.findtext("s:loc", "", namespaces): entry for entry in entries}
    paths = ("/", "/products/", PRODUCT, "/ru/", "/ru/products/", f"/ru{PRODUCT}", "/agreements/license-agreement/")
    assert set(found) == {SITE + path for path in paths}
    others = {link.get("hreflang"): link.get("href") for link in found[SITE + PRODUCT].findall("x:link", namespaces)}
    assert others == {"en": SITE + PRODUCT, "ru": f"{SITE}/ru{PRODUCT}", "x-default": SITE + PRODUCT}
    assert found[f"{SITE}/ru{PRODUCT}"].findtext("s:lastmod", "", namespaces) == clock.now().date().isoformat()


def test_map_of_a_large_site_is_an_index(client: Client, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap.PageMap, "limit", 2)
    index = client.get("/sitemap.xml").content.decode()
    assert f"<loc>{SITE}/sitemap-pages.xml</loc>" in index and f"<loc>{SITE}/sitemap-pages.xml?p=2</loc>" in index
    assert f"<loc>{SITE}/sitemap-agreements.xml</loc>" in index
    parts = [client.get(f"/sitemap-pages.xml?p={number}").content.decode() for number in (1, 2)]
    assert [part.count("<loc>") for part in parts] == [2, 1]
    for path in ("/sitemap-pages.xml?p=9", "/sitemap-pages.xml?p=x", "/sitemap-none.xml"):
        assert client.get(path).status_code == 404, path


def test_robots_are_told_where_not_to_go(client: Client, shop: Any) -> None:
    text = client.get("/robots.txt").content.decode()
    for name in ("search", "cart", "checkout", "account-home"):
        assert f"Disallow: {reverse(name)}\n" in text and f"Disallow: /ru{reverse(name)}\n" in text
    assert "Disallow: /pay/\n" in text and f"Sitemap: {SITE}/sitemap.xml" in text
    manifest = client.get("/site.webmanifest").json()
    assert manifest["name"] == "Northbridge Software" and manifest["icons"][1]["sizes"] == "512x512"
