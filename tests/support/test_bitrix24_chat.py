"""The seller's Bitrix24 chat: on the pages where it may be, and nowhere else."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from storefront.support import bitrix24_chat
from tests import purchases

pytestmark = pytest.mark.django_db

CLOUD = "https://cdn.bitrix24.com/b123/crm/site_button/loader_2_abc123.js"
BOX = "https://crm.seller.example:8443/upload/crm/site_button/loader_1_x.js"

NO_LOADERS = [
    "http://cdn.bitrix24.com/b1/crm/loader.js",
    "https://cdn.bitrix24.com/b1/crm/",
    "https://evil.example;script-src */x.js",
    "https://*/x.js",
    "https://a b.example/x.js",
    "https://[broken/x.js",
    "javascript:alert(1).js",
]


def policy(response: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


@pytest.fixture
def allowed(shop: Any) -> list[str]:
    pages = ["/", "/products/", "/products/yeastar-s-module/", reverse("cart")]
    return [*pages, reverse("agreement", args=[shop.agreement.slug])]


def test_without_the_setting_every_policy_is_strict(client: Client, allowed: list[str]) -> None:
    for path in allowed:
        response = client.get(path)
        assert "script-src" not in policy(response)
        assert "data-widget" not in response.content.decode()


def test_with_the_setting_the_button_names_the_loader_and_the_policy_its_hosts(
    client: Client, allowed: list[str], settings: Any
) -> None:
    settings.BITRIX24_CHAT_URL = CLOUD
    for path in allowed:
        response = client.get(path)
        body = response.content.decode()
        assert f'data-widget="{CLOUD}"' in body, path
        assert not re.search(r'(src|href)="https://[^"]*bitrix24', body), path  # nothing loads before the press
        sources = policy(response)
        assert sources["script-src"] == "'self' 'unsafe-inline' 'unsafe-eval' https://*.bitrix24.com"
        assert sources["connect-src"] == "'self' https://*.bitrix24.com wss://*.bitrix24.com"
        assert sources["default-src"] == "'self'" and sources["frame-ancestors"] == "'none'"
        assert sources["img-src"] == "'self' data: https://*.bitrix24.com"


def test_where_somebody_logs_in_orders_or_pays_our_own_panel_stays(
    client: Client, shop: Any, customer: Any, settings: Any, stripe: Any
) -> None:
    from storefront.billing import links

    settings.BITRIX24_CHAT_URL = CLOUD
    invoice = purchases.order(customer, shop)
    anonymous = Client()
    pages = [(anonymous, reverse("account_login")), (anonymous, reverse("account_reset_password"))]
    pages += [(anonymous, links.pay_path(invoice)), (anonymous, reverse("chat"))]
    anonymous.post(reverse("cart-add"), {"term": shop.term().pk, "quantity": 1})
    pages += [(anonymous, reverse("checkout"))]
    client.force_login(customer)
    pages += [(client, reverse(name)) for name in ("account-home", "account-licenses", "account-profile")]
    pages += [(client, reverse("account_change_password")), (client, reverse("mfa_index"))]
    for browser, path in pages:
        response = browser.get(path)
        assert response.status_code in (200, 404), path
        assert "data-widget" not in response.content.decode(), path
        assert "bitrix24" not in response["Content-Security-Policy"], path
        assert "unsafe" not in response["Content-Security-Policy"], path


def test_a_portal_of_ones_own_is_the_only_host(client: Client, wagtail_site: Any, settings: Any) -> None:
    settings.BITRIX24_CHAT_URL = BOX
    sources = policy(client.get("/"))
    assert sources["frame-src"] == "https://crm.seller.example:8443"
    assert sources["connect-src"] == "'self' https://crm.seller.example:8443 wss://crm.seller.example:8443"


def test_what_is_no_loader_leaves_our_own_panel(client: Client, wagtail_site: Any, settings: Any) -> None:
    for url in NO_LOADERS:
        settings.BITRIX24_CHAT_URL = url
        response = client.get("/")
        assert "data-widget" not in response.content.decode(), url
        assert "script-src" not in policy(response), url


def test_a_host_that_only_looks_like_the_cloud_is_a_host_of_its_own() -> None:
    assert bitrix24_chat.hosts("https://bitrix24.com.evil.example/x.js") == ("bitrix24.com.evil.example",)
    assert bitrix24_chat.hosts("https://cdn-ru.bitrix24.ru/b1/crm/site_button/loader_1_x.js") == ("*.bitrix24.ru",)


def visitor_data(client: Client) -> dict[str, str]:
    found = re.search(r'data-visitor="([^"]*)"', client.get("/").content.decode())
    return json.loads(html.unescape(found[1])) if found else {}


def test_operators_know_a_customer_by_a_hash_that_cannot_be_guessed(
    client: Client, wagtail_site: Any, customer: Any, make_customer: Any, settings: Any
) -> None:
    settings.BITRIX24_CHAT_URL = CLOUD
    client.force_login(customer)
    assert visitor_data(client) == {}
    settings.BITRIX24_CHAT_SECRET = "a secret of the seller"
    data = visitor_data(client)
    assert (data["name"], data["email"]) == ("Ada Buyer", customer.email)
    assert re.fullmatch("[0-9a-f]{32}", data["hash"]) and data == visitor_data(client)
    other = Client()
    other.force_login(make_customer("other@example.com"))
    assert visitor_data(other)["hash"] != data["hash"]
    assert visitor_data(Client()) == {}
