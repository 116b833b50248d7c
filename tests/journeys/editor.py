"""A marketer's hands in Wagtail."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

MARKETER = "marketer@northbridge.example"
CUSTOMER = "customer@northbridge.example"
PASSWORD = "demo-password-2026"


def log_in(page: Page, url: str, email: str = MARKETER) -> None:
    """At the shop's own log-in, on the way to ``url``."""
    page.goto(url)
    page.get_by_label(re.compile("E-?mail")).fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in", exact=True).click()
    expect(page).to_have_url(url)


def note_readiness(page: Page) -> None:
    """Lets ``ready`` know about every form that this page will show."""
    page.add_init_script(
        "addEventListener('w-unsaved:watch-edits', () => document.documentElement.classList.add('watches-edits'))"
    )


def ready(page: Page) -> None:
    """Wagtail compares a form with what it held some time after loading: what is typed earlier is no edit to it."""
    expect(page.locator("html.watches-edits")).to_be_attached()


def to_shop(page: Page, entry: str) -> None:
    """Through Wagtail's menu to one of the lists of 'Shop'."""
    menu = page.get_by_role("navigation", name="Main menu")
    shop = menu.get_by_role("button", name="Shop")
    if shop.get_attribute("aria-expanded") != "true":
        shop.click()
    menu.get_by_role("link", name=entry, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=entry, exact=True)).to_be_visible()


def open_entry(page: Page, entry: str, name: str) -> None:
    """The form of one thing of a list of 'Shop'."""
    to_shop(page, entry)
    page.locator("main table").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=2, name=name, exact=True)).to_be_visible()


def press(page: Page, action: str) -> None:
    """One of the actions of a form: the main one, or one of those behind its arrow, which opens them once its script
    has begun."""
    footer = page.get_by_role("navigation", name="Actions (footer)")
    button, more = (
        footer.get_by_role("button", name=action, exact=True),
        footer.get_by_role("button", name="More actions"),
    )
    expect(button.or_(more).first).to_be_visible()
    if not button.is_visible():
        expect(more).to_have_attribute("aria-expanded", "false")
        more.click()
    button.click()


def said(page: Page, text: str) -> Locator:
    """What Wagtail says after saving, once it does."""
    message = page.locator("main [role=status]").get_by_text(re.compile(text)).first
    expect(message).to_be_visible()
    return message


def prices(page: Page) -> Locator:
    """The form's own table of what prices were and will be."""
    return page.locator("[data-price-preview]")
