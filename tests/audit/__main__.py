"""``make audit``: Lighthouse and the Nu HTML checker over the shop as production would serve it.

Needs Node, npm and Java, which nothing else here does; so it is no part of the tests. ``AUDIT_ORIGIN`` names a shop
that runs already. Reports stay in var/audit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from storefront.settings.sandbox import BITRIX24_APPS
from tests.audit import lighthouse, markup
from tests.bench.__main__ import free_ports, granian, running

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "audit"
MODULES = ROOT / ".tools" / "node" / "node_modules"


def main() -> int:
    with ExitStack() as stack:
        origin = os.environ.get("AUDIT_ORIGIN") or serve(stack)
        faults = markup.check(origin, MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar", FOLDER / "pages")
        for fault in faults:
            print(f"  {fault}")
        results = lighthouse.run(origin, MODULES / ".bin" / "lighthouse", FOLDER / "lighthouse")
    print(f"{'page':<22}{'performance':>12}{'accessibility':>14}{'best practices':>15}{'SEO':>5}")
    for result in results:
        scores = result.scores
        print(
            f"{f'{result.page}, {result.form}':<22}{scores['performance']:>12}{scores['accessibility']:>14}"
            f"{scores['best-practices']:>15}{scores['seo']:>5}  {'; '.join(result.faults)}"
        )
        for title in result.weak:
            print(f"    {title}")
    print(f"HTML checker: {len(faults)} errors")
    return 1 if faults or any(result.faults for result in results) else 0


def serve(stack: ExitStack) -> str:
    """Start the shop with its demo and stand-ins; returns its origin."""
    FOLDER.mkdir(parents=True, exist_ok=True)  # kept: the next run need not migrate from nothing
    port = free_ports(12)
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.audit.settings",
        "DATABASE_URL": f"sqlite:///{FOLDER}/shop.sqlite3",
        "MEDIA_ROOT": f"{FOLDER}/media",
        "PORT": str(port),
        "SANDBOX_PORT": str(port + 2),
    }
    sandbox = ("-m", "storefront.sandbox", "--shop", f"http://127.0.0.1:{port}", "--port", str(port + 2))
    state = ("--state", f"{FOLDER}/sandbox", "--apps", json.dumps(BITRIX24_APPS))
    stack.enter_context(running(*sandbox, *state, port=port + 2))
    print("Preparing the shop ...", flush=True)
    for command in (["migrate", "--verbosity", "0"], ["demo"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env={**os.environ, **environment}, check=True)
    stack.enter_context(running(*granian("storefront.wsgi:application", port), port=port, **environment))
    return f"http://127.0.0.1:{port}"


if __name__ == "__main__":
    sys.exit(main())
