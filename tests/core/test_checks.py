"""A production shop never talks to stand-ins and never runs on test keys."""

from __future__ import annotations

import pytest

from storefront.core.checks import real_providers


@pytest.fixture
def production(settings):
    settings.DEBUG = False
    settings.SANDBOX = False
    settings.STRIPE_API_KEY = "sk_live_example"
    settings.STRIPE_API_BASE = "https://api.stripe.com"
    settings.BITRIX24_OAUTH_SERVERS = ["https://oauth.bitrix.info"]
    settings.BITRIX24_JS_URL = "https://api.bitrix24.com/api/v1/"
    settings.BITRIX24_ALLOW_LOOPBACK = False
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token"}
    return settings


def found():
    return [error.id for error in real_providers()]


def test_real_addresses_and_keys_pass(production):
    assert found() == []


STAND_INS = [
    "http://127.0.0.1:8100",
    "https://127.0.0.1:8100",
    "https://localhost",
    "https://LOCALHOST.:1",
    "https://shop.localhost",
    "https://[::1]/",
    "https://0.0.0.0",
    "https://10.0.0.1",
    "https://2130706433",
    "https://127.1",
    "http://api.stripe.com",
    "",
]


@pytest.mark.parametrize("url", STAND_INS)
@pytest.mark.parametrize("name", ["STRIPE_API_BASE", "BITRIX24_OAUTH_SERVERS", "ANYMAIL"])
def test_a_stand_ins_address_is_refused(production, name, url):
    values = {"STRIPE_API_BASE": url, "BITRIX24_OAUTH_SERVERS": [url], "ANYMAIL": {"POSTMARK_API_URL": url}}
    setattr(production, name, values[name])
    assert found() == ["storefront.E001"]


def test_test_keys_are_refused(production):
    production.STRIPE_API_KEY = "sk_test_example"
    assert found() == ["storefront.E002"]


def test_loopback_portals_are_refused(production):
    production.BITRIX24_ALLOW_LOOPBACK = True
    assert found() == ["storefront.E003"]


def test_a_sandbox_may_have_all_of_it(production):
    production.SANDBOX = True
    production.STRIPE_API_BASE = "http://127.0.0.1:8100"
    assert found() == []
