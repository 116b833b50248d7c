"""The production settings start a shop that is fit for it, and refuse any other: wsgi as well as manage.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What the README asks for, and nothing more.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "storefront.settings.production",
    "SECRET_KEY": "k" * 50,
    "FIELD_ENCRYPTION_KEYS": "known to nobody",
    "SITE_URL": "https://shop.example",
    "ALLOWED_HOSTS": "shop.example, www.shop.example",
    "DATABASE_URL": "sqlite://:memory:",
    "TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/24",
    "STRIPE_API_KEY": "sk_live_example",
    "STRIPE_WEBHOOK_SECRETS": "whsec_example",
    "DEFAULT_FROM_EMAIL": "shop@shop.example",
    "SUPPORT_EMAIL": "support@shop.example",
    "SHOP_NAME": "Shop",
    "BITRIX24_APPS": '[{"code": "app", "client_id": "app.1", "client_secret": "secret"}]',
    "ANYMAIL": '{"POSTMARK_SERVER_TOKEN": "token"}',
}
SMTP = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "ANYMAIL": ""}


def run(code: str, changes: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Python in an environment of its own; an empty value takes the variable away."""
    environment = {name: value for name, value in (ENVIRONMENT | changes).items() if value}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def setting(name: str, changes: dict[str, str]) -> object:
    code = f"import json; from storefront.settings import production as p; print(json.dumps(p.{name}))"
    done = run(code, changes)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refusal(changes: dict[str, str], code: str = "import storefront.settings.production") -> str:
    """The last lines of the error: what whoever starts it reads."""
    done = run(code, changes)
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    return done.stderr.partition("ImproperlyConfigured: ")[2]


def test_names_everything_that_is_missing_at_once() -> None:
    emptied = dict.fromkeys(set(ENVIRONMENT) - {"DJANGO_SETTINGS_MODULE"}, "")
    text = refusal(emptied)
    assert all(name in text for name in emptied)


def test_lists_may_have_blanks_after_commas() -> None:
    assert setting("TRUSTED_PROXIES", {}) == ["127.0.0.1", "10.0.0.0/24"]
    assert setting("ALLOWED_HOSTS", {}) == ["shop.example", "www.shop.example"]
    assert setting("CSRF_TRUSTED_ORIGINS", {"CSRF_TRUSTED_ORIGINS": "https://a.example, https://b.example"}) == [
        "https://a.example",
        "https://b.example",
    ]


def test_a_shop_without_a_proxy_names_none() -> None:
    assert setting("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "", "BEHIND_TLS_PROXY": "false"}) == []


def test_smtp_is_told_by_its_own_variables() -> None:
    assert refusal(SMTP).strip().endswith("EMAIL_HOST")
    told = SMTP | {"EMAIL_HOST": "mail.example", "EMAIL_HOST_USER": "shop", "EMAIL_HOST_PASSWORD": "secret"}
    assert setting("EMAIL_HOST", told) == "mail.example"
    assert setting("EMAIL_PORT", told) == 587
    assert setting("EMAIL_USE_TLS", told) is True


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"TRUSTED_PROXIES": "127.0.0.1,10.0.0.300"}, "'10.0.0.300'"),
        ({"STRIPE_API_KEY": "sk_test_example", "STRIPE_API_BASE": "http://127.0.0.1:8100"}, "STRIPE_API_BASE"),
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
