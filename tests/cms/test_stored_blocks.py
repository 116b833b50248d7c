"""Pages are stored as JSON. What earlier versions stored, typed here by hand, must open and be saved as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from wagtail.images import get_image_model
from wagtail.models import Locale, Page

from cms.articles.models import HelpIndexPage, HelpPage
from cms.models import HomePage, ProductPage
from cms.navigation.models import Footer, Menu
from tests.cms.things import picture

pytestmark = pytest.mark.django_db

QUESTION = {"question": "Question one?", "answer": "<p>Answer one</p>"}
STEP = {"title": "Step title", "text": "<p>Step text</p>", "picture": None}


def items(*values: Any) -> list[dict[str, Any]]:
    return [{"type": "item", "value": value, "id": f"item-{at}"} for at, value in enumerate(values)]


def stream(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": kind, "value": value, "id": f"block-{kind}"} for kind, value in values.items()]


def text_blocks(image: dict[str, Any], help_id: int) -> dict[str, Any]:
    return {
        "text": {"heading": "Text heading", "text": "<p>Rich text</p>", "is_steps": False},
        "note": {"kind": "warning", "text": "<p>Note text</p>"},
        "features": {
            "heading": "Features heading",
            "items": items(
                {"icon": "phone", "title": "Feature A", "text": "About A"},
                {"icon": "check", "title": "Feature B", "text": ""},
            ),
        },
        "steps": {"heading": "Steps heading", "items": items(STEP, {**STEP, "title": "Second step"})},
        "screenshots": {"heading": "Shots heading", "items": items({"picture": image, "caption": "Shot caption"})},
        "quotes": {
            "heading": "Quotes heading",
            "items": items({"text": "Said", "name": "Somebody", "role": "Of a company", "picture": image}),
        },
        "questions": {"heading": "Questions heading", "items": items(QUESTION)},
        "video": {
            "heading": "Video heading",
            "file": None,
            "captions": None,
            "url": "https://video.example/film",
            "poster": image,
            "caption": "Video caption",
        },
        "call_to_action": {
            "heading": "Action heading",
            "text": "Action text",
            "button": {"label": "Action label", "page": None, "url": "https://action.example/"},
        },
        "hero": {
            "heading": "Hero heading",
            "text": "Hero text",
            "picture": image,
            "buttons": items({"label": "Hero button", "page": help_id, "url": ""}),
        },
    }


def product_blocks(help_id: int) -> dict[str, Any]:
    return {
        "comparison": {"heading": "Comparison heading", "product": None, "rows": "features"},
        "requirements": {"heading": "Requirements heading", "text": "<p>Needs this</p>"},
        "changelog": {
            "heading": "Changelog heading",
            "items": items({"version": "4.2", "released_on": "2026-01-05", "text": "<p>Faster</p>"}),
        },
        "documentation": {
            "heading": "Documentation heading",
            "text": "Documentation text",
            "links": items(
                {"label": "Guide", "page": help_id, "url": ""},
                {"label": "Elsewhere", "page": None, "url": "https://docs.example/"},
            ),
        },
        "related": {"heading": "Related heading", "products": []},
    }


def home_blocks(product_id: int) -> dict[str, Any]:
    return {
        "comparison": {"heading": "Comparison heading", "product": product_id, "rows": "all"},
        "related": {"heading": "Related heading", "products": items(product_id)},
        "news": {"title": "News heading", "count": 2},
    }


def article_blocks(image: dict[str, Any]) -> dict[str, Any]:
    return {
        "heading": "Section heading",
        "text": "<p>Article text</p>",
        "step": STEP | {"picture": image},
        "note": {"kind": "info", "text": "<p>Note text</p>"},
        "picture": {"picture": image, "caption": "Picture caption"},
        "questions": {"questions": items(QUESTION)},
        "payment_methods": {"methods": items({"name": "Card", "about": "All cards", "confirmed": "at once"})},
    }


@pytest.fixture
def image(db: None) -> dict[str, Any]:
    row = get_image_model().objects.create(title="Picture", file=picture(800, 600))
    return {"image": row.pk, "decorative": False, "alt_text": "Alternative text"}


@pytest.fixture
def help_page(shop: Any) -> HelpPage:
    index = HomePage.objects.get().add_child(instance=HelpIndexPage(title="Help", slug="help"))
    page: HelpPage = index.add_child(instance=HelpPage(title="Begin", slug="begin"))
    return page


def store(page: Any, field: str, values: dict[str, Any]) -> Any:
    """Write the JSON past Wagtail, as a row of an earlier version has it, and read the page anew."""
    column = connection.ops.quote_name(field)
    table, key = connection.ops.quote_name(page._meta.db_table), connection.ops.quote_name(page._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [json.dumps(stream(values)), page.pk])
    return type(page).objects.get(pk=page.pk)


def texts_of(value: Any) -> set[str]:
    """The words that a reader must find of stored values."""
    if isinstance(value, dict):
        skipped = {"type", "id", "kind", "icon", "rows", "released_on", "url", "page", "is_steps"}
        return {text for name, part in value.items() if name not in skipped for text in texts_of(part)}
    if isinstance(value, list):
        return {text for part in value for text in texts_of(part)}
    return {value.removeprefix("<p>").removesuffix("</p>")} if isinstance(value, str) and value else set()


def opens(page: Page, field: str, values: dict[str, Any], *, unshown: set[str] = frozenset()) -> str:  # type: ignore[assignment]
    page = store(page, field, values)
    html = str(Client().get(page.get_url()).content.decode())
    assert {text for text in texts_of(values) - unshown if text not in html} == set()
    assert getattr(page, field).get_prep_value() == stream(values), "it is stored as it was"
    return html


def test_blocks_of_the_front_page(help_page: HelpPage, image: dict[str, Any]) -> None:
    product = ProductPage.objects.get()
    values = text_blocks(image, help_page.pk) | home_blocks(product.pk)
    html = opens(HomePage.objects.get(), "content", values, unshown={"News heading"})  # there is no news
    assert 'href="https://action.example/"' in html and 'href="/help/begin/"' in html


def test_blocks_of_a_product(help_page: HelpPage, image: dict[str, Any]) -> None:
    values = text_blocks(image, help_page.pk) | product_blocks(help_page.pk)
    html = opens(ProductPage.objects.get(), "content", values, unshown={"Related heading"})  # nothing is related
    assert 'href="https://docs.example/"' in html and 'href="https://action.example/"' in html


def test_blocks_of_an_article(help_page: HelpPage, image: dict[str, Any]) -> None:
    opens(help_page, "body", article_blocks(image))


def test_menu_and_footer(help_page: HelpPage) -> None:
    english = Locale.objects.get(language_code="en")
    link = {"page": None, "address": "https://link.example/", "label": "Link label"}
    below = items({"page": help_page.pk, "address": "", "label": ""})
    entry = {"page": None, "address": "", "label": "Entry label", "below": below}
    menu = store(Menu.objects.create(locale=english, items=[]), "items", {"item": entry})
    column = {"title": "Column title", "links": items(link)}
    footer = store(Footer.objects.create(locale=english), "columns", {"column": column})
    html = Client().get("/products/").content.decode()
    assert "Entry label" in html and 'href="/help/begin/"' in html
    assert "Column title" in html and 'href="https://link.example/"' in html
    assert menu.items.get_prep_value() == stream({"item": entry})
    assert footer.columns.get_prep_value() == stream({"column": column})
