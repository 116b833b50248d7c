"""Deletes what is no longer needed. Each app has a ``retention`` module for its own rows; settings.RETENTION names
all rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from storefront.core import clock

#: Rows deleted in one statement, so that no lock is held for long.
BATCH = 500
#: No transaction takes longer.
LOST_AFTER = timedelta(days=1)


def delete_in_batches(rows: QuerySet[Any]) -> int:
    """Delete rows and what depends on them, each batch in a transaction of its own. Returns how many.

    Safe to stop at any moment and to run in several workers.
    """
    deleted = 0
    while numbers := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.model._default_manager.filter(pk__in=numbers).delete()
        deleted += len(numbers)
    return deleted


def delete_lost_files(folder: str, known: Callable[[list[str]], set[str]]) -> int:
    """Delete files of a folder, and of the folders in it, that no row names: those of a failed transaction. Returns how
    many.

    ``known``: which of some names rows have. A file of the last day may be one whose transaction has not ended yet.
    """
    if not default_storage.exists(folder):
        return 0
    folders, files = default_storage.listdir(folder)
    before = clock.now() - LOST_AFTER
    old = [name for name in (f"{folder}/{file}" for file in files) if _is_older(name, before)]
    done = 0
    for start in range(0, len(old), BATCH):
        some = old[start : start + BATCH]
        for name in set(some) - known(some):
            default_storage.delete(name)
            done += 1
    return done + sum(delete_lost_files(f"{folder}/{each}", known) for each in folders)


def _is_older(name: str, moment: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < moment
    except FileNotFoundError:  # it went with its row just now
        return False


def clear_sessions() -> int:
    """Delete sessions whose time is over."""
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    store.clear_expired()
    return 0
