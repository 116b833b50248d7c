"""Prices in texts: live ones show what the cart charges, typed ones that it does not charge are warned of."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import Locale, ReferenceIndex
from wagtail.rich_text import RichText
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from catalogue.plans.models import Discount
from cms.blocks.texts import FEATURES
from cms.live_prices import checking
from cms.live_prices.references import Reference
from cms.live_prices.typed import find
from cms.models import HomePage, ProductPage, TextPage
from tests.factories import make_software

pytestmark = pytest.mark.django_db


def stored(
    software: Any, amount: str = "total", plan: str = "standard", months: int = 12, inner: str = "x", **more: str
) -> str:
    attributes = Reference(software.pk, plan, months, amount, tuple(more.items())).attributes()
    return "<a " + " ".join(f'{name}="{value}"' for name, value in attributes.items()) + f">{inner}</a>"


def text_page(*html: str, **fields: Any) -> TextPage:
    values = [{"heading": "", "text": f"<p>{text}</p>", "is_steps": False} for text in html]
    content = [{"type": "text", "id": str(uuid4()), "value": value} for value in values]
    home = HomePage.objects.get(locale=Locale.get_default())
    page: TextPage = home.add_child(instance=TextPage(title="Offer", content=json.dumps(content), **fields))
    return page


@pytest.mark.parametrize(
    ("amount", "english", "russian"),
    [
        ("total", "€96.00", "96,00 €"),
        ("month", "€8.00", "8,00 €"),
        ("list", "€120.00", "120,00 €"),
        ("saving", "€24.00", "24,00 €"),
        ("lowest", "€8.00", "8,00 €"),
    ],
)
def test_reference_shows_the_amount_in_the_readers_language(shop: Any, amount: str, english: str, russian: str) -> None:
    html = f"<p>Only {stored(shop.software, amount, inner='a <b>bold</b> word')}!</p>"
    for language, text in (("en", english), ("ru", russian)):
        with translation.override(language):
            shown = str(RichText(html)).replace("\u00a0", " ")
        assert shown in (
            f'<p>Only <span class="live-price">{text}</span>!</p>',
            f'<p>Only <span class="live-price">{text}<b></b></span>!</p>',
        )


def test_bold_price_stays_bold(shop: Any) -> None:
    assert str(RichText(stored(shop.software, inner="<b>x</b>"))) == '<span class="live-price"><b>€96.00</b></span>'


def test_what_is_not_sold_any_more_shows_its_fallback(shop: Any) -> None:
    own = stored(shop.software, plan="gone", en='see "prices"', ru="см. цены")
    assert str(RichText(own)) == '<span class="live-price">see ”prices”</span>'
    with translation.override("ru"):
        assert "см. цены" in str(RichText(own))
    plain = stored(shop.software, months=7)
    assert str(RichText(plain)) == '<span class="live-price">price on request</span>'
    for broken in ("", ' product="999999" amount="total"', ' product="9e9" amount="total"', ' amount="no"'):
        assert "€" not in str(RichText(f'<a linktype="price"{broken}>x</a>'))


def test_page_follows_the_price_at_once_and_in_both_languages(client: Any, shop: Any) -> None:
    text_page(f"A year: {stored(shop.software)}.", slug="offer")
    assert "€96.00" in client.get("/offer/").content.decode()
    Discount.objects.create(name="Sale", period_months=[12], percent=Decimal(50))
    assert "€60.00" in client.get("/offer/").content.decode()
    product = shop.software.product
    product.is_public = False
    product.save()
    assert "price on request" in client.get("/offer/").content.decode()


def test_each_text_asks_once_for_all_of_its_prices(client: Any, shop: Any) -> None:
    others = [make_software(f"more-{number}", f"More {number}") for number in range(3)]
    text_page(f"One: {stored(shop.software)}", slug="one")
    text_page(*(f"Many: {stored(one)}, {stored(one, 'month')}" for one in [shop.software, *others]), slug="many")

    def queries(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            assert "€96.00" in client.get(path).content.decode()
        return len(found)

    assert queries("/many/") == queries("/one/") + len(others)


def test_editor_shows_the_price_of_now_and_stores_the_reference(shop: Any) -> None:
    converter = ContentstateConverter(FEATURES)
    html = f"<p>A <b>year: {stored(shop.software, inner='<b>price of it</b>', ru='нет')}</b> now</p>"
    state = json.loads(converter.from_database_format(html))
    (block,) = state["blocks"]
    assert block["text"] == "A year: €96.00 now"
    assert state["entityMap"]["0"]["data"]["description"] == "price of it"
    assert state["entityMap"]["0"]["mutability"] == "IMMUTABLE"
    back = converter.to_database_format(json.dumps(state))
    assert "€" not in back, "no amount is stored: it would go out of date in searches and translations"
    assert f'product="{shop.software.pk}"' in back and 'fallback-ru="нет"' in back and "price of it" in back


def test_price_is_chosen_by_product_and_amount(marketer: Any, shop: Any) -> None:
    url = reverse("price-chooser")
    shown = marketer.get(url, {"product": shop.software.pk}).json()["html"]
    assert "Standard, 12 months" in shown and "€96.00" in shown and 'data-choice="pro:6:month"' in shown
    answer = marketer.post(url, {"product": shop.software.pk, "choice": "pro:6:month", "fallback-ru": "нет"}).json()
    assert (answer["step"], answer["result"]["text"]) == ("chosen", "€22.50")
    assert answer["result"]["data"] == {
        "linktype": "price", "product": str(shop.software.pk), "plan": "pro", "months": "6", "amount": "month",
        "fallback-ru": "нет",
        "description": "price per month of Yeastar S-series module Professional for 6 months",
    }  # fmt: skip
    lowest = marketer.post(url, {"product": shop.software.pk, "choice": "::lowest"}).json()["result"]
    assert lowest["text"] == "€8.00"
    for wrong in ("", "pro:7:month", "pro:6:nothing", "x"):
        assert marketer.post(url, {"product": shop.software.pk, "choice": wrong}).json()["step"] == "choose"
    assert marketer.post(url, {"product": "999999", "choice": "pro:6:month"}).json()["step"] == "choose"


def test_product_knows_the_pages_that_show_its_prices(shop: Any) -> None:
    page = text_page(stored(shop.software))
    assert str(page.pk) in ReferenceIndex.get_references_to(shop.software).values_list("object_id", flat=True)


def test_price_survives_the_translation_of_its_sentence(
    client: Any, shop: Any, django_capture_on_commit_callbacks: Any
) -> None:
    russian = Locale.objects.create(language_code="ru")
    home = HomePage.objects.get()
    for page in (home, text_page(f"A year costs {stored(shop.software, inner='the price')} in all.", slug="offer")):
        source, _ = TranslationSource.get_or_create_from_instance(page)
        made = Translation.objects.create(source=source, target_locale=russian)
        for segment in source.stringsegment_set.filter(string__data__contains="<a"):
            StringTranslation.objects.create(
                translation_of=segment.string, context=segment.context, locale=russian,
                data='<a id="a1">цена</a> — столько стоит год.',
            )  # fmt: skip
        with django_capture_on_commit_callbacks(execute=True):
            made.save_target(publish=True)
    html = client.get("/ru/offer/").content.decode().replace("\u00a0", " ")
    assert '<span class="live-price">96,00 €</span> — столько стоит год.' in html


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("now € 96 a year", {"96"}),
        ("now 96 EUR.", {"96"}),
        ("1 152,00 ₽", {"1152.00"}),
        ("from €1,152.00", {"1152.00"}),
        ("1.152 €", {"1152", "1.152"}),
        ("1.152,50 €", {"1152.50"}),
        ("1'152.50 CHF", {"1152.50"}),
        ("96,- €", {"96"}),
        ("96 евро", {"96"}),
        ("от 8 руб. в месяц", {"8"}),
        ("1152 рублей", {"1152"}),
        ("only 96 euros", {"96"}),
        ("US$5", {"5"}),
        ("€0.5", {"0.5"}),
    ],
)
def test_price_is_found_however_it_is_written(text: str, amounts: set[str]) -> None:
    (found,) = find(text)
    assert found.amounts == {Decimal(amount) for amount in amounts}


@pytest.mark.parametrize(
    "text", ["20 % off", "in 2026", "12 months", "all 24 of you", "5 try it", "€ and £", "version 1.2.3", "$10k", "S50"]
)
def test_number_that_is_no_price_is_left_alone(text: str) -> None:
    assert list(find(text)) == []


def test_typed_price_is_compared_with_what_the_cart_charges(shop: Any) -> None:
    page = ProductPage.objects.get()
    page.lead = "€10 a month, €96 a year instead of 120 EUR: you save 24,00 €, that is €8.00 a month."
    assert checking.contradictions(page) == []
    page.lead = "Only €97 a year, or 96 USD; 20 % less."
    assert [(one.place, one.price) for one in checking.contradictions(page)] == [("lead", "€97"), ("lead", "96 USD")]
    other = make_software("other", "Other")
    other.plans.filter(code="pro").update(monthly_price=Decimal("97.00"))
    other.save()
    page.lead = "€97"
    assert checking.contradictions(page), "the price of another product"
    assert checking.contradictions(text_page("from €97 a month")) == [], "any product's on a page without one"
    assert checking.contradictions(text_page(f"It is {stored(shop.software, inner='€1')}")) == []


def test_marketer_is_warned_when_publishing_and_when_opening_but_not_stopped(marketer: Any, shop: Any) -> None:
    page = ProductPage.objects.get()
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    form = {"title": page.title, "software": str(shop.software.pk), "lead": "Only €97 a year <b>", "image": ""}
    form |= {"seo_title": "", "search_description": "", "share_image": "", "content-count": "0"}
    after = marketer.post(edit, form | {"action-publish": "1"}, follow=True).content.decode()
    assert "states a price that the cart does not charge" in after
    assert "Only €97 a year &lt;b&gt;" in after
    assert "Standard, 12 months: €96.00" in after
    assert "€97" in marketer.get("/products/yeastar-s-module/").content.decode(), "it is published all the same"
    draft = marketer.post(edit, form, follow=True).content.decode()
    assert draft.count("states a price that the cart does not charge") == 1
    right = marketer.post(edit, form | {"lead": "Only €96 a year"}, follow=True).content.decode()
    assert "states a price" not in right
