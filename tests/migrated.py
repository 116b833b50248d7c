"""Migrating from nothing, in half the time; and migrated SQLite databases that are kept for as long as they are right.

``python -m tests.migrated`` migrates the database of DATABASE_URL; with ``--check`` it ends with an error if the
models have changes that no migration makes. With ``--landed FILE`` (SQLite) it goes by way of the release that
``tests/upgrade`` begins with, and leaves a copy of that there.
"""

from __future__ import annotations

import ast
import copy
import fcntl
import functools
import gc
import gzip
import hashlib
import importlib.util
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "tests"
LANDED = ROOT / "tests" / "upgrade" / "landed.json.gz"
ROOMS = ("storefront", "catalogue", "checkout", "cms")


@contextmanager
def remembering() -> Iterator[None]:
    """Django's ``migrate`` makes every model some hundred times. What it works out anew each time is noted here.

    That is: which models can be swapped by a setting (it forgets that whenever it makes a model), which app they are in
    (none), and from what each field of a state is made. A state's copy is taken to be as valid as the state was.

    A model or field that is added changes nothing about those that were there: only the models next to it are made
    anew, and the rest before data is migrated, as Django itself does for fields that are no relations.

    The collector looks at the thousands of classes that are alive now and then only.
    """
    from django.apps import apps
    from django.db.migrations.state import ModelState, ProjectState
    from django.db.models import Field

    clone, reload_model, rename = Field.clone, ProjectState.reload_model, ProjectState.rename_field
    made_of: dict[int, tuple[Any, list[Any], dict[str, Any]]] = {}
    adding: list[str] = []

    def clone_by_note(field: Any) -> Any:
        if hasattr(field, "model"):  # belongs to a model already, which may change it
            return clone(field)
        if id(field) not in made_of:
            made_of[id(field)] = (field, *field.deconstruct()[2:])
        _, positional, named = made_of[id(field)]
        return field.__class__(*positional, **named)

    def clone_unchecked(model: Any) -> Any:
        copied = copy.copy(model)
        vars(copied).pop("name_lower", None)  # worked out from the name, which a copy may change
        copied.fields, copied.options, copied.managers = dict(model.fields), dict(model.options), list(model.managers)
        return copied

    def reload_near(state: Any, app_label: str, name: str, delay: bool = False) -> None:
        reload_model(state, app_label, name, delay=delay or bool(adding))

    def adds(method: Any) -> Any:
        def add(state: Any, *arguments: Any, **named: Any) -> None:
            adding.append(method.__name__)
            try:
                method(state, *arguments, **named)
            finally:
                adding.pop()

        return add

    def rename_and_forget(state: Any, *names: str) -> None:
        made_of.clear()  # the one operation that changes fields of a state where they are
        rename(state, *names)
        made_of.clear()

    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, 20, 50)
    with ExitStack() as patches:
        for name in ("get_swappable_settings_name", "get_containing_app_config"):
            patches.enter_context(mock.patch.object(apps, name, functools.cache(getattr(apps, name))))
        for owner, name, patched in (
            (Field, "clone", clone_by_note),
            (ModelState, "clone", clone_unchecked),
            (ProjectState, "reload_model", reload_near),
            (ProjectState, "add_model", adds(ProjectState.add_model)),
            (ProjectState, "add_field", adds(ProjectState.add_field)),
            (ProjectState, "rename_field", rename_and_forget),
        ):
            patches.enter_context(mock.patch.object(owner, name, patched))
        try:
            yield
        finally:
            gc.set_threshold(*thresholds)


def copy_sqlite(target: Path, release: str = "migrated") -> None:
    """Put a migrated and otherwise empty database there; ``release``: "landed" for what ``tests/upgrade`` begins with.

    Both are made at the first call, and again when anything they follow from changes; several processes may call at
    once.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    fingerprint = _fingerprint()
    with (KEPT / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = KEPT / f"migrated-{fingerprint}.sqlite3"
        if not kept.exists():
            for old in (*KEPT.glob("migrated-*"), *KEPT.glob("landed-*")):
                old.unlink()
            _make_sqlite(kept, KEPT / f"landed-{fingerprint}.sqlite3")
        shutil.copyfile(KEPT / f"{release}-{fingerprint}.sqlite3", target)


def _make_sqlite(kept: Path, landed: Path) -> None:
    making = kept.with_suffix(".making")
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{making}",
        "DJANGO_SETTINGS_MODULE": "storefront.settings.demo",
    }
    subprocess.run([sys.executable, "-m", "tests.migrated", "--landed", landed], cwd=ROOT, env=environment, check=True)
    database = sqlite3.connect(making)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what stands in the write-ahead log goes into the file
    database.close()
    making.rename(kept)


def _fingerprint() -> str:
    """Of everything the result follows from: every migration there is and what ours import, settings, versions."""
    own = [path for path in _migration_files() if path.is_relative_to(ROOT) and ".venv" not in path.parts]
    settings = sorted((ROOT / "storefront" / "settings").glob("*.py"))
    files = {
        *_migration_files(),
        *_imported(own),
        *settings,
        ROOT / "requirements" / "test.txt",
        Path(__file__),
        LANDED,
    }
    found = hashlib.sha256(f"{sys.version} {sqlite3.sqlite_version}".encode())
    for path in sorted(files):
        found.update(f"{path}\n".encode() + path.read_bytes())
    named = {name for path in settings for name in re.findall(r'"([A-Z][A-Z0-9_]+)"', path.read_text())}
    for name in sorted(named - {"DATABASE_URL"}):
        found.update(f"{name}={os.environ.get(name)}\n".encode())
    return found.hexdigest()[:16]


@functools.cache
def _migration_files() -> list[Path]:
    from django.apps import apps

    from storefront.settings.base import MIGRATION_MODULES  # django.conf's may be switched off by --nomigrations

    files: list[Path] = []
    for app in apps.get_app_configs():
        spec = importlib.util.find_spec(MIGRATION_MODULES.get(app.label) or f"{app.name}.migrations")
        for folder in (spec.submodule_search_locations or []) if spec else []:
            files += sorted(Path(folder).glob("*.py"))
    return files


def _imported(paths: list[Path]) -> set[Path]:
    """The modules of ours that these files import, and those that these import, and so on."""
    known: set[Path] = set()
    waiting = list(paths)
    while waiting:
        for node in ast.walk(ast.parse(waiting.pop().read_text())):
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            for name in names:
                stem = ROOT.joinpath(*name.split("."))
                for path in (stem.with_suffix(".py"), stem / "__init__.py"):
                    if name.split(".")[0] in ROOMS and path.exists() and path not in known:
                        known.add(path)
                        waiting.append(path)
    return known


def migrate_to_landed() -> Any:
    """Bring the database to the release that ``tests/upgrade`` begins with; returns the state of its models."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    landed = json.loads(gzip.decompress(LANDED.read_bytes()))["migrations"]
    return MigrationExecutor(connection).migrate([tuple(node) for node in landed])


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.upgrade import looking

    with remembering(), looking.watched() as lost:
        if "--landed" in sys.argv:
            migrate_to_landed()
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [sys.argv[-1]])
        call_command("migrate", verbosity=0, interactive=False)
    if lost:
        sys.exit(f"Triggers are lost: {lost}")
    if "--check" in sys.argv:
        call_command("makemigrations", check_changes=True, dry_run=True)


if __name__ == "__main__":
    main()
