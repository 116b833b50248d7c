"""The chat in a real browser, under the strict policy: keyboard, screen reader rules, phone, no scripts, live chat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from storefront.support import spam
from storefront.support.models import Conversation
from storefront.support.services import conversations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

PHONE = {"width": 390, "height": 844}
LOADER = "https://cdn.bitrix24.com/b1/crm/site_button/loader_1_x.js"
#: Does what the vendor's loader does in the end: tells the page that the chat is there.
WIDGET = """
addEventListener("x-ready", () => dispatchEvent(new CustomEvent("onBitrixLiveChat", { detail: { widget: {
  open() { document.body.dataset.liveChat = "open"; }, setUserRegisterData() {} } } })));
dispatchEvent(new Event("x-ready"));
"""


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complains about: a script or style against the policy, a file that is missing."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert heard == []


@pytest.fixture
def site(live_server: Any, settings: Any, wagtail_site: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    settings.SITE_URL = live_server.url
    monkeypatch.setattr(spam, "YOUNGEST", spam.timedelta(0))
    return f"{live_server.url}/"


def check_rules(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert found == [], [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


def test_a_visitor_chats_by_keyboard_phone_and_without_scripts(
    page: Page, browser: Browser, complaints: list[str], site: str, staff: Any, settings: Any
) -> None:
    page.goto(site)
    launcher, panel = page.locator("#chat-launcher"), page.get_by_role("dialog")
    launcher.press("Enter")
    expect(page.get_by_label("Message")).to_be_focused()
    expect(launcher).to_have_attribute("aria-expanded", "true")
    check_rules(page)
    page.keyboard.type("A draft")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(launcher).to_be_focused()

    launcher.press("Space")
    expect(page.get_by_label("Message")).to_have_value("A draft")
    expect(page.get_by_label("Message")).to_be_focused()  # it had that value while it was hidden, too
    page.evaluate("for (const _ of 'xx') document.getElementById('chat-launcher').click()")
    expect(page.get_by_label("Message")).to_be_focused()  # closed and opened before the browser told of the closing
    expect(launcher).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#chat-email_error").get_by_text("Enter your e-mail address.")).to_be_visible()
    check_rules(page)
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("E-mail").press("Enter")
    expect(page.get_by_role("log")).to_contain_text("A draft")
    expect(page.locator("#chat-said")).to_have_text("Your message is sent.")
    conversation = Conversation.objects.get()
    assert conversation.page_url == "/"
    conversations.answer(conversation=conversation, by=staff, text="See https://example.com/", key="a1")
    expect(page.get_by_role("log").get_by_role("link", name="https://example.com/")).to_be_visible(timeout=20_000)
    page.get_by_label("Message").fill("Thanks")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log").get_by_role("listitem")).to_have_count(3)
    expect(page.get_by_label("Message")).to_be_focused()
    check_rules(page)
    page.get_by_role("button", name="Close the chat").click()

    conversations.answer(conversation=conversation, by=staff, text="You are welcome.", key="a2")
    page.set_viewport_size(PHONE)
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    expect(launcher).to_contain_text("1 new answer")
    size = launcher.bounding_box()
    assert size and min(size["width"], size["height"]) >= 44
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last = page.locator(".site-footer .fine").bounding_box()
    assert last and last["y"] + last["height"] <= PHONE["height"]
    launcher.click()
    expect(page.get_by_text("You are welcome.")).to_be_visible()
    assert panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
    for target in panel.get_by_role("button").all():
        box = target.bounding_box()
        assert box and min(box["width"], box["height"]) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    check_rules(page)
    page.keyboard.press("Escape")
    page.emulate_media(media="print")
    expect(launcher).to_be_hidden()

    _without_scripts(browser, site, staff)
    _live_chat(browser, site, settings)


def _without_scripts(browser: Browser, site: str, staff: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    page.locator("#chat-launcher").click()
    page.get_by_label("Message").fill("Without scripts")
    page.get_by_label("E-mail").fill("bob@example.com")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Without scripts")).to_be_visible()
    conversation = Conversation.objects.latest("pk")
    assert conversation.page_url == "/"
    conversations.answer(conversation=conversation, by=staff, text="It works.", key="b1")
    page.get_by_role("link", name="Check for an answer").click()
    expect(page.get_by_text("It works.")).to_be_visible()
    page.get_by_label("Message").fill("Great")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Great")).to_be_visible()
    context.close()


def _live_chat(browser: Browser, site: str, settings: Any) -> None:
    """Nothing is asked of the vendor before the button is pressed; if he does not answer, our own panel opens."""
    settings.BITRIX24_CHAT_URL = LOADER
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url) if "bitrix24" in request.url else None)
    context.route("https://*.bitrix24.com/**", lambda route: route.fulfill(body=WIDGET, content_type="text/javascript"))
    page = context.new_page()
    page.goto(site)
    page.wait_for_load_state("networkidle")
    assert asked == []
    page.locator("#chat-launcher").click()
    expect(page.locator("body")).to_have_attribute("data-live-chat", "open")
    assert [url.partition("?")[0] for url in asked] == [LOADER]
    context.unroute("https://*.bitrix24.com/**")
    context.route("https://*.bitrix24.com/**", lambda route: route.abort())
    page.goto(site)
    page.locator("#chat-launcher").click()
    expect(page.get_by_label("Message")).to_be_visible()
    context.close()
