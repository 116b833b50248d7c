"""Two people change one product at once: neither loses a word unknowingly."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import editor
from tests.journeys.conftest import WIDE, Running

pytestmark = pytest.mark.journey
PRODUCT = "Telegram chats for Bitrix24"
LINE = "One line about it"


def opened(browser: Browser, shop: Running, email: str) -> Page:
    page = browser.new_context(viewport=WIDE).new_page()  # type: ignore[arg-type]
    editor.note_readiness(page)
    editor.log_in(page, f"{shop.url}/admin/", email)
    editor.open_entry(page, "Products", PRODUCT)
    editor.ready(page)
    return page


def line(page: Page) -> str:
    return page.get_by_label(LINE, exact=True).input_value()


def test_the_second_of_two_editors_decides_what_becomes_of_both_texts(browser: Browser, running_shop: Running) -> None:
    mara = opened(browser, running_shop, editor.MARKETER)
    sam = opened(browser, running_shop, "staff@northbridge.example")
    before = line(mara)
    mara.get_by_label(LINE, exact=True).fill("Mara's line.")
    editor.press(mara, "Save")
    editor.said(mara, "updated")

    sam.get_by_label(LINE, exact=True).fill("Sam's line.")
    editor.press(sam, "Save")
    refusal = sam.get_by_text(re.compile("Not saved: Mara Marketer has changed this while you had it open"))
    expect(refusal.first).to_be_visible()
    assert line(sam) == "Sam's line."  # nothing typed is lost
    editor.open_entry(mara, "Products", PRODUCT)
    assert line(mara) == "Mara's line."

    sam.get_by_label("Save anyway: replace the current version with mine").check()
    editor.press(sam, "Save")
    editor.said(sam, "updated")  # the refusal has "saved" in it, too
    editor.open_entry(mara, "Products", PRODUCT)
    assert line(mara) == "Sam's line."

    mara.get_by_label(LINE, exact=True).fill(before)  # as it was, for the journeys beside this one
    editor.press(mara, "Save")
    editor.said(mara, "updated")
    for page in (mara, sam):
        page.context.close()
