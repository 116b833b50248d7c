"""Texts pasted from Word, Google Docs and LibreOffice keep headings, lists, links, bold, and the cells of tables apart;
the translation editor shows characters as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from wagtail.models import Locale
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from cms.models import HomePage, TextPage
from tests.backoffice import conftest as staff_of_roles

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

#: What these programs put into the clipboard, without the style sheets they put before it.
CLIPBOARDS = Path(__file__).with_name("clipboards")
PASTE = """([editor, html]) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "what the program gives for editors without formatting");
  editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
EXPECTED = [
    ("header-two", "Terms of use"),
    ("unstyled", "The license is yours, see here."),
    ("header-three", "What you may do"),
    ("unordered-list-item", "Install it"),
    ("unordered-list-item", "Copy it"),
    ("ordered-list-item", "Order"),
    ("ordered-list-item", "Pay"),
    ("unstyled", "Edition | Price"),
    ("unstyled", "Small | 10 €"),
    ("unstyled", "The end."),
]

#: Tables, and the HTML that the editor is given for each.
TABLES = [
    (
        "<table><tr><td>Apple</td></tr><tr><td>Banana</td></tr><tr><td> </td></tr><tr><td>\n Cherry </td></tr></table>",
        "<p>Apple</p><p>Banana</p><p>Cherry</p>",
    ),
    (
        "<table><tr><td colspan=2>Prices</td></tr><tr><td colspan=2>of <b>2026</b></td></tr>"
        "<tr><td>S</td><td>10 €</td></tr><tr><td></td><td> </td></tr></table>",
        "<p>Prices</p><p>of <b>2026</b></p><p>S | 10 €</p>",
    ),
    (
        "<table><caption>Our prices</caption><tr><td>before<p>one</p>between <i>all</i><ul><li>two</li></ul>after"
        "</table>",
        "<p>Our prices</p><p>before</p><p>one</p><p>between <i>all</i></p><ul><li>two</li></ul><p>after</p>",
    ),
    ("<table><tr><td><span><p>one</p><p>two</p></span></td></tr></table>", "<span><p>one</p><p>two</p></span>"),
    (
        "<table><tr><td><ul><li>one</li>\n<li><p>two</p></li> <li></li></ul></td><td>B</td></tr>"
        "<tr><td>Has: <ol><li>a <ul><li>b</li></ul></li><li>c</li></ol></td><td><p>D</p><p>E</p></td></tr></table>",
        "<p>one, two | B</p><p>Has: a, b, c | D E</p>",
    ),
    (
        "<table><tr><td><table><tr><td>in</td></tr><tr><td>1</td><td>2</td></tr></table></td></tr></table>",
        "<p>in</p><p>1 | 2</p>",
    ),
    (
        "<table><tr><td><span><ul><li>one</li> <li><b>two</b></li></ul></span></td><td>B</td></tr></table>",
        "<p><span>one, <b>two</b></span> | B</p>",
    ),
    ("<table><tr><td><h2>Terms</h2></td></tr></table>", "<p><strong>Terms</strong></p>"),
]
REWRITTEN = """html => {
  const editor = document.querySelector("[contenteditable]"), given = [];
  editor.addEventListener("paste", event => given.push(event.clipboardData.getData("text/html")), { once: true });
  (PASTE)([editor, html]);
  return given[0].replaceAll("\\n", "");
}""".replace("PASTE", PASTE)

staff, client_of, page_of = staff_of_roles.staff, staff_of_roles.client_of, staff_of_roles.page_of


@pytest.fixture
def page(page_of: Callable[[str], Page]) -> Page:
    return page_of("Owner")


def test_texts_of_three_programs_stay_what_they_are(page: Page) -> None:
    for program in ("word", "google_docs", "libreoffice"):
        page.goto(reverse("wagtailsnippets_plans_agreement:add"))
        content = paste(page, program)
        assert [(block["type"], block["text"]) for block in content["blocks"]] == EXPECTED, program
        (text,) = (block for block in content["blocks"] if block["text"].startswith("The license"))
        assert [(each["style"], each["offset"], each["length"]) for each in text["inlineStyleRanges"]] == [
            ("BOLD", 15, 5)
        ]
        (link,) = content["entityMap"].values()
        assert (link["type"], link["data"]["url"]) == ("LINK", "https://example.com/"), program
        assert [block["inlineStyleRanges"] for block in content["blocks"] if block is not text] == [[]] * 9, program


def test_rows_of_a_table_are_lines_whatever_they_hold(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<div class=Draftail-Editor><div contenteditable></div></div>")
    page.add_script_tag(path=settings.BASE_DIR / "static" / "js" / "admin" / "paste.js")
    assert [page.evaluate(REWRITTEN, pasted) for pasted, _given in TABLES] == [given for _pasted, given in TABLES]
    page.close()


def test_headings_are_bold_where_the_editor_has_none(page: Page) -> None:
    page.goto(reverse("wagtailsnippets_site_texts_notfoundtext:add"))
    blocks = paste(page, "word")["blocks"]
    assert blocks[0]["text"] == "Terms of use"
    assert [each["style"] for each in blocks[0]["inlineStyleRanges"]] == ["BOLD"]


def test_the_translation_editor_shows_and_keeps_special_characters(page: Page) -> None:
    home = HomePage.objects.get()
    source = home.add_child(instance=TextPage(title="Terms & rules for < 5 users", slug="terms"))
    russian = Locale.objects.create(language_code="ru")
    home.copy_for_translation(russian)
    held, _made = TranslationSource.update_or_create_from_instance(source)
    translation = Translation.objects.create(source=held, target_locale=russian)
    translation.save_target()
    page.goto(reverse("wagtailadmin_pages:edit", args=[translation.get_target_instance().pk]))
    row = (
        page.get_by_role("listitem").filter(has_text="Terms & rules for < 5 users", has=page.get_by_role("button")).last
    )
    row.get_by_role("button", name="Translate").click()
    row.get_by_role("textbox").fill("Условия & правила: < 5 человек")
    row.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Условия & правила: < 5 человек")
    page.reload()
    expect(page.get_by_text("Условия & правила: < 5 человек").last).to_be_visible()
    assert StringTranslation.objects.count() == 1
    translation.save_target()
    assert translation.get_target_instance().get_latest_revision_as_object().title == "Условия & правила: < 5 человек"


def paste(page: Page, program: str) -> Any:
    editor = page.locator(".Draftail-Editor [contenteditable=true]").first
    editor.click()
    editor.evaluate("(editor, html) => (" + PASTE + ")([editor, html])", (CLIPBOARDS / f"{program}.html").read_text())
    stored = page.locator("[data-draftail-input]").first
    page.wait_for_function("input => input.value.includes('The end')", arg=stored.element_handle())
    return json.loads(stored.input_value())
