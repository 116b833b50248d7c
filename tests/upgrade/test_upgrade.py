"""A shop of the release before is upgraded by ``migrate``, loses nothing and opens as before.

(On PostgreSQL: tests/races/test_migrations.py.)
"""

from __future__ import annotations

from pathlib import Path

from tests.migrated import copy_sqlite
from tests.upgrade.upgrading import check, upgraded


def test_the_shop_of_the_release_before_is_whole_after_migrating(tmp_path: Path) -> None:
    copy_sqlite(tmp_path / "landed.sqlite3", release="landed")
    check(upgraded(f"sqlite:///{tmp_path / 'landed.sqlite3'}"))
