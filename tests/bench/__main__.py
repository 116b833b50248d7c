"""``make bench``: the shop as in production beside a bare Django view, and what it costs when something is broken.

Absolute numbers say something about a machine, ratios about the shop. Server CPU per request is the one to trust:
on a small machine the driver itself takes part of the rest. ``python -m tests.bench speed`` runs one part.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from storefront.settings.sandbox import BITRIX24_APPS
from tests.bench import (
    account,
    documents,
    growth,
    lists,
    payments,
    pictures,
    processes,
    renewals,
    search,
    shopping,
    speed,
    statements,
    trouble,
)
from tests.bench.driver import Visitor
from tests.bench.servers import ROOT, free_ports, gunicorn, running

ALONE = ("search", "lists", "documents", "statements", "payments", "renewals", "account")
PARTS = ("speed", "growth", "processes", "trouble", "pictures", *ALONE)


def main() -> None:
    """All parts, or those that are named."""
    parts = sys.argv[1:] or PARTS
    folder = ROOT / "var" / "bench"  # kept: the next run need not migrate from nothing
    folder.mkdir(parents=True, exist_ok=True)
    if "search" in parts:
        search.report(folder)
    if "lists" in parts:
        lists.report(folder)
    if "documents" in parts:
        documents.report()
    if "statements" in parts:
        statements.report(folder)
    if "payments" in parts:
        payments.report(folder)
    if "renewals" in parts:
        renewals.report(folder)
    if "account" in parts:
        account.report(folder)
    if set(parts) <= set(ALONE):
        return
    port = free_ports(16)
    sandbox_port = port + 4
    shop = {
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
        "MEDIA_ROOT": f"{folder}/media",
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
    }
    with running(
        "-m", "storefront.sandbox", "--shop", f"http://127.0.0.1:{port}", "--port", str(sandbox_port),
        "--state", f"{folder}/sandbox", "--apps", json.dumps(BITRIX24_APPS), port=sandbox_port,
    ):  # fmt: skip
        print("Preparing the shop's database ...", flush=True)
        for command in (["manage.py", "migrate", "--verbosity", "0"], ["manage.py", "demo"]):
            subprocess.run([sys.executable, *command], cwd=ROOT, env={**os.environ, **shop}, check=True)
        if "speed" in parts:
            speed.report(folder, port, shop)
        if "growth" in parts:
            growth.report(folder, port, shop)
        if "processes" in parts:
            processes.report(folder, port, shop)
        if "trouble" in parts:
            report_trouble(folder, port, sandbox_port, shop)
        if "pictures" in parts:
            pictures.report()


def report_trouble(folder: Path, port: int, sandbox_port: int, shop: dict[str, str]) -> None:
    """The shop with as many threads as it has in production, and with its worker."""
    server = gunicorn("storefront.wsgi:application", port, threads=4)
    logs = [folder / "web.log", folder / "worker.log"]  # errors that were asked for
    with (
        running(*server, port=port, log=logs[0], **shop),
        running("manage.py", "worker", port=port, log=logs[1], **shop),
    ):
        visitor = Visitor(port)
        product = shopping.products(visitor)[0]
        price = shopping.price_ids(visitor.get(product))[0]
        trouble.report(trouble.Ports(port, sandbox_port), partial(shopping.order, product=product, price=price))


if __name__ == "__main__":
    main()
