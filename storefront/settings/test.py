"""Tests: fast, closed to the outside; the stand-ins' addresses are set by fixtures."""

import os
from pathlib import Path
from tempfile import gettempdir

from .base import *  # noqa: F403
from .base import BASE_DIR, STORAGES, env
from .sandbox import *  # noqa: F403

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
SITE_URL = "http://testserver"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # speed: the tests make many users
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STAFF_MFA_REQUIRED = False
PAGE_CACHE_SECONDS = 0  # a test's transaction is never committed, so nothing tells that a page has changed
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
STORAGES = STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
MEDIA_ROOT = Path(gettempdir()) / f"storefront-media-{os.getpid()}"  # nothing of the demo that lies in var/
PRIVATE_MEDIA_ROOT = MEDIA_ROOT.with_name(f"private-{MEDIA_ROOT.name}")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
(BASE_DIR / "var").mkdir(exist_ok=True)
# The race tests open more connections than a pool would lend.
DATABASES["default"]["OPTIONS"].pop("pool", None)  # noqa: F405
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # In memory all threads share a connection or a lock of whole tables: a page that asks while the test pays would
    # read what is not committed yet, or nothing.
    DATABASES["default"]["TEST"] = {"NAME": f"{gettempdir()}/storefront-{os.getpid()}.sqlite3"}  # noqa: F405
else:
    # Many racers queue for one row, and a machine may be slow: that is no reason to give up.
    DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=30000"  # noqa: F405
env.refuse()
