"""``python -m tests.bench payments``: the start of a payment by each method, from 'Pay order' pressed to the redirect.

Printed is what our process computes, for one, as so many bare views (one query, the stock middleware) as take as long.
The providers' stand-ins are another process and do not count, nor does waiting for them. SQLite, tables without
migrations.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

from storefront.settings.sandbox import BITRIX24_APPS
from tests.bench.servers import ROOT, free_ports, running

COUNT, WARM = 40, 5
BARE_COUNT = 2000


def report(folder: Path) -> None:
    port = free_ports(16)
    sandbox_port = port + 4
    database, state = folder / "payments.sqlite3", folder / "payments-sandbox"
    database.unlink(missing_ok=True)
    bare = {"BENCH_BARE_DATABASE": f"{folder}/payments-bare.sqlite3"}
    subprocess.run([sys.executable, "-m", "tests.bench.bare"], cwd=ROOT, env={**os.environ, **bare}, check=True)
    yardstick = subprocess.run(
        [sys.executable, "-m", __name__, "bare"], cwd=ROOT, env={**os.environ, **bare}, check=True, capture_output=True
    )
    environment = {
        "DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": "tests.bench.unmigrated",
        "PORT": str(port), "SANDBOX_PORT": str(sandbox_port),
    }  # fmt: skip
    with running(
        "-m", "storefront.sandbox", "--shop", f"http://127.0.0.1:{port}", "--port", str(sandbox_port),
        "--state", str(state), "--apps", json.dumps(BITRIX24_APPS), port=sandbox_port,
    ):  # fmt: skip
        command = [sys.executable, "-m", __name__, yardstick.stdout.decode().strip()]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)


def bare_ms() -> float:
    """What the yardstick computes for one, in milliseconds."""
    from tests.bench import bare  # noqa: F401  (configures Django)

    from django.test import Client  # isort: skip

    client = Client()
    return _typical([lambda: client.get("/").status_code == 200] * BARE_COUNT)


def main(yardstick: float) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from storefront.billing import links
    from storefront.billing.services import payment_methods
    from storefront.users.models import User
    from tests.billing.building import make_invoice
    from tests.billing.transfers import make_account

    call_command("migrate", run_syncdb=True, verbosity=0)
    make_account()
    customer = User.objects.create(email="bench@example.com")
    client = Client(headers={"host": "127.0.0.1"})

    def pressed(path: str, method: str) -> Callable[[], bool]:
        return lambda: client.post(path, {"method": method}).status_code == 303

    print("Start of a payment, as so many bare views", flush=True)
    for name in payment_methods.offered():
        paths = [links.pay_path(make_invoice(customer)) for _n in range(WARM + COUNT)]
        taken = _typical([pressed(path, name) for path in paths])
        print(f"  {name:<14} {taken / yardstick:6.0f}  ({taken:.0f} ms of the processor)", flush=True)


def _typical(steps: list[Callable[[], bool]]) -> float:
    """Milliseconds of the processor for one of the steps, after the first few."""
    taken = []
    for step in steps:
        begun = process_time()
        if not step():
            raise RuntimeError("no payment was begun")
        taken.append(1000 * (process_time() - begun))
    return median(taken[WARM:])


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        print(bare_ms())
    else:
        main(float(sys.argv[1]))
