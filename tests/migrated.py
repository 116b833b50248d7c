"""Migrating from nothing, in half the time; and a migrated SQLite database that is kept for as long as it is right.

``python -m tests.migrated`` migrates the database of DATABASE_URL; with ``--check`` it ends with an error if the
models have changes that no migration makes.
"""

from __future__ import annotations

import ast
import fcntl
import functools
import gc
import hashlib
import importlib.util
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "tests"
ROOMS = ("storefront", "catalogue", "checkout", "cms")


@contextmanager
def remembering() -> Iterator[None]:
    """Django's ``migrate`` makes every model some hundred times. What it works out anew each time is noted here.

    That is: which models can be swapped by a setting (it forgets that whenever it makes a model), and from what each
    field of a state is made. The collector looks at the thousands of classes that are alive now and then only.
    """
    from django.apps import apps
    from django.db.migrations.state import ProjectState
    from django.db.models import Field

    clone, rename = Field.clone, ProjectState.rename_field
    made_of: dict[int, tuple[Any, list[Any], dict[str, Any]]] = {}

    def clone_by_note(field: Any) -> Any:
        if hasattr(field, "model"):  # belongs to a model already, which may change it
            return clone(field)
        if id(field) not in made_of:
            made_of[id(field)] = (field, *field.deconstruct()[2:])
        _, positional, named = made_of[id(field)]
        return field.__class__(*positional, **named)

    def rename_and_forget(state: Any, *names: str) -> None:
        made_of.clear()  # the one operation that changes fields of a state where they are
        rename(state, *names)
        made_of.clear()

    apps.get_swappable_settings_name = functools.cache(apps.get_swappable_settings_name)
    Field.clone, ProjectState.rename_field = clone_by_note, rename_and_forget
    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        Field.clone, ProjectState.rename_field = clone, rename
        del apps.get_swappable_settings_name


def copy_sqlite(target: Path) -> None:
    """Put a migrated and otherwise empty database there.

    It is made at the first call, and again when anything it follows from changes; several processes may call at once.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"migrated-{_fingerprint()}.sqlite3"
    with (KEPT / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in KEPT.glob("migrated-*"):
                old.unlink()
            _make_sqlite(kept)
        shutil.copyfile(kept, target)


def _make_sqlite(kept: Path) -> None:
    making = kept.with_suffix(".making")
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{making}",
        "DJANGO_SETTINGS_MODULE": "storefront.settings.demo",
    }
    subprocess.run([sys.executable, "-m", "tests.migrated"], cwd=ROOT, env=environment, check=True)
    database = sqlite3.connect(making)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what stands in the write-ahead log goes into the file
    database.close()
    making.rename(kept)


def _fingerprint() -> str:
    """Of everything the result follows from: every migration there is and what ours import, settings, versions."""
    own = [path for path in _migration_files() if path.is_relative_to(ROOT) and ".venv" not in path.parts]
    settings = sorted((ROOT / "storefront" / "settings").glob("*.py"))
    files = {*_migration_files(), *_imported(own), *settings, ROOT / "requirements" / "test.txt", Path(__file__)}
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


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    with remembering():
        call_command("migrate", verbosity=0, interactive=False)
    if "--check" in sys.argv:
        call_command("makemigrations", check_changes=True, dry_run=True)


if __name__ == "__main__":
    main()
