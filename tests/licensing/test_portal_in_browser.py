"""The app inside a portal's frame, in a real browser: shown under every name of the portal, without scroll bars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Frame, Page, expect

from storefront.licensing.models import Installation
from storefront.sandbox.bitrix24 import Bitrix24StandIn
from tests.licensing.conftest import make_invoice, paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

#: How much of the page in the frame does not fit, in pixels: across and down.
OVERFLOW = """() => { const page = document.documentElement;
  return [page.scrollWidth - page.clientWidth, page.scrollHeight - page.clientHeight]; }"""


@pytest.fixture
def bitrix24(live_server: Any, settings: Any) -> Iterator[Bitrix24StandIn]:
    """Portals whose apps lead to the shop that runs in this test."""
    settings.SITE_URL = live_server.url
    site = f"{live_server.url}/bitrix24"
    apps = [
        {**app, "name": app["code"], "install_url": f"{site}/install/", "app_url": f"{site}/app/"}
        for app in django_settings.BITRIX24_APPS
    ]
    with Bitrix24StandIn(apps=apps, portals=[{"name": "acme", "member_id": "a" * 32}]) as stand_in:
        settings.BITRIX24_OAUTH_SERVERS = [stand_in.base_url]
        settings.BITRIX24_JS_URL = f"{stand_in.base_url}/api/v1/"
        settings.BITRIX24_ALLOW_LOOPBACK = True
        yield stand_in


def app_frame(page: Page) -> Frame:
    expect(page.frame_locator("#app").locator("main")).to_be_visible()
    [frame] = [frame for frame in page.frames if "/bitrix24/" in frame.url]
    return frame


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_portal_shows_the_app_under_every_name_it_is_opened_at(
    page: Page, bitrix24: Bitrix24StandIn, wagtail_site: Any, name: str
) -> None:
    """It is registered as 127.0.0.1; a box has such a second name inside its company."""
    bitrix24.install("acme", "yeastar-s")
    host = bitrix24.portal("acme").host
    page.goto(f"http://{host.replace('127.0.0.1', name)}/app/yeastar-s/")
    expect(page.frame_locator("#app").get_by_text(f"No license for {host} yet")).to_be_visible()


def test_installation_ends_though_the_portal_answers_that_it_is_asked_too_much(
    page: Page, bitrix24: Bitrix24StandIn, wagtail_site: Any
) -> None:
    bitrix24.fault("profile", "query_limit")
    page.goto(f"http://{bitrix24.portal('acme').host}/")
    row = page.get_by_role("row", name="yeastar-s")
    row.get_by_role("button", name="Install").click()
    expect(page.frame_locator("#app").get_by_role("radio", name="Payment")).to_be_attached()
    assert bitrix24.portal("acme").installs["yeastar-s"].is_installed
    installation = Installation.objects.get()
    assert (installation.is_installed, installation.is_host_proven) == (True, True)


def test_frame_has_no_scroll_bars(page: Page, bitrix24: Bitrix24StandIn, shop: Any, customer: Any) -> None:
    host = bitrix24.portal("acme").host
    bitrix24.install("acme", "yeastar-s")
    for number in range(4):
        paid(make_invoice(customer, shop.software, portal=host, quantity=number % 2 + 1))
    page.set_viewport_size({"width": 1280, "height": 600})
    page.goto(f"http://{host}/app/yeastar-s/")
    frame = app_frame(page)
    fits(frame)
    frame.get_by_role("radio", name="Payment").check(force=True)
    frame.evaluate(
        "() => document.querySelector('.panel-payment').append(...Array.from({ length: 40 }, () => "
        "Object.assign(document.createElement('p'), { textContent: 'more' })))"
    )
    fits(frame)
    page.set_viewport_size({"width": 390, "height": 600})
    fits(frame)


def fits(frame: Frame) -> None:
    """At once, and not only when the page comes anew."""
    frame.wait_for_function(f"() => ({OVERFLOW})()[1] <= 0", timeout=15_000)
    assert frame.evaluate(OVERFLOW) == [0, 0]
