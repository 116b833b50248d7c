"""The production settings start a shop that is fit for it, and refuse any other: wsgi as well as manage.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from storefront.core import currencies

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-Long_Key-of.Many;Different:Characters+0123456789"
#: What the README asks for, and nothing more.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "storefront.settings.production",
    "SECRET_KEY": "k" * 50,
    "FIELD_ENCRYPTION_KEYS": "known to nobody",
    "SITE_URL": "https://shop.example",
    "ALLOWED_HOSTS": "shop.example, www.shop.example",
    "DATABASE_URL": "sqlite://:memory:",
    "CACHE_URL": "redis://127.0.0.1/0",
    "THROTTLE_STORAGE_URL": "redis://127.0.0.1/1",
    "TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/24",
    "STRIPE_API_KEY": "rk_live_example",
    "STRIPE_WEBHOOK_SECRETS": "whsec_example",
    "DEFAULT_FROM_EMAIL": "shop@shop.example",
    "SUPPORT_EMAIL": "support@shop.example",
    "SHOP_NAME": "Shop",
    "BITRIX24_APPS": '[{"code": "app", "client_id": "app.1", "client_secret": "secret"}]',
    "ANYMAIL": '{"POSTMARK_SERVER_TOKEN": "token"}',
}
SMTP = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "ANYMAIL": ""}


def run(code: str, changes: dict[str, str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Python in an environment of its own; an empty value takes the variable away."""
    environment = {name: value for name, value in (ENVIRONMENT | changes).items() if value}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, input=stdin, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def settings_of(changes: dict[str, str], *names: str) -> list[object]:
    """What these settings are; a process takes a second to begin, so ask for several at once."""
    asked = ", ".join(f"production.{name}" for name in names)
    code = f"import json; from storefront.settings import production; print(json.dumps([{asked}]))"
    done = run(code, changes)
    assert done.returncode == 0, done.stderr
    found: list[object] = json.loads(done.stdout)
    return found


def setting(name: str, changes: dict[str, str]) -> object:
    (found,) = settings_of(changes, name)
    return found


def refusal(changes: dict[str, str], code: str = "import storefront.settings.production") -> str:
    """The last lines of the error: what whoever starts it reads."""
    done = run(code, changes)
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    return done.stderr.partition("ImproperlyConfigured: ")[2]


def test_names_everything_that_is_missing_at_once() -> None:
    emptied = dict.fromkeys(set(ENVIRONMENT) - {"DJANGO_SETTINGS_MODULE"}, "")
    lines = refusal(emptied).strip().splitlines()[1:]
    assert sorted(lines[:-1]) == sorted(f"- {name} is missing." for name in emptied)
    assert lines[-1].startswith("- BANK_TRANSFER_ONLY is not true")


def test_a_shop_with_bank_transfer_alone_starts() -> None:
    alone = {"STRIPE_API_KEY": "", "STRIPE_WEBHOOK_SECRETS": "", "SECRET_KEY": KEY}
    assert "BANK_TRANSFER_ONLY" in refusal(alone)
    code = (
        "import storefront.wsgi; from django.core.management import execute_from_command_line as run;"
        "from storefront.billing.gateway_registry import begun; print(begun()); run(['', 'check'])"
    )
    done = run(code, alone | {"BANK_TRANSFER_ONLY": "true"})
    assert done.returncode == 0, done.stderr
    assert "()" in done.stdout and "no issues" in done.stdout
    begun = alone | {"BANK_TRANSFER_ONLY": "true", "PAYPAL_CLIENT_ID": "client-id-of-an-app"}
    assert "- PAYPAL_WEBHOOK_ID is missing." in refusal(begun)


def test_a_payment_method_is_set_up_whole_or_not_at_all() -> None:
    assert refusal({"STRIPE_WEBHOOK_SECRETS": ""}).strip().splitlines()[1:] == ["- STRIPE_WEBHOOK_SECRETS is missing."]


def test_credentials_of_classic_paypal_go_together() -> None:
    lines = refusal({"PAYPAL_NVP_USER": "seller_api1.example.com"}).strip().splitlines()[1:]
    assert lines == [f"- PAYPAL_NVP_{name} is missing." for name in ("PASSWORD", "SIGNATURE", "MERCHANT_ID")]


def test_paypal_is_set_up_whole_or_not_at_all() -> None:
    lines = refusal({"PAYPAL_CLIENT_ID": "client-id-of-an-app"}).strip().splitlines()[1:]
    assert lines == ["- PAYPAL_CLIENT_SECRET is missing.", "- PAYPAL_WEBHOOK_ID is missing."]
    told = refusal(
        {
            "PAYPAL_CLIENT_ID": "client-id-of-an-app",
            "PAYPAL_CLIENT_SECRET": "sandbox-paypal-secret",
            "PAYPAL_WEBHOOK_ID": "1AB23456CD789012E",
        },
        code="import storefront.wsgi",
    )
    assert "PAYPAL_CLIENT_SECRET holds a key of the sandbox" in told


def test_lists_may_have_blanks_after_commas() -> None:
    origins = {"CSRF_TRUSTED_ORIGINS": "https://a.example, https://b.example"}
    assert settings_of(origins, "TRUSTED_PROXIES", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS") == [
        ["127.0.0.1", "10.0.0.0/24"],
        ["shop.example", "www.shop.example"],
        ["https://a.example", "https://b.example"],
    ]


def test_a_shop_without_a_proxy_names_none() -> None:
    assert setting("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "", "BEHIND_TLS_PROXY": "false"}) == []


def test_smtp_is_told_by_its_own_variables() -> None:
    assert refusal(SMTP).strip().endswith("- EMAIL_HOST is missing.")
    told = SMTP | {"EMAIL_HOST": "mail.example", "EMAIL_HOST_USER": "shop", "EMAIL_HOST_PASSWORD": "secret"}
    assert settings_of(told, "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS") == ["mail.example", 587, True]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"TRUSTED_PROXIES": "127.0.0.1,10.0.0.300"}, "'10.0.0.300'"),
        ({"STRIPE_API_KEY": "sk_test_example", "STRIPE_API_BASE": "http://127.0.0.1:8100"}, "STRIPE_API_BASE"),
        ({"PAYPAL_API_BASE": "https://api-m.sandbox.paypal.com"}, "PAYPAL_API_BASE"),
        ({"WEBMONEY_TEST_MODE": "true"}, "WEBMONEY_TEST_MODE"),
        ({"WEBMONEY_INVOICE_PURSES": "Z123456789012:a-secret-key:an-x20-key"}, "WEBMONEY_WMID"),
        ({"SIMPLEPAY_API_BASE": "https://sandbox.simplepay.hu"}, "SIMPLEPAY_API_BASE"),
        ({"SIMPLEPAY_ACCOUNTS": "EUR:PUBLICTESTEUR:sandbox-simplepay-eur"}, "SIMPLEPAY_ACCOUNTS"),
        ({"SIMPLEPAY_PRO_TEST": "true"}, "SIMPLEPAY_PRO_TEST"),
        ({"SIMPLEPAY_PRO": "true", "SIMPLEPAY_PRO_OUTLET": "1"}, "SIMPLEPAY_PRO_KEY"),
        ({"SIMPLEPAY_PRO_KEY": "sandbox-simplepay-pro"}, "SIMPLEPAY_PRO_KEY"),
        ({"SITE_URL": "http://shop.example", "ALLOW_TEST_KEYS": "true"}, "SITE_URL"),
        ({"FIELD_ENCRYPTION_KEYS": "sandbox-only-salt-of-no-value"}, "FIELD_ENCRYPTION_KEYS"),
    ],
)
def test_wsgi_refuses_what_is_not_fit_for_production(changes: dict[str, str], named: str) -> None:
    text = refusal(changes, code="import storefront.wsgi")
    assert named in text
    assert "sk_test_example" not in text and "sandbox-only" not in text


def test_a_rehearsal_runs_on_test_keys() -> None:
    assert setting("ALLOW_TEST_KEYS", {"STRIPE_API_KEY": "rk_test_example", "ALLOW_TEST_KEYS": "true"}) is True


WRONG = {
    "SITE_URL": "https://shop.example/shop",
    "ALLOWED_HOSTS": "https://shop.example",
    "CSRF_TRUSTED_ORIGINS": "www.shop.example",
    "DATABASE_URL": "mysql://shop@127.0.0.1/shop",
    "CACHE_URL": "127.0.0.1:6379",
    "THROTTLE_STORAGE_URL": "127.0.0.1:6379",
    "SINGLE_PROCESS": "maybe",
    "SHOP_NAME": "N" * 61,
    "SUPPORT_EMAIL": "Support <support@shop.example>",
    "STAFF_EMAIL": "staff",
    "DEFAULT_FROM_EMAIL": "Shop <shop>",
    "SHOP_CURRENCY": "EURO",
    "SHOP_CURRENCIES": "EUR,XDR",
    "TIME_ZONE": "localtime",
    "LANGUAGES": "en,klingon",
    "TRUSTED_PROXIES": "proxy",
    "VISITOR_COUNTRY_HEADER": "CF IPCountry",
    "BANK_TRANSFER_ONLY": "both",
    "STRIPE_API_KEY": "pk_live_example",
    "STRIPE_WEBHOOK_SECRETS": "secret",
    "STRIPE_API_BASE": "api.stripe.com",
    "TWOCHECKOUT_MERCHANT_CODE": "no code",
    "TWOCHECKOUT_SECRET_KEYS": "short",
    "TWOCHECKOUT_BUY_LINK_SECRET": "a word",
    "TWOCHECKOUT_CHECKOUT_BASE": "secure.2checkout.com",
    "TWOCHECKOUT_API_BASE": "api.2checkout.com",
    "TWOCHECKOUT_TEST_ORDERS": "maybe",
    "TWOCHECKOUT_MERCHANT_OF_RECORD": "us",
    "TWOCHECKOUT_EARLY_DELIVERY": "soon",
    "TWOCHECKOUT_ACCEPT_SHA2": "md5",
    "PAYMASTER_MERCHANT_ID": "no id",
    "PAYMASTER_TOKEN": "short",
    "PAYMASTER_TEST": "maybe",
    "PAYMASTER_API_BASE": "paymaster.ru",
    "SBERBANK_USER_NAME": "an api user",
    "SBERBANK_PASSWORD": "short",
    "SBERBANK_API_BASE": "ecommerce.sberbank.ru",
    "SBERBANK_CA_FILE": "roots.pem",
    "SBERBANK_CALLBACK_KEYS": "short",
    "SBERBANK_CALLBACK_CERTIFICATE": "bank.pem",
    "YOOKASSA_SHOP_ID": "shop",
    "YOOKASSA_SECRET_KEY": "sk_live_x",
    "YOOKASSA_API_BASE": "api.yookassa.ru",
    "YOOKASSA_RECEIPTS": "perhaps",
    "YOOKASSA_VAT_CODES": "22%",
    "YOOKASSA_TAX_SYSTEM": "7",
    "YOOKASSA_PAYMENT_SUBJECT": "goods",
    "YOOKASSA_PAYMENT_MODE": "later",
    "WEBMONEY_WMID": "12345",
    "WEBMONEY_PURSES": "R123456789012:a-secret-key",
    "WEBMONEY_INVOICE_PURSES": "Z123456789012:a-secret-key",
    "WEBMONEY_API_BASE": "merchant.webmoney.ru",
    "WEBMONEY_TEST_MODE": "maybe",
    "SIMPLEPAY_ACCOUNTS": "HUF:PUBLICTESTHUF",
    "SIMPLEPAY_API_BASE": "secure.simplepay.hu",
    "SIMPLEPAY_PRO": "perhaps",
    "SIMPLEPAY_PRO_OUTLET": "outlet",
    "SIMPLEPAY_PRO_KEY": "short",
    "SIMPLEPAY_PRO_RESULT_KEYS": "long-enough-a-key,short",
    "SIMPLEPAY_PRO_API_BASE": "api.simplepay.pro",
    "SIMPLEPAY_PRO_TEST": "maybe",
    "PAYPAL_NVP_USER": "two words",
    "PAYPAL_NVP_PASSWORD": "two words",
    "PAYPAL_NVP_SIGNATURE": "two words",
    "PAYPAL_NVP_MERCHANT_ID": "seller@example.com",
    "PAYPAL_NVP_API_BASE": "api-3t.paypal.com",
    "PAYPAL_CLIENT_ID": "an id",
    "PAYPAL_CLIENT_SECRET": "short",
    "PAYPAL_WEBHOOK_ID": "1AB23456CD789012E,webhook",
    "PAYPAL_MERCHANT_ID": "seller@shop.example",
    "PAYPAL_API_BASE": "api-m.paypal.com",
    "PAYPAL_VERIFY": "never",
    "PAYPAL_REQUEST_KEEP_DAYS": "30",
    "VIES_API_BASE": "ec.europa.eu",
    "BITRIX24_APPS": '[{"code": "app"}]',
    "BITRIX24_OAUTH_SERVERS": "oauth.bitrix.info",
    "BITRIX24_ZONES": "com;ru",
    "BITRIX24_JS_URL": "api.bitrix24.com",
    "BITRIX24_LOG_DAYS": "2",
    "BITRIX24_CHAT_URL": "chat",
    "EMAIL_BACKEND": "postmark",
    "ANYMAIL": '["token"]',
    "MAIL_WEBHOOK_SECRETS": "password",
    "EMAIL_HOST": "mail.example:25",
    "EMAIL_PORT": "smtp",
    "EMAIL_USE_TLS": "tls",
    "UNPAID_ORDER_DAYS": "0",
    "UNPAID_REMINDER_DAYS": "14",
    "CHECKOUT_REMINDER_HOURS": "0",
    "APPROVAL_BY_SECOND_PERSON": "perhaps",
    "REFUND_APPROVAL_ABOVE": "500",
    "LICENSE_GRACE_DAYS": "-1",
    "WEB_THREADS": "0",
    "HANDOVER_DAYS": "0",
    "LICENSE_START_DAYS": "month",
    "PAGE_CACHE_SECONDS": "-1",
    "STAFF_MFA_REQUIRED": "ture",
    "STAFF_IDLE_MINUTES": "0",
    "MEDIA_ROOT": "media",
    "PRIVATE_MEDIA_ROOT": "private",
    "DOCUMENT_SIGN_FILE": "seller.p12",
    "STATEMENT_FOLDER": "statements",
    "UPLOAD_SCAN_COMMAND": "clamdscan --fdpass",
    "SUPPORT_INBOUND_DOMAIN": "support@shop.example",
    "SUPPORT_INBOUND_AUTHSERV": "mx shop.example",
    "SERVE_MEDIA": "2",
    "BEHIND_TLS_PROXY": "nginx",
    "SECURE_SSL_REDIRECT": "301",
    "SECURE_HSTS_SECONDS": "a year",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": "all",
    "SECURE_HSTS_PRELOAD": "?",
    "ALLOW_TEST_KEYS": "test",
    "MAIL_KEEP_DAYS": "7",
    "TICKET_KEEP_DAYS": "1",
    "NOTE_KEEP_DAYS": "1",
    "CART_KEEP_DAYS": "1",
    "EXPORT_KEEP_DAYS": "90",
    "ERASURE_WAIT_DAYS": "60",
    "PROOF_KEEP_DAYS": "0",
    "REFUND_REQUEST_KEEP_DAYS": "0",
    "PROVISIONAL_LICENSE_DAYS": "61",
    "LOGIN_KEEP_DAYS": "0",
    "WEBHOOK_KEEP_DAYS": "never",
    "LOG_LEVEL": "LOUD",
    "RELEASE": "the last one",
    "LOG_FORMAT": "xml",
    "METRICS_TOKEN": "short",
    "SENTRY_DSN": "sentry",
}


def test_every_wrong_value_is_refused_by_its_name() -> None:
    """All of them at once, and each is named once."""
    named = [line.split()[1].rstrip(":") for line in refusal(WRONG).strip().splitlines()[1:]]
    assert sorted(set(named)) == sorted(WRONG)
    assert len(named) == len(WRONG)


def test_the_sender_with_a_comma_in_its_name_is_one_address() -> None:
    found = setting("DEFAULT_FROM_EMAIL", {"DEFAULT_FROM_EMAIL": "Acme, Inc. <shop@acme.example>"})
    assert found == '"Acme, Inc." <shop@acme.example>'


def test_several_processes_need_a_shared_store() -> None:
    alone = {"CACHE_URL": "", "THROTTLE_STORAGE_URL": ""}
    assert refusal(alone).count("is missing") == 2
    assert refusal({"CACHE_URL": "locmemcache://", "THROTTLE_STORAGE_URL": "memory://"}).count("not redis://") == 2
    assert setting("SINGLE_PROCESS", alone | {"SINGLE_PROCESS": "true"}) is True


@pytest.mark.parametrize(
    "code", ["EURO", "eur", "XXX", "XTS", "XAU", "XOF", "DEM", "CHE", "BOV", "KWD", "BHD", "€", "ABC"]
)
def test_a_currency_is_one_in_use_that_oscar_can_keep(code: str) -> None:
    assert code not in currencies.sellable()


@pytest.mark.parametrize("code", ["EUR", "JPY", "RUB", "USD", "CLP"])
def test_currencies_of_none_and_two_places_are_taken(code: str) -> None:
    assert code in currencies.sellable()


def test_the_shops_currency_is_one_of_them_and_nothing_like_one() -> None:
    for wrong in ("EURO", "KWD"):
        named = "SHOP_CURRENCY must be the ISO 4217 code of a country's currency"
        assert named in refusal({"SHOP_CURRENCY": wrong})
    assert setting("SHOP_CURRENCY", {"SHOP_CURRENCY": "JPY"}) == "JPY"


def test_a_shop_sells_in_several_currencies_its_first_among_them() -> None:
    assert setting("SHOP_CURRENCIES", {"SHOP_CURRENCIES": "EUR, RUB"}) == ["EUR", "RUB"]
    assert setting("SHOP_CURRENCIES", {}) == []
    assert "SHOP_CURRENCIES does not hold SHOP_CURRENCY" in refusal({"SHOP_CURRENCIES": "RUB,USD"})
    assert "at most two decimal places (Oscar's tables have two)" in refusal({"SHOP_CURRENCIES": "EUR,KWD"})


@pytest.mark.parametrize("preload", ["true", "false"])
def test_djangos_own_advice_for_production_is_followed(preload: str, tmp_path: Path) -> None:
    code = "from django.core.management import execute_from_command_line as run; run(['', 'check', '--deploy'])"
    done = run(code, {"SECURE_HSTS_PRELOAD": preload, "SECRET_KEY": KEY, "MEDIA_ROOT": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout and not done.stderr
