"""A marketer runs the shop in Wagtail's pages alone, and buyers see what was changed."""

from __future__ import annotations

import os
import re
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.journeys import editor
from tests.journeys.conftest import WIDE, Running
from tests.journeys.test_purchase import GOOD, choose, fill_checkout, new_email, pay

pytestmark = pytest.mark.journey
Watch = Callable[[BrowserContext], Page]


@pytest.fixture
def watched(new_context: Any) -> Iterator[Watch]:
    """Opens pages that must stay without errors in the console and failed answers."""
    trouble: list[str] = []

    def watch(context: BrowserContext) -> Page:
        page = context.new_page()
        page.set_viewport_size(WIDE)
        page.on("console", lambda m: trouble.append(f"{page.url}: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
        page.on("response", lambda r: trouble.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        return page

    yield watch
    assert trouble == []


@pytest.fixture
def marketer(watched: Watch, new_context: Any, running_shop: Running) -> Page:
    """Wagtail's first page, logged in."""
    page = watched(new_context())
    editor.note_readiness(page)
    editor.log_in(page, f"{running_shop.url}/admin/")
    return page


class Look(NamedTuple):
    """One visit to the page: between which times, and whether it had the price of the sale."""

    asked: datetime
    answered: datetime
    has_price: bool

    def __repr__(self) -> str:
        return f"{self.asked:%H:%M:%S.%f}-{self.answered:%H:%M:%S.%f} {'sale' if self.has_price else 'no sale'}"


def unmoved_clock() -> Callable[[], datetime]:
    """The time of the shop, which is a process of its own. Other journeys travel in time, and take the threads of this
    process with them: only a monotonic clock stays."""
    zero = datetime.now(UTC) - timedelta(seconds=time.monotonic())
    return lambda: zero + timedelta(seconds=time.monotonic())


@dataclass
class Sale:
    """A sale planned for one minute, and what a visitor read who asked for the page again and again."""

    name: str
    begins: datetime
    ends: datetime
    clock: Callable[[], datetime]
    seen: list[Look] = field(default_factory=list)
    watching: threading.Thread | None = None

    def watch(self, address: str, price: str) -> None:
        """Note when the page had the price, until some time after the end."""
        while self.clock() < self.ends + timedelta(seconds=60):
            asked = self.clock()
            try:
                with urllib.request.urlopen(address, timeout=30) as answer:
                    has_price = price in answer.read().decode()
            except OSError:  # the shop has stopped, or is too busy for this visitor
                time.sleep(0.5)
                continue
            self.seen.append(Look(asked, self.clock(), has_price))
            if asked > self.ends and not has_price:
                return
            time.sleep(0.5)  # how often a visitor asks; nothing depends on it


def expect_times(page: Page, planned: Sale) -> None:
    """The form holds the times of the sale."""
    expect(page.get_by_role("textbox", name="From*")).to_have_value(f"{planned.begins:%Y-%m-%d %H:%M}")
    expect(page.get_by_role("textbox", name="Until")).to_have_value(f"{planned.ends:%Y-%m-%d %H:%M}")


@pytest.fixture(scope="session", autouse=True)
def sale(browser: Browser, browser_context_args: Any, running_shop: Running) -> Sale:
    """Planned before everything else here, because it takes its time: marketers plan in minutes."""
    name = f"Sale {uuid.uuid4().hex[:6]}"
    with browser.new_context(**browser_context_args, viewport=WIDE) as context:
        page = context.new_page()
        editor.log_in(page, f"{running_shop.url}/admin/")
        editor.to_shop(page, "Discounts")
        page.get_by_role("link", name="Add discount").click()
        page.get_by_role("textbox", name="Name*").fill(name)
        page.get_by_role("checkbox", name="Telegram chats for Bitrix24").check()
        page.get_by_role("checkbox", name="12 months", exact=True).check()
        page.get_by_role("textbox", name="Discount, %*").fill("40")
        clock = unmoved_clock()
        begins = (clock() + timedelta(seconds=90)).replace(second=0, microsecond=0)
        planned = Sale(name, begins, begins + timedelta(minutes=1), clock)
        page.get_by_role("textbox", name="From*").fill(f"{planned.begins:%Y-%m-%d %H:%M}")
        page.get_by_role("textbox", name="Until").fill(f"{planned.ends:%Y-%m-%d %H:%M}")
        calendar = page.locator(".xdsoft_datetimepicker:visible")
        expect(calendar.first).to_be_visible()  # it opens a moment after its field is entered, and hides 'Save'
        page.get_by_role("textbox", name="Name*").click()
        expect(calendar).to_have_count(0)
        expect_times(page, planned)
        expect(editor.prices(page).get_by_role("row", name=re.compile("Team 12 months €"))).to_contain_text("€136.80")
        expect(editor.prices(page)).to_contain_text("It ends by itself")
        if target := os.environ.get("JOURNEY_SHOTS"):
            page.screenshot(path=f"{target}/m3-discount.png", full_page=True)
        editor.press(page, "Save")
        editor.said(page, "created")
        address = f"{running_shop.url}/products/telegram/?plan=team&months=12"
        planned.watching = threading.Thread(target=planned.watch, args=(address, "€136.80"), daemon=True)
        planned.watching.start()
        editor.open_entry(page, "Discounts", name)
        expect_times(page, planned)
    return planned


@pytest.fixture
def visitor(watched: Watch, new_context: Any) -> Page:
    return watched(new_context())


def test_new_product_is_live_by_one_form_and_one_page_and_is_bought(
    marketer: Page, visitor: Page, running_shop: Running, shots: Any
) -> None:
    name = f"Mango connector {uuid.uuid4().hex[:6]}"
    slug = name.lower().replace(" ", "-")
    editor.to_shop(marketer, "Products")
    marketer.get_by_role("link", name="Add a product").click()
    editor.ready(marketer)  # what adds license types has begun

    # what is sold
    marketer.get_by_label("Name*").first.fill(name)
    marketer.get_by_label("One line about it", exact=True).fill("Calls of the cloud PBX in Bitrix24.")
    marketer.get_by_role("checkbox", name="Telephony").check()
    for number, (kind, price) in enumerate([("Small", "8"), ("Middle", "20"), ("Large", "45.50")]):
        if number:
            marketer.get_by_role("button", name="Add License type").click()
        fields = marketer.get_by_role("region", name=f"License type {number + 1}")
        fields.get_by_label("Name*").fill(kind)
        fields.get_by_label("Price per month, EUR").fill(price)
        fields.get_by_label("Features", exact=True).fill(f"Call history\n{10 * (number + 1)} extensions")
    row = editor.prices(marketer).get_by_role("row", name=re.compile("Large 12 months"))
    expect(row).to_contain_text("€436.80")
    marketer.get_by_label("Bitrix24 application").select_option("asterisk")
    shots(marketer, "m1-product-form")
    editor.press(marketer, "Save")

    # its page waits as a draft
    editor.said(marketer, "draft")
    expect(marketer).to_have_url(re.compile(r"/admin/pages/\d+/edit/"))
    assert visitor.request.get(f"{running_shop.url}/products/{slug}/").status == 404
    shots(marketer, "m1-page-form")
    editor.press(marketer, "Publish")
    editor.said(marketer, "published")

    # and is found, read and bought
    visitor.goto(f"{running_shop.url}/products/")
    visitor.get_by_role("link", name=name).first.click()
    expect(visitor).to_have_url(f"{running_shop.url}/products/{slug}/")
    shots(visitor, "m1-product")
    choose(visitor, running_shop, slug=slug, plan="Large", months="12")
    expect(visitor.locator("#cart")).to_contain_text("€436.80")
    visitor.get_by_role("link", name="Place an order").click()
    fill_checkout(visitor, email=new_email("mango"), portal="mango.bitrix24.com")
    visitor.get_by_role("button", name="Checkout").click()
    visitor.get_by_role("button", name="Pay order").click()
    pay(visitor, GOOD)
    expect(visitor.locator("#progress")).to_contain_text("Payment received")
    visitor.goto(f"{running_shop.url}/account/licenses/")
    expect(visitor.locator("main")).to_contain_text(name)
    expect(visitor.locator("main")).to_contain_text("Large")


def set_year_discount(page: Page, percent: str) -> Locator:
    """Type another standing discount for 12 months; returns the table of prices, before anything is saved."""
    editor.open_entry(page, "Periods", "12 months")
    page.get_by_label("Discount, %*").fill(percent)
    return editor.prices(page)


def test_year_discount_is_changed_and_seen_on_page_cart_and_renewal(
    marketer: Page, visitor: Page, watched: Watch, new_context: Any, running_shop: Running, shots: Any
) -> None:
    renewal = watched(new_context())
    editor.log_in(renewal, f"{running_shop.url}/account/licenses/", editor.CUSTOMER)
    renewal.get_by_role("row", name=re.compile("Asterisk.*Call centre")).get_by_role("link", name="Extend").click()
    expect(renewal.locator("main")).to_contain_text("€374.40")
    choose(visitor, running_shop)
    expect(visitor.locator("#cart")).to_contain_text("€230.40")

    # before saving: the table says what will happen, and nothing has
    table = set_year_discount(marketer, "25")
    row = table.get_by_role("row", name=re.compile("Yeastar.* Professional 12 months €"))
    expect(row).to_contain_text(re.compile(r"€230\.40\s+€216\.00"))
    shots(marketer, "m2-period")
    visitor.reload()
    expect(visitor.locator("#cart")).to_contain_text("€230.40")

    try:
        editor.press(marketer, "Save")
        editor.said(marketer, "updated")
        visitor.reload()
        expect(visitor.locator("#cart")).to_contain_text("€216.00")
        shots(visitor, "m2-cart")
        visitor.goto(f"{running_shop.url}/products/yeastar-s/")
        expect(visitor.locator("main")).to_contain_text("€216.00")
        renewal.reload()
        expect(renewal.locator("main")).to_contain_text("€351.00")
        shots(renewal, "m2-renewal")
    finally:
        set_year_discount(marketer, "20")
        editor.press(marketer, "Save")
        editor.said(marketer, "updated")
    visitor.reload()
    expect(visitor.locator("main")).to_contain_text("€230.40")


def test_new_agreement_version_is_published_and_the_old_one_stays_readable(
    marketer: Page, visitor: Page, running_shop: Running, shots: Any
) -> None:
    mark = uuid.uuid4().hex[:8]
    added = f"Clause {mark}: backups are yours."
    editor.open_entry(marketer, "Agreements", "Public license agreement")
    in_force = marketer.get_by_role("row", name=re.compile("in force"))
    before = int(re.findall(r"Version (\d+)", in_force.inner_text())[0])
    address = f"{running_shop.url}/agreements/license-agreement/"
    editor.ready(marketer)
    text = marketer.get_by_role("region", name="Text*").get_by_role("textbox")
    text.click()
    marketer.keyboard.press("Control+Home")
    marketer.keyboard.press("Enter")
    marketer.keyboard.press("ArrowUp")
    marketer.keyboard.type(added)

    # the preview shows it; a draft changes nothing for buyers
    marketer.get_by_role("button", name="Toggle preview").click()
    expect(marketer.frame_locator("#w-preview-iframe").get_by_text(added)).to_be_visible()
    shots(marketer, "m4-preview")
    editor.press(marketer, "Save draft")
    editor.said(marketer, "saved|updated")
    visitor.goto(address)
    expect(visitor.locator("main")).not_to_contain_text(added)

    editor.press(marketer, "Publish")
    editor.said(marketer, "published")
    visitor.reload()
    expect(visitor.locator("main")).to_contain_text(added)
    shots(visitor, "m4-agreement")
    visitor.goto(f"{address}{before}/")
    expect(visitor.locator("main")).not_to_contain_text(added)
    shots(visitor, "m4-old")
    visitor.goto(f"{address}{before + 1}/")
    expect(visitor.locator("main")).to_contain_text(added)

    # the two versions beside each other
    editor.open_entry(marketer, "Agreements", "Public license agreement")
    marketer.get_by_role("link", name=f"Compare with version {before}").click()
    expect(marketer.locator("main .addition", has_text=mark)).to_have_count(1)
    shots(marketer, "m4-compare")

    # and it is what a buyer accepts now
    choose(visitor, running_shop, plan="Standard", months="3")
    visitor.get_by_role("link", name="Place an order").click()
    consent = visitor.get_by_role("link", name="Public license agreement").first
    visitor.goto(running_shop.url + str(consent.get_attribute("href")))
    expect(visitor.locator("main")).to_contain_text(added)


def switch_language(page: Page, name: str) -> None:
    page.locator(".language-menu > summary").click()
    page.locator(".language-menu").get_by_role("link", name=name).click()


def test_page_is_translated_side_by_side(marketer: Page, visitor: Page, running_shop: Running, shots: Any) -> None:
    mark = uuid.uuid4().hex[:6]
    title = f"Partner programme {mark}"
    marketer.get_by_role("navigation", name="Main menu").get_by_role("button", name="Pages").click()
    explorer = marketer.get_by_role("dialog", name="Page explorer")
    explorer.get_by_role("link", name="Home English", exact=True).click()
    marketer.get_by_role("link", name="Add child page").first.click()
    marketer.get_by_role("textbox", name="Title*").fill(title)
    marketer.get_by_role("textbox", name="Introduction").fill("We share what you bring.")
    editor.press(marketer, "Publish")
    address = f"{running_shop.url}/partner-programme-{mark}/"
    editor.said(marketer, "published")
    visitor.goto(address)
    expect(visitor.get_by_role("heading", level=1)).to_have_text(title)
    expect(visitor.locator("link[hreflang=ru]")).to_have_count(0)

    # sentence by sentence, beside the original
    marketer.get_by_role("link", name=title, exact=True).click()
    marketer.get_by_role("navigation", name="Actions", exact=True).get_by_role("button", name="Actions").click()
    marketer.get_by_role("link", name="Translate this page").click()
    marketer.get_by_role("checkbox", name="Русский").check()
    marketer.get_by_role("button", name="Submit").click()
    for name, russian in (("Title", f"Партнёрам {mark}"), ("Introduction", "Делимся с теми, кто приводит.")):
        segment = marketer.get_by_role("listitem").filter(has=marketer.get_by_role("heading", name=name, exact=True))
        segment.get_by_role("button", name="Translate").click()
        segment.get_by_role("textbox").fill(russian)
        segment.get_by_role("button", name="Save").click()
        expect(segment.get_by_role("button", name="Edit")).to_be_visible()
    shots(marketer, "m5-side-by-side")
    marketer.get_by_role("button", name="Publish in Русский").click()
    editor.said(marketer, "Published")

    # visitors and search engines find both
    visitor.reload()
    expect(visitor.locator("link[hreflang=ru]")).to_have_attribute("href", re.compile(f"/ru/.*{mark}/$"))
    switch_language(visitor, "Русский")
    expect(visitor.get_by_role("heading", level=1)).to_have_text(f"Партнёрам {mark}")
    expect(visitor.locator("main")).to_contain_text("Делимся с теми, кто приводит.")
    expect(visitor.locator("html")).to_have_attribute("lang", "ru")
    shots(visitor, "m5-russian")
    switch_language(visitor, "English")
    expect(visitor).to_have_url(address)


@pytest.mark.waits
def test_scheduled_discount_begins_and_ends_by_itself(
    sale: Sale, marketer: Page, visitor: Page, running_shop: Running, shots: Any
) -> None:
    assert sale.watching
    sale.watching.join(timeout=240)
    assert not sale.watching.is_alive()
    before = [look for look in sale.seen if look.answered < sale.begins]
    during = [look for look in sale.seen if look.asked > sale.begins and look.answered < sale.ends]
    after = [look for look in sale.seen if look.asked > sale.ends]
    assert before and not [look for look in before if look.has_price], f"before {sale.begins}"
    first = next((number for number, look in enumerate(during) if look.has_price), None)
    assert first is not None, f"it began at {sale.begins}: {during}"
    assert not [look for look in during[first:] if not look.has_price], f"and went on until {sale.ends}"
    assert after and not after[-1].has_price, f"and ended at {sale.ends}: {after}"
    visitor.goto(f"{running_shop.url}/products/telegram/?plan=team&months=12")
    expect(visitor.locator("main")).to_contain_text("€182.40")
    editor.to_shop(marketer, "Discounts")
    expect(marketer.get_by_role("row", name=re.compile(sale.name))).to_contain_text("ended")
    shots(marketer, "m3-list")
