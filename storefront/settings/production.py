"""Production: names everything that is missing, wrong or not fit for it, all at once, and refuses to start."""

from django.core.exceptions import ImproperlyConfigured

from storefront.core import configuration, mail_companies

from .base import *  # noqa: F403
from .base import (
    ANYMAIL,
    EMAIL_BACKEND,
    LANGUAGE_CODES,
    MEDIA_ROOT,
    PAYMENT_GATEWAYS,
    PRIVATE_MEDIA_ROOT,
    SINGLE_PROCESS,
    STORAGES,
    TRUSTED_PROXIES,
    env,
)

REQUIRED = [
    "SECRET_KEY",
    "FIELD_ENCRYPTION_KEYS",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "DEFAULT_FROM_EMAIL",
    "SUPPORT_EMAIL",
    "SHOP_NAME",
    "BITRIX24_APPS",
]
#: The shop has no payment provider: it is paid by bank transfer, to the accounts that the seller keeps in Wagtail.
BANK_TRANSFER_ONLY = env.boolean("BANK_TRANSFER_ONLY", default=False)
# A payment method that is begun is whole; a shop that names none is taken for one that forgot the first.
begun = [spec["env"] for spec in PAYMENT_GATEWAYS.values() if any(map(env.has, spec["env"]))]
is_method_forgotten = not begun and not BANK_TRANSFER_ONLY
REQUIRED += [name for names in begun for name in names]
REQUIRED += PAYMENT_GATEWAYS["stripe"]["env"] if is_method_forgotten else ()
BEHIND_TLS_PROXY = env.boolean("BEHIND_TLS_PROXY", default=True)
if not SINGLE_PROCESS:
    REQUIRED += ["CACHE_URL", "THROTTLE_STORAGE_URL"]
mail_company = mail_companies.company_of(EMAIL_BACKEND)
if mail_company and mail_company.needs:
    REQUIRED.append("ANYMAIL")
if EMAIL_BACKEND == mail_companies.SMTP:
    REQUIRED.append("EMAIL_HOST")
if BEHIND_TLS_PROXY:
    # Without it all visitors have the proxy's address: they share one limit, and consent names the wrong one.
    REQUIRED.append("TRUSTED_PROXIES")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", default=31536000)
#: Whether browsers refuse plain http on every host below the shop's as well.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.boolean("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
#: Whether browsers may ship the rule with themselves: for a whole domain, and hard to take back (hstspreload.org).
SECURE_HSTS_PRELOAD = env.boolean("SECURE_HSTS_PRELOAD", default=False)
#: W005, W021: Django's advice to switch them on is answered by the two settings, whatever they say. W003 looks for its
#: CSRF middleware by name; core.csrf has a subclass of it in its place.
SILENCED_SYSTEM_CHECKS = ["security.W003", "security.W005", "security.W021"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
OSCAR_BASKET_COOKIE_SECURE = True
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

#: A rehearsal with the provider's test keys. Lets in such a key and nothing else.
ALLOW_TEST_KEYS = env.boolean("ALLOW_TEST_KEYS", default=False)
# Here and not only as system checks: those are run by manage.py alone, and wsgi must refuse as well.
missing = [name for name in REQUIRED if not env.has(name)]
wrong = [*env.problems, *(text for _code, text in configuration.refusals(globals()))]
wrong += mail_companies.problems(EMAIL_BACKEND, ANYMAIL)
wrong += configuration.unreadable_proxies(TRUSTED_PROXIES)
wrong += configuration.unknown_languages(LANGUAGE_CODES)
wrong += configuration.shared_folders(MEDIA_ROOT, PRIVATE_MEDIA_ROOT)
if is_method_forgotten:
    wrong.append("BANK_TRANSFER_ONLY is not true, and no payment provider is set up: buyers could not pay.")
# A variable that is missing or cannot be read is named once, not again for the default that stands in for it.
named = {text.split()[0] for text in env.problems}.union(missing)
refused = [f"{name} is missing." for name in missing]
refused += [text for text in wrong if text in env.problems or text.split()[0] not in named]
if refused:
    raise ImproperlyConfigured("Not fit for production, see README:\n" + "\n".join(f"- {text}" for text in refused))
