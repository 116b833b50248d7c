"""Landed payments become attempts and money received: the ledger keeps its rows, and the auditor finds nothing.

The shop of before goes on while the migrations run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def migrated(url: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.billing.migrating_payments"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "storefront.settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def check(url: str) -> None:
    result = migrated(url)
    assert result["findings"] == []
    first, second, third = result["attempts"]
    assert result["payments"] == [
        [first, "cs_3", "visa •••• 4242", "96.00"], [second, "cs_4", "", "4.00"], [third, "cs_5", "", "96.00"]
    ]  # fmt: skip
    assert result["keys"] == [[f"payment-{pk}", pk] for pk in (first, second, third)]
    assert (result["dispute"], result["review"]) == ("INV-2026-000002", "attempt4")
    assert set(result["frozen"].values()) == {True}
    assert result["next_key_is_new"]
    assert set(result["frozen_at_the_change"].values()) == {True}
    assert result["going_back"] == "IrreversibleError"


def test_on_sqlite(tmp_path: Path) -> None:
    check(f"sqlite:///{tmp_path}/landed.sqlite3")
