"""Django runs its checks in any order: what they load must not depend on what was loaded before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_log_in_loads_before_allauths_forms():
    program = "import django; django.setup(); import storefront.users.adapter, allauth.account.forms"
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "storefront.settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
