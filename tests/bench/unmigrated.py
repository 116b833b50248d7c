"""The bench's settings without migrations: tables are made as the models are, in seconds and without frozen rows."""

from tests.bench.settings import *  # noqa: F403


class _NoMigrations:
    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


MIGRATION_MODULES = _NoMigrations()
STAFF_MFA_REQUIRED = False  # the owner who opens the pages is made on the spot
