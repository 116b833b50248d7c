"""Production: names everything that is missing or not fit for it, all at once, and refuses to start."""

from django.core.exceptions import ImproperlyConfigured

from storefront.core import configuration

from .base import *  # noqa: F403
from .base import ANYMAIL, BITRIX24_APPS, EMAIL_BACKEND, LANGUAGE_CODES, TRUSTED_PROXIES, env

REQUIRED = (
    "SECRET_KEY",
    "FIELD_ENCRYPTION_KEYS",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "STRIPE_API_KEY",
    "STRIPE_WEBHOOK_SECRETS",
    "DEFAULT_FROM_EMAIL",
    "SUPPORT_EMAIL",
    "SHOP_NAME",
)
missing = [name for name in REQUIRED if not env.str(name, default="").strip()]
if not BITRIX24_APPS:
    missing.append("BITRIX24_APPS")
if EMAIL_BACKEND.startswith("anymail.") and not ANYMAIL:
    missing.append("ANYMAIL")
if EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend" and not env.str("EMAIL_HOST", default=""):
    missing.append("EMAIL_HOST")
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=True)
if BEHIND_TLS_PROXY and not TRUSTED_PROXIES:
    # Without it all visitors have the proxy's address: they share one limit, and consent names the wrong one.
    missing.append("TRUSTED_PROXIES")
if missing:
    raise ImproperlyConfigured(f"Not configured, see README: {', '.join(missing)}")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
OSCAR_BASKET_COOKIE_SECURE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

#: A rehearsal with the provider's test keys. Lets in such a key and nothing else.
ALLOW_TEST_KEYS = env.bool("ALLOW_TEST_KEYS", default=False)
# Here and not only as system checks: those are run by manage.py alone, and wsgi must refuse as well.
refused = [text for _code, text in configuration.refusals(globals())]
refused += configuration.unreadable_proxies(TRUSTED_PROXIES)
refused += configuration.unknown_languages(LANGUAGE_CODES)
if refused:
    raise ImproperlyConfigured("Not fit for production, see README:\n" + "\n".join(f"- {text}" for text in refused))
