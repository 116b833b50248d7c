"""A shop of several processes on a PostgreSQL of its own, for the tests that stop that server.

Its connections are pooled as in production. Tables are made without migrations: the tests of those are elsewhere.
"""

import os

from storefront.settings.base import BASE_DIR, database
from storefront.settings.test import *  # noqa: F403


class _NoMigrations:
    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


DATABASES = {"default": database(f"sqlite:///{BASE_DIR}/var/none.sqlite3")}
MIGRATION_MODULES = _NoMigrations()
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": os.environ["CACHE_DIR"]}
}
