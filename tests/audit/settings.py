"""The demo's shop with static files as production serves them: hashed names, compressed, cached for ever."""

from storefront.settings.demo import *  # noqa: F403
from storefront.settings.demo import BASE_DIR, THROTTLES

WHITENOISE_USE_FINDERS = False
STATIC_ROOT = BASE_DIR / "var" / "audit" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
THROTTLES = dict.fromkeys(THROTTLES, "1000000/minute")
