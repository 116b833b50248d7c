"""``make audit``: Lighthouse and the Nu HTML checker over the shop as production would serve it.

Needs Node, npm and Java, which nothing else here does; so it is no part of the tests. ``AUDIT_ORIGIN`` names a shop
that runs already. Reports stay in var/audit.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

from storefront.settings.sandbox import BITRIX24_APPS
from tests.audit import lighthouse, markup
from tests.bench.__main__ import free_ports, gunicorn, running

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "audit"
MODULES = ROOT / ".tools" / "node" / "node_modules"


def main(parts: list[str]) -> int:
    """``parts``: html, lighthouse, or nothing for both. Returns the exit status."""
    is_good = True
    with ExitStack() as stack:
        origin = os.environ.get("AUDIT_ORIGIN") or serve(stack)
        if "html" in parts or not parts:
            faults = markup.check(origin, MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar", FOLDER / "pages")
            print(*(f"  {fault}" for fault in faults), f"HTML checker: {len(faults)} errors", sep="\n", flush=True)
            is_good = not faults
        if "lighthouse" in parts or not parts:
            results = lighthouse.run(origin, MODULES / ".bin" / "lighthouse", FOLDER / "lighthouse")
            is_good = is_good and not any(result.faults for result in results)
    return 0 if is_good else 1


def serve(stack: ExitStack) -> str:
    """Start the shop with its demo, made anew, and the stand-ins; returns its origin."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    empty, shop = FOLDER / "empty.sqlite3", FOLDER / "shop.sqlite3"
    for left in ("media", "sandbox"):
        shutil.rmtree(FOLDER / left, ignore_errors=True)
    port = free_ports(12)
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.audit.settings",
        "DATABASE_URL": f"sqlite:///{shop}",
        "MEDIA_ROOT": f"{FOLDER}/media",
        "PORT": str(port),
        "SANDBOX_PORT": str(port + 2),
        "LOG_LEVEL": "WARNING",
    }
    sandbox = ("-m", "storefront.sandbox", "--shop", f"http://127.0.0.1:{port}", "--port", str(port + 2))
    state = ("--state", f"{FOLDER}/sandbox", "--apps", json.dumps(BITRIX24_APPS))
    stack.enter_context(running(*sandbox, *state, port=port + 2))
    print("Preparing the shop ...", flush=True)
    # kept: the next run has only the newest migrations to make
    manage("migrate", "--verbosity", "0", **environment | {"DATABASE_URL": f"sqlite:///{empty}"})
    for rest in FOLDER.glob("shop.sqlite3*"):
        rest.unlink()
    with closing(sqlite3.connect(empty)) as source, closing(sqlite3.connect(shop)) as copy:
        source.backup(copy)
    manage("demo", **environment)
    back_offices = [word for pattern in ("admin", "wagtail*") for word in ("--ignore", pattern)]
    manage("collectstatic", "--noinput", "--clear", "--verbosity", "0", *back_offices, **environment)
    stack.enter_context(running(*gunicorn("storefront.wsgi:application", port), port=port, **environment))
    return f"http://127.0.0.1:{port}"


def manage(*command: str, **environment: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env={**os.environ, **environment}, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
