"""Landed invoice lines get the columns of their license terms, keep their JSON as issued, and stay frozen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.billing.migrating_license_terms import LINES

ROOT = Path(__file__).resolve().parents[2]


def migrated(url: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.billing.migrating_license_terms"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "storefront.settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def check(url: str) -> None:
    result = migrated(url)
    assert result["lines"] == [
        [LINES[0], 3, 5, ""],
        [{}, None, None, ""],
        [LINES[2], 3, 6, "abc"],
    ]
    assert result["is_frozen"]


def test_on_sqlite(tmp_path: Path) -> None:
    check(f"sqlite:///{tmp_path}/landed.sqlite3")
