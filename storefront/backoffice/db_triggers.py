"""The history of staff's acts is frozen (see core.db_triggers): nobody changes or deletes an entry of Wagtail's log.

The tables are Wagtail's. Its next release may alter them: SQLite drops the triggers of a table that is rebuilt, and
PostgreSQL refuses to alter a column that a trigger reads. So they are taken away before Wagtail's migrations and put
back after all.
"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from storefront.core.db_triggers import FrozenTables

#: Not ``content_type_id``, which becomes NULL when a model is removed.
_ENTRY = ("label", "action", "data", "timestamp", "uuid", "user_id", "revision_id", "content_changed", "deleted")

FROZEN_TABLES = FrozenTables(
    app="backoffice",
    message="is the history of what staff did and is never changed or deleted",
    tables={
        "wagtailcore_modellogentry": (*_ENTRY, "object_id"),
        "wagtailcore_pagelogentry": (*_ENTRY, "page_id"),
    },
)


def _changes_the_tables(plan: Any) -> bool:
    return any(migration.app_label == "wagtailcore" for migration, _is_backwards in plan or ())


def _take_away(plan: Any, using: str, **kwargs: Any) -> None:
    if _changes_the_tables(plan):
        FROZEN_TABLES.remove(connections[using])


def _put_back(plan: Any, using: str, **kwargs: Any) -> None:
    """After any migration, also one that goes on where another was cut off."""
    if plan:
        FROZEN_TABLES.install(connections[using])


def connect(app: AppConfig) -> None:
    pre_migrate.connect(_take_away, sender=app, dispatch_uid="history-triggers-away")
    post_migrate.connect(_put_back, sender=app, dispatch_uid="history-triggers-back")
