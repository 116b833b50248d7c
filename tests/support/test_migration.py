"""Conversations of the release before become tickets: nothing is lost, each gets a number of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.migrating import WRITTEN

ROOT = Path(__file__).resolve().parents[2]


def check(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.migrating"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "storefront.settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(done.stdout.splitlines()[-1])
    assert len({row["number"] for row in rows}) == len(WRITTEN)
    for at, (row, (kind, status, text, _mailed)) in enumerate(zip(rows, WRITTEN, strict=True)):
        assert re.fullmatch(r"T-[0-9A-Z]{4}-[0-9A-Z]{4}", row["number"])
        assert row["old"] == [kind, status, f"N{at}", f"n{at}@example.com", text, f"id-{at}", at]
        assert row["new"] == [None, None, None, 0, None, None]
        assert row["messages"] == [[number, f"{text} {number}", ""] for number in (1, 2)]


def test_on_sqlite(tmp_path: Path) -> None:
    check(f"sqlite:///{tmp_path}/landed.sqlite3")
