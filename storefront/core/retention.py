"""Deletes what is no longer needed. Each app has a ``retention`` module for its own rows; settings.RETENTION names
all rules."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet

#: Rows deleted in one statement, so that no lock is held for long.
BATCH = 500


def delete_in_batches(rows: QuerySet[Any]) -> int:
    """Delete rows and what depends on them, each batch in a transaction of its own. Returns how many.

    Safe to stop at any moment and to run in several workers.
    """
    deleted = 0
    while numbers := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.model._default_manager.filter(pk__in=numbers).delete()
        deleted += len(numbers)
    return deleted


def clear_sessions() -> int:
    """Delete sessions whose time is over."""
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    store.clear_expired()
    return 0
