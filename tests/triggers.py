"""The triggers of every table of records: which there must be, and which a database has."""

from __future__ import annotations

import importlib
from typing import Any

from storefront.core.db_triggers import FrozenTables
from tests.migrated import ROOMS, ROOT

_SOURCES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def wanted() -> set[str]:
    """Of every app that has a ``db_triggers.py``."""
    files = [path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("db_triggers.py")]
    modules = [importlib.import_module(".".join(path.with_suffix("").parts)) for path in sorted(files)]
    every = [each.FROZEN_TABLES for each in modules if each.__name__ != FrozenTables.__module__]
    assert len(every) >= 4, every
    return {name for tables in every for name in tables.trigger_names()}


def present(cursor: Any, vendor: str) -> set[str]:
    """What a database has, by a cursor or connection of its own."""
    found = cursor.execute(_SOURCES[vendor])
    return {name for (name,) in (found or cursor).fetchall()}
