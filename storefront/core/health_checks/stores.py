"""Database, cache and disk."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.core import caching, outage, references
from storefront.core.doctor import Level, Result

#: An answer of the database that takes longer (milliseconds) slows every page down.
SLOW_MILLISECONDS = 100
#: Free space, in bytes: below the first somebody should look, below the second uploads and writes are about to fail.
SCARCE, NONE_LEFT = 2 * 1024**3, 200 * 1024**2


def database() -> Iterator[Result]:
    """Reachable, how fast, which version."""
    subject, began = _("Database"), time.perf_counter()
    if not outage.database_answers():
        yield Result(subject, _("It does not answer."), Level.TROUBLE)
        return
    milliseconds = (time.perf_counter() - began) * 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        version = str(cursor.fetchone()[0]).split()[0]
    found = _("%(name)s %(version)s answers in %(ms)s ms.")
    told = {"name": connection.display_name, "version": version, "ms": f"{milliseconds:.1f}"}
    yield Result(subject, found % told, Level.WARNING if milliseconds > SLOW_MILLISECONDS else Level.FINE)


#: Seconds for which "all are applied" is believed: finding out loads every migration there is.
BELIEVED = 60.0
_applied_until = 0.0


def migrations() -> Iterator[Result]:
    """All applied: code of this release on tables of another one fails here and there."""
    global _applied_until
    if time.monotonic() < _applied_until:
        yield Result(_("Migrations"), _("All are applied."))
        return
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        text = ngettext(
            "%(n)d is not applied: %(first)s.", "%(n)d are not applied, the first: %(first)s.", len(waiting)
        )
        yield Result(_("Migrations"), text % {"n": len(waiting), "first": str(waiting[0][0])}, Level.TROUBLE)
    else:
        _applied_until = time.monotonic() + BELIEVED
        yield Result(_("Migrations"), _("All are applied."))


def shared_cache() -> Iterator[Result]:
    """Written and read back; shared by all processes, unless there is only one."""
    subject, key, mark = _("Cache"), f"health:{references.public_id()}", references.public_id()
    cache = caches["default"]
    cache.set(key, mark, 30)
    is_back = cache.get(key) == mark
    cache.delete(key)
    if not is_back or caching.known.is_on:
        yield Result(subject, _("It does not answer; the shop goes on without it, slower."), Level.WARNING)
    elif isinstance(cache, LocMemCache):
        is_fine = settings.SINGLE_PROCESS or getattr(settings, "SANDBOX", False)
        text = _("It answers; each process has its own.")
        yield Result(subject, text, Level.FINE if is_fine else Level.WARNING)
    else:
        yield Result(subject, _("It answers and is shared by all processes."))


def disk() -> Iterator[Result]:
    """Free space where uploads lie, and where the database lies if it is a file."""
    places = {_("Disk of public files"): Path(settings.MEDIA_ROOT)}
    places[_("Disk of private files")] = Path(settings.PRIVATE_MEDIA_ROOT)
    if connection.vendor == "sqlite":
        places[_("Disk of the database")] = Path(str(connection.settings_dict["NAME"])).parent
    for subject, place in places.items():
        yield _space(subject, place)


def _space(subject: str, place: Path) -> Result:
    there = next(path for path in (place, *place.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if place.exists() and not os.access(place, os.W_OK):
        return Result(subject, _("It cannot be written to."), Level.TROUBLE)
    level = Level.TROUBLE if free < NONE_LEFT else Level.WARNING if free < SCARCE else Level.FINE
    return Result(subject, _("%(size)s GB free.") % {"size": f"{free / 1024**3:.1f}"}, level)
