"""A production shop never talks to stand-ins and never runs on test keys."""

from __future__ import annotations

import pytest

from storefront.core import sandbox_keys
from storefront.core.checks import readable_proxies, real_providers


@pytest.fixture
def production(settings):
    settings.DEBUG = False
    settings.SANDBOX = False
    settings.SITE_URL = "https://shop.example"
    settings.ALLOWED_HOSTS = ["shop.example"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
    settings.THROTTLE_STORAGE_URL = "redis://127.0.0.1/1"
    settings.SECRET_KEY = "k" * 50
    settings.SALT_KEY = ["long enough, known to nobody"]
    settings.STRIPE_API_KEY = "sk_live_example"
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_example"]
    settings.STRIPE_API_BASE = "https://api.stripe.com"
    settings.PAYPAL_API_BASE = "https://api-m.paypal.com"
    settings.PAYPAL_NVP_API_BASE = "https://api-3t.paypal.com"
    settings.SIMPLEPAY_API_BASE = "https://secure.simplepay.hu"
    settings.SIMPLEPAY_PRO_API_BASE = "https://api.simplepay.pro/sp"
    settings.WEBMONEY_API_BASE = "https://merchant.webmoney.ru"
    settings.VIES_API_BASE = "https://ec.europa.eu/taxation_customs/vies/rest-api"
    settings.BITRIX24_OAUTH_SERVERS = ["https://oauth.bitrix.info"]
    settings.BITRIX24_JS_URL = "https://api.bitrix24.com/api/v1/"
    settings.BITRIX24_ALLOW_LOOPBACK = False
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token"}
    settings.MAIL_WEBHOOK_SECRETS = []
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
    "https://[broken",
    "",
]


@pytest.mark.parametrize("url", STAND_INS)
@pytest.mark.parametrize(
    "name",
    [
        "STRIPE_API_BASE",
        "PAYPAL_API_BASE",
        "PAYPAL_NVP_API_BASE",
        "YOOKASSA_API_BASE",
        "VIES_API_BASE",
        "BITRIX24_OAUTH_SERVERS",
        "ANYMAIL",
    ],
)
def test_a_stand_ins_address_is_refused(production, name, url):
    values = {
        "BITRIX24_OAUTH_SERVERS": [url],
        "ANYMAIL": {"POSTMARK_API_URL": url},
    }
    setattr(production, name, values.get(name, url))
    assert found() == ["storefront.E001"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SBERBANK_API_BASE", "https://ecomtest.sberbank.ru/ecomm/gw/partner/api/v1", "storefront.E002"),
        ("SBERBANK_API_BASE", "https://3dsec.sberbank.ru/payment/rest", "storefront.E002"),
        ("PAYMASTER_TEST", True, "storefront.E015"),
    ],
)
def test_what_takes_no_real_money_is_refused_unless_admitted(production, name, value, code):
    setattr(production, name, value)
    assert found() == [code]
    production.ALLOW_TEST_KEYS = True
    assert found() == []


def test_test_keys_are_refused(production):
    production.STRIPE_API_KEY = "sk_test_example"
    assert found() == ["storefront.E002"]
    production.STRIPE_API_KEY = "rk_test_example"
    assert found() == ["storefront.E002"]
    production.STRIPE_API_KEY = ""
    production.YOOKASSA_SECRET_KEY = "test_example-key"
    assert found() == ["storefront.E002"]


def test_a_rehearsal_admits_test_keys_and_no_stand_in(production):
    production.ALLOW_TEST_KEYS = True
    production.STRIPE_API_KEY = "sk_test_example"
    assert found() == []
    production.STRIPE_API_BASE = "http://127.0.0.1:8100"
    assert found() == ["storefront.E001"]


@pytest.mark.parametrize("url", STAND_INS)
def test_the_shops_own_address_is_public(production, url):
    production.SITE_URL = url
    assert found() == ["storefront.E004"]


@pytest.mark.parametrize("url", [*STAND_INS[:-1], "https://cdn.bitrix24.com/b1/crm/", "//cdn.bitrix24.com/x.js"])
def test_the_live_chats_loader_is_a_public_script(production, url):
    production.BITRIX24_CHAT_URL = url
    assert found() == ["storefront.E008"]
    production.BITRIX24_CHAT_URL = "https://cdn.bitrix24.com/b1/crm/site_button/loader_2_x.js"
    assert found() == []


def test_a_short_signing_key_is_refused(production):
    production.SECRET_KEY = "k" * 39
    assert found() == ["storefront.E005"]


KNOWN = [
    ("SECRET_KEY", sandbox_keys.SECRET_KEY),
    ("SALT_KEY", ["new", sandbox_keys.ENCRYPTION_KEY]),
    ("STRIPE_API_KEY", sandbox_keys.STRIPE_KEY),
    ("YOOKASSA_SECRET_KEY", sandbox_keys.YOOKASSA_KEY),
    ("STRIPE_WEBHOOK_SECRETS", [sandbox_keys.WEBHOOK_SECRET, "whsec_example"]),
]


@pytest.mark.parametrize(("name", "value"), KNOWN)
def test_the_sandboxs_keys_are_refused(production, name, value):
    production.ALLOW_TEST_KEYS = True
    setattr(production, name, value)
    assert found() == ["storefront.E006"]


@pytest.mark.parametrize("entry", ["10.0.0.256", "proxy.example", "10.0.0.0/33", "0.0.0.0/0", "::/0", ""])
def test_an_unreadable_proxy_is_an_error(settings, entry):
    settings.TRUSTED_PROXIES = ["10.0.0.1", entry]
    assert [error.id for error in readable_proxies()] == ["storefront.E007"]


def test_addresses_networks_and_the_unix_socket_are_proxies(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1", "10.0.0.0/24", "2001:db8::/32", "unix"]
    assert readable_proxies() == []


def test_loopback_portals_are_refused(production):
    production.BITRIX24_ALLOW_LOOPBACK = True
    assert found() == ["storefront.E003"]


def test_a_sandbox_may_have_all_of_it(production):
    production.SANDBOX = True
    production.STRIPE_API_BASE = "http://127.0.0.1:8100"
    assert found() == []


@pytest.mark.parametrize("hosts", [[], ["other.example"], [".shop.example.com"], ["hop.example"]])
def test_the_shop_answers_at_its_own_address(production, hosts):
    production.ALLOWED_HOSTS = hosts
    assert found() == ["storefront.E010"]
    production.ALLOWED_HOSTS = [".example"]
    assert found() == []


def test_several_processes_share_their_limits_and_what_they_remember(production):
    production.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert found() == ["storefront.E011"]
    production.THROTTLE_STORAGE_URL = "memory://"
    assert found() == ["storefront.E011"] * 2
    production.SINGLE_PROCESS = True
    assert found() == []


def test_a_mail_user_has_a_password(production):
    production.EMAIL_HOST_USER = "shop"
    assert found() == ["storefront.E012"]
    production.EMAIL_HOST_PASSWORD = "secret"
    assert found() == []
