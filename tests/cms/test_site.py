"""Menu, footer, notices, the missing page, languages and redirects: what editors make of the frame of the pages."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale, Page
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from cms.models import HomePage, ProductIndexPage, TextPage
from cms.navigation.addresses import in_language, validate_address
from cms.navigation.models import Footer, Menu, NotFoundText, Notice
from storefront.core import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def english(shop: Any) -> Locale:
    return Locale.objects.get(language_code="en")


@pytest.fixture
def russian(shop: Any) -> Locale:
    """Home and list of products in Russian as well."""
    locale = Locale.objects.create(language_code="ru")
    for kind, title in ((HomePage, "Главная"), (ProductIndexPage, "Продукты")):
        page = kind.objects.get(locale__language_code="en").copy_for_translation(locale)
        page.title = title
        page.save_revision().publish()
    return locale


@pytest.fixture
def about(shop: Any) -> TextPage:
    return HomePage.objects.get(locale__language_code="en").add_child(instance=TextPage(title="About us", slug="about"))


def link(page: Page | None = None, address: str = "", label: str = "") -> dict[str, Any]:
    return {"page": page.pk if page else None, "address": address, "label": label}


def item(*below: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "type": "item",
        "value": link(**fields)
        | {"below": [{"type": "item", "value": each, "id": str(at)} for at, each in enumerate(below)]},
    }


def html_of(client: Client, path: str = "/products/", status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return str(response.content.decode())


def menu_of(html: str) -> list[tuple[str, str]]:
    """Title and address of every link of the main menu."""
    nav = re.search(r'<nav class="site-nav".*?</nav>', html, re.S)
    return (
        [(title, url) for url, title in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', nav.group())] if nav else []
    )


# --- Menu and footer ----------------------------------------------------------------------------------------------


def test_without_an_entry_the_menu_has_the_pages_marked_for_it(client: Client, about: TextPage) -> None:
    assert menu_of(html_of(client)) == []
    about.show_in_menus = True
    about.save_revision().publish()
    assert menu_of(html_of(client)) == [("About us", "/about/")]


def test_menu_follows_its_pages_and_forgets_unpublished_ones(client: Client, about: TextPage, english: Locale) -> None:
    products = ProductIndexPage.objects.get()
    items = [item(page=products), item(page=about, label="Who we are"), item(address="/account/", label="Account")]
    Menu.objects.create(locale=english, items=json.dumps(items))
    expected = [("Products", "/products/"), ("Who we are", "/about/"), ("Account", "/account/")]
    assert menu_of(html_of(client)) == expected
    about.slug = "company"
    about.save_revision().publish()
    assert menu_of(html_of(client))[1] == ("Who we are", "/company/")
    about.unpublish()
    assert menu_of(html_of(client)) == [expected[0], expected[2]]


def test_entry_with_sub_items_opens_them_and_marks_where_we_are(client: Client, about: TextPage, shop: Any) -> None:
    products = ProductIndexPage.objects.get()
    items = [item(link(page=about), link(address="https://example.com/x", label="Blog"), label="More", page=products)]
    Menu.objects.create(locale=products.locale, items=json.dumps(items))
    html = html_of(client, "/products/yeastar-s-module/")
    assert menu_of(html) == [("Products", "/products/"), ("About us", "/about/"), ("Blog", "https://example.com/x")]
    assert re.search(r'<summary class="is-here">More', html)
    assert '<a href="/products/" aria-current="true">' in html
    assert '<a href="/products/" aria-current="page">' in html_of(client, "/products/")


def test_menu_of_the_default_language_speaks_the_readers(
    client: Client, about: Any, russian: Any, english: Any
) -> None:
    products = ProductIndexPage.objects.get(locale=english)
    items = [item(page=products), item(page=about), item(address="/basket/", label="Cart")]
    menu = Menu.objects.create(locale=english, items=json.dumps(items))
    html = html_of(client, "/ru/products/")
    assert menu_of(html) == [("Продукты", "/ru/products/"), ("About us", "/about/"), ("Cart", "/ru/basket/")]
    assert '<a href="/about/" hreflang="en" lang="en">' in html, "what is not translated says so"
    own = menu.copy_for_translation(russian)
    own.items = json.dumps([item(page=products, label="Всё")])
    own.save()
    assert menu_of(html_of(client, "/ru/products/")) == [("Всё", "/ru/products/")]
    assert len(menu_of(html_of(client))) == 3


def test_menu_and_notice_are_translated_side_by_side(client: Client, about: Any, english: Any, russian: Any) -> None:
    items = [
        item(link(page=about, label="Who we are"), page=about, label="Company"),
        item(address="/basket/", label="Cart"),
    ]
    menu = Menu.objects.create(locale=english, items=json.dumps(items))
    notice = Notice.objects.create(locale=english, text="Sale.", link_page=about, link_label="More")
    words = {"Company": "Компания", "Who we are": "Кто мы", "Cart": "Корзина", "Sale.": "Скидки.", "More": "Ещё"}
    for source in (menu, notice):
        held, _made = TranslationSource.update_or_create_from_instance(source)
        translation = Translation.objects.create(source=held, target_locale=russian)
        strings = set(held.stringsegment_set.values_list("string__data", "context"))
        assert {text for text, _context in strings} <= set(words), "neither pages nor addresses are texts"
        for segment in held.stringsegment_set.all():
            StringTranslation.objects.create(
                translation_of=segment.string, locale=russian, context=segment.context, data=words[segment.string.data]
            )
        translation.save_target()
    html = html_of(client, "/ru/products/")
    assert menu_of(html) == [("About us", "/about/"), ("Кто мы", "/about/"), ("Корзина", "/ru/basket/")]
    assert ">Компания<" in html and 'Скидки. <a href="/about/"' in html and ">Ещё</a>" in html


def test_draft_of_a_menu_is_not_shown(client: Client, about: TextPage, english: Locale) -> None:
    menu = Menu.objects.create(locale=english, items=json.dumps([item(page=about)]))
    menu.items = json.dumps([item(page=about, label="Draft")])
    revision = menu.save_revision()
    assert menu_of(html_of(client)) == [("About us", "/about/")]
    revision.publish()
    assert menu_of(html_of(client)) == [("Draft", "/about/")]


def test_footer_has_columns_text_seller_and_agreements(client: Client, about: TextPage, english: Locale) -> None:
    assert "About us" in html_of(client).split("<footer")[1], "without an entry the pages below home stand there"
    links = [{"type": "item", "value": link(page=about), "id": "1"}]
    column = {"type": "column", "value": {"title": "Company", "links": links}}
    text = f'<p>Open 9 to 18. <a linktype="page" id="{about.pk}">More</a></p>'
    footer = Footer.objects.create(locale=english, text=text, columns=json.dumps([column]))
    html = html_of(client).split("<footer")[1]
    assert "Company" in html and 'href="/about/">About us' in html and '<a href="/about/">More</a>' in html
    assert "Northbridge Software Ltd" in html and "Public license agreement" in html
    footer.shows_agreements = False
    footer.save()
    assert "Public license agreement" not in html_of(client).split("<footer")[1]


# --- Notices ------------------------------------------------------------------------------------------------------


def test_notice_begins_and_ends_by_itself(client: Client, english: Locale) -> None:
    start = clock.now() + timedelta(hours=1)
    Notice.objects.create(locale=english, text="Sale.", starts_at=start, ends_at=start + timedelta(hours=1))
    for minutes, is_shown in ((0, False), (61, True), (119, True), (121, False)):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
            assert ("Sale." in html_of(client)) == is_shown, minutes
            assert ("Sale." in html_of(client)) == is_shown, "kept in the cache for a minute"


def test_notice_of_the_shop_is_not_in_the_account(client: Client, english: Locale, about: TextPage) -> None:
    Notice.objects.create(locale=english, text="Sale.", where="shop", link_page=about, kind="warning")
    for path in ("/", "/products/", "/products/yeastar-s-module/", "/basket/"):
        assert "Sale. <a" in html_of(client, path), path
    for path in ("/account/login/", "/about/", "/agreements/license-agreement/"):
        assert "Sale." not in html_of(client, path), path
    about.unpublish()
    assert "Sale.</p>" in html_of(client), "a link to nowhere is left out"


def test_closed_notice_is_not_sent_again_unless_it_changes(client: Client, english: Locale) -> None:
    notice = Notice.objects.create(locale=english, text="Sale.")
    firm = Notice.objects.create(locale=english, text="Strike.", is_dismissible=False)
    (key,) = re.findall(r'data-close-notice="([\w-]+)"', html_of(client))
    client.cookies["closed-notices"] = f"junk.{key}"
    assert "Sale." not in html_of(client) and firm.text in html_of(client)
    notice.text = "Sale until Monday."
    notice.save()
    assert "Sale until Monday." in html_of(client)
    client.cookies["closed-notices"] = "." * 4000
    assert "Sale until Monday." in html_of(client)


def test_notice_is_read_in_the_readers_language(client: Client, english: Locale, russian: Locale) -> None:
    notice = Notice.objects.create(locale=english, text="Sale.")
    assert "Sale." in html_of(client, "/ru/products/")
    own = notice.copy_for_translation(russian)
    own.text = "Скидки."
    own.save()
    assert "Скидки." in html_of(client, "/ru/products/") and "Sale." not in html_of(client, "/ru/products/")
    own.starts_at, own.ends_at = clock.now() - timedelta(days=2), clock.now() - timedelta(days=1)
    own.save()
    assert "Sale." not in html_of(client, "/ru/products/"), "its translation is over"
    assert "Sale." in html_of(client)


# --- The missing page and redirects -------------------------------------------------------------------------------


def test_missing_page_has_the_editors_words_in_the_language_of_the_address(
    client: Client, about: Any, english: Any, russian: Any
) -> None:
    assert "There is no such page" in html_of(client, "/nowhere/", 404)
    pages = json.dumps(
        [
            {"type": "page", "value": about.pk},
            {"type": "page", "value": ProductIndexPage.objects.get(locale=english).pk},
        ]
    )
    NotFoundText.objects.create(locale=english, title="Lost?", text="<p>Try <b>these</b>.</p>", pages=pages)
    html = html_of(client, "/nowhere/", 404)
    assert "<h1>Lost?</h1>" in html and "<p>Try <b>these</b>.</p>" in html and 'href="/about/">About us' in html
    html = html_of(client, "/ru/nowhere/", 404)
    assert '<html lang="ru">' in html and "<h1>Lost?</h1>" in html
    assert 'href="/ru/products/">Продукты' in html


def test_page_that_moves_leaves_a_redirect_in_every_language(
    client: Client, about: TextPage, russian: Locale, django_capture_on_commit_callbacks: Any
) -> None:
    translated = about.copy_for_translation(russian)
    translated.save_revision().publish()
    for page, path in ((about, "/about/"), (translated, "/ru/about/")):
        page.slug = "company"
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (301, path.replace("about", "company"))
    Redirect.add_redirect("/ru/old", "/ru/products/", is_permanent=False)
    response = client.get("/ru/old/?utm=x")
    assert (response.status_code, response["Location"]) == (302, "/ru/products/")


# --- Editing ------------------------------------------------------------------------------------------------------


def menu_form(*items: dict[str, Any]) -> dict[str, str]:
    form = {"items-count": str(len(items))}
    for at, each in enumerate(items):
        form |= {
            f"items-{at}-{key}": value
            for key, value in (("deleted", ""), ("order", str(at)), ("type", "item"), ("id", ""))
        }
        fields = {"page": "", "address": "", "label": "", "below-count": "0"} | each
        form |= {f"items-{at}-value-{key}": str(value) for key, value in fields.items()}
    return form


def test_marketer_makes_a_menu_with_help_and_without_mistakes(marketer: Client, about: TextPage) -> None:
    add = reverse("wagtailsnippets_site_texts_menu:add")
    assert "page&#x27;s title" in html_of(marketer, add)
    wrong = [
        ({"page": about.pk, "address": "/x/"}, "Choose a page or type an address, not both."),
        ({}, "Choose a page or type an address."),
        ({"address": "/x/"}, "An address needs a label."),
        ({"address": "javascript:alert(1)", "label": "x"}, "Type a path that begins with /"),
    ]
    for fields, words in wrong:
        response = marketer.post(add, menu_form(fields))
        assert response.status_code == 200 and words in response.content.decode(), fields
    response = marketer.post(add, menu_form({"page": about.pk}) | {"action-publish": "1"})
    assert response.status_code == 302, response.context["form"].errors
    assert menu_of(html_of(marketer)) == [("About us", "/about/")]
    second = marketer.post(add, menu_form({"page": about.pk}) | {"action-publish": "1"})
    assert "There is already one in this language" in second.content.decode()
    assert Menu.objects.count() == 1


def test_marketer_sees_the_site_menu_and_previews(marketer: Client, about: TextPage, english: Locale) -> None:
    menu = Menu.objects.create(locale=english, items=json.dumps([item(page=about, label="As it will be")]), live=False)
    notice = Notice.objects.create(locale=english, text="Not yet.", starts_at=clock.now() + timedelta(days=9))
    words = NotFoundText.objects.create(locale=english, title="Lost?", live=False)
    assert "As it will be" not in html_of(marketer)
    for each, text in ((menu, "As it will be"), (notice, "Not yet."), (words, "Lost?")):
        response = each.make_preview_request()
        assert text in response.content.decode() or text in str(response.render().content)
    for name in ("menu", "footer", "notice", "notfoundtext"):
        html_of(marketer, reverse(f"wagtailsnippets_site_texts_{name}:list"))
        html_of(marketer, reverse(f"wagtailsnippets_site_texts_{name}:add"))
    html_of(marketer, reverse("wagtailredirects:index"))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"link_address": "/x/"}, "link_label"),
        ({"link_label": "x"}, "link_page"),
        ({"link_address": "//evil.example/", "link_label": "x"}, "link_address"),
        ({"ends_at": clock.now() - timedelta(days=9)}, "ends_at"),
        ({"text": ""}, "text"),
    ],
)
def test_wrong_notice_is_refused_at_the_field(english: Locale, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Notice(**{"locale": english, "text": "Sale."} | fields).full_clean()
    assert field in refused.value.message_dict


@pytest.mark.parametrize("address", ["/", "/account/?x=1#y", "https://a.example", "mailto:a@b.example", "tel:+49-30-1"])
def test_address_that_visitors_may_be_sent_to(address: str) -> None:
    validate_address(address)


@pytest.mark.parametrize(
    "address", ["x", "//a.example", "javascript:x", "data:x", "/a b", "https:///x", "/\\a", "mailto:"]
)
def test_address_that_they_may_not(address: str) -> None:
    with pytest.raises(ValidationError):
        validate_address(address)


def test_own_addresses_follow_the_reader(settings: Any) -> None:
    assert in_language("/account/?a=1#b", "ru") == "/ru/account/?a=1#b"
    assert in_language("/ru/account/", "en") == "/account/"
    assert in_language("/some/page/", "ru") == "/some/page/"
    assert in_language("https://a.example/account/", "ru") == "https://a.example/account/"
    assert in_language("/robots.txt", "ru") == "/robots.txt"


# --- The language switch ------------------------------------------------------------------------------------------


def switch_of(html: str) -> str:
    """Where the switch leads to."""
    found = set(
        re.findall(
            r'<a href="([^"]+)" lang="\w+" hreflang="\w+">', html.split('class="languages"')[1].split("</ul>")[0]
        )
    )
    (address,) = found
    return address


def test_switch_leads_to_the_same_page_or_that_languages_home(
    client: Client, about: Any, russian: Any, customer: Any
) -> None:
    pairs = {
        "/": "/ru/",
        "/products/?page=1": "/ru/products/",
        "/about/": "/ru/",
        "/agreements/license-agreement/": "/ru/",
        "/basket/": "/ru/basket/",
        "/search/?q=a%26b&x=1": "/ru/search/?q=a%26b",
        "/account/login/?next=/account/orders/": "/ru/account/login/?next=%2Fru%2Faccount%2Forders%2F",
        "/ru/basket/": "/basket/",
        "/ru/": "/",
        "/ru/products/": "/products/",
    }
    for path, expected in pairs.items():
        assert switch_of(html_of(client, path)).replace("&amp;", "&") == expected, path
    assert switch_of(html_of(client, "/nowhere/", 404)) == "/ru/"
    client.force_login(customer)
    assert switch_of(html_of(client, "/ru/account/orders/")) == "/account/orders/"


def test_language_without_a_front_page_is_not_offered(client: Client, shop: Any) -> None:
    assert 'class="languages"' not in html_of(client)
