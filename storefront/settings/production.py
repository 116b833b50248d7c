"""Production: names everything that is missing, all at once, and refuses to start without it."""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import ANYMAIL, BITRIX24_APPS, EMAIL_BACKEND, env

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
if missing:
    raise ImproperlyConfigured(f"Not configured, see README: {', '.join(missing)}")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=True) else None
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
OSCAR_BASKET_COOKIE_SECURE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
