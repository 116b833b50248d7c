"""``make bench``: the shop as in production beside a bare Django view, driven in alternation; prints ratios.

Absolute numbers say something about a machine, ratios about the shop. Server CPU per request is the one to trust:
on a small machine the driver itself takes part of the rest.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from storefront.settings.sandbox import BITRIX24_APPS
from tests.bench import memory, trouble
from tests.bench.driver import Sample, Visitor, load, tree_cpu

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "4"))
COUNT = int(os.environ.get("BENCH_COUNT", "200"))
PURCHASES = int(os.environ.get("BENCH_PURCHASES", "20"))
WARM_UP = 8
PORTAL = "acme.bitrix24.com"


def free_ports(count: int) -> int:
    """The first of ``count`` consecutive free ports."""
    for first in range(20000, 50000, count):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise RuntimeError("no free ports")


@contextmanager
def running(*command: str, port: int, log: Path | None = None, **environment: str) -> Iterator[int]:
    """A server process, once ``port`` is answered; yields its pid. What it says goes to ``log``, if one is named."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        start_new_session=True,
        stderr=log.open("w") if log else None,
    )
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended with {process.returncode}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process.pid
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def gunicorn(application: str, port: int, *, threads: int = 1) -> list[str]:
    return [
        "-m", "gunicorn", "--config", "python:storefront.gunicorn_conf", "--threads", str(threads), "--workers", "2",
        "--bind", f"127.0.0.1:{port}", "--log-level", "error", application,
    ]  # fmt: skip


def filled_cart(port: int, lines: int) -> dict[str, str]:
    """Headers of a visitor whose cart holds ``lines`` different lines."""
    visitor = Visitor(port)
    slugs = product_slugs(visitor)
    added = 0
    for slug in slugs:
        page = visitor.get(f"/products/{slug}/")
        for term in term_ids(page):
            if added == lines:
                break
            visitor.get(f"/products/{slug}/")
            visitor.post("/basket/add/", term=term, quantity="1")
            added += 1
    if added != lines:
        raise RuntimeError(f"only {added} terms on sale")
    return {"Cookie": "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())}


def product_slugs(visitor: Visitor) -> list[str]:
    """Categories live beside the products; only a product has something to buy."""
    linked = sorted(set(re.findall(r'href="/products/([a-z0-9-]+)/"', visitor.get("/products/"))))
    return [slug for slug in linked if term_ids(visitor.get(f"/products/{slug}/"))]


def term_ids(page: str) -> list[str]:
    return re.findall(r'name="term" value="(\d+)"', page)


def order(visitor: Visitor, number: str, slug: str, term: str) -> str:
    """One stranger's way from the product page to the pay page; returns its path."""
    visitor.get(f"/products/{slug}/")
    visitor.post("/basket/add/", term=term, quantity="1")
    visitor.get("/basket/")
    page = visitor.get("/checkout/")
    boxes = {name: "on" for name in set(re.findall(r'name="(agreement-\d+)"', page))}
    hidden = dict(re.findall(r'<input type="hidden" name="((?!csrf)[\w-]+)" value="([^"]*)"', page))
    where = visitor.post(
        "/checkout/", name="Bench Buyer", company="", phone="+442079460123", email=f"bench{number}@example.com",
        bitrix24_address=f"b24-{number}.bitrix24.com", **hidden, **boxes,
    )  # fmt: skip
    visitor.get(where)
    return where


def purchase(port: int, number: str, slug: str, term: str) -> int:
    """And on to the provider's page; returns the requests it took."""
    visitor = Visitor(port)
    where = visitor.post(order(visitor, number, slug, term))
    if "/c/pay/" not in where:
        raise RuntimeError(f"not the provider's page: {where}")
    return visitor.requests


def main() -> None:
    """All parts, or those that are named: speed, trouble, memory."""
    parts = sys.argv[1:] or ["speed", "trouble", "memory"]
    with ExitStack() as stack:
        folder = ROOT / "var" / "bench"  # kept: the next run need not migrate from nothing
        folder.mkdir(parents=True, exist_ok=True)
        shop_port = free_ports(12)
        sandbox_port = shop_port + 2
        shop = {
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
            "MEDIA_ROOT": f"{folder}/media",
            "PORT": str(shop_port),
            "SANDBOX_PORT": str(sandbox_port),
        }
        stack.enter_context(
            running(
                "-m", "storefront.sandbox", "--shop", f"http://127.0.0.1:{shop_port}", "--port", str(sandbox_port),
                "--state", f"{folder}/sandbox",
                "--apps", json.dumps(BITRIX24_APPS), port=sandbox_port,
            )
        )  # fmt: skip
        print("Preparing the shop's database ...", flush=True)
        for command in (["manage.py", "migrate", "--verbosity", "0"], ["manage.py", "demo"]):
            subprocess.run([sys.executable, *command], cwd=ROOT, env={**os.environ, **shop}, check=True)
        if "speed" in parts:
            report_speed(folder, shop_port, shop)
        if "trouble" in parts:
            report_trouble(folder, shop_port, sandbox_port, shop)
        if "memory" in parts:
            memory.report()


def report_speed(folder: Path, shop_port: int, shop: dict[str, str]) -> None:
    bare, bare_port = {"BENCH_BARE_DATABASE": f"{folder}/bare.sqlite3"}, shop_port + 1
    subprocess.run([sys.executable, "-m", "tests.bench.bare"], cwd=ROOT, env={**os.environ, **bare}, check=True)
    shop_server = gunicorn("storefront.wsgi:application", shop_port)
    bare_server = gunicorn("tests.bench.bare:application", bare_port)
    with (
        running(*shop_server, port=shop_port, **shop) as shop_pid,
        running(*bare_server, port=bare_port, **bare) as bare_pid,
    ):
        report(shop_port, shop_pid, bare_port, bare_pid)


def report_trouble(folder: Path, shop_port: int, sandbox_port: int, shop: dict[str, str]) -> None:
    """The shop with as many threads as it has in production, and with its worker."""
    server = gunicorn("storefront.wsgi:application", shop_port, threads=4)
    logs = [folder / "web.log", folder / "worker.log"]  # errors that were asked for
    with (
        running(*server, port=shop_port, log=logs[0], **shop),
        running("manage.py", "worker", port=shop_port, log=logs[1], **shop),
    ):
        visitor = Visitor(shop_port)
        first = product_slugs(visitor)[0]
        term = term_ids(visitor.get(f"/products/{first}/"))[0]
        trouble.report(trouble.Ports(shop_port, sandbox_port), partial(order, slug=first, term=term))


def report(shop_port: int, shop_pid: int, bare_port: int, bare_pid: int) -> None:
    first = product_slugs(Visitor(shop_port))[0]
    pages: list[tuple[str, str, dict[str, str], float]] = [
        ("product page", f"/products/{first}/", {}, 0.20),
        ("product list", "/products/", {}, 0.10),
        ("cart, 1 line", "/basket/", filled_cart(shop_port, 1), 0.12),
        ("cart, 20 lines", "/basket/", filled_cart(shop_port, 20), 0.06),
        ("home", "/", {}, 0.12),
    ]
    base, samples = Sample(), {name: Sample() for name, *_ in pages}
    load(port=bare_port, path="/", headers={}, count=COUNT, pid=bare_pid)
    for _, path, headers, _ in pages:
        load(port=shop_port, path=path, headers=headers, count=40, pid=shop_pid)
    for _ in range(ROUNDS):
        for name, path, headers, _ in pages:
            base.add(load(port=bare_port, path="/", headers={}, count=COUNT * 2, pid=bare_pid))
            samples[name].add(load(port=shop_port, path=path, headers=headers, count=COUNT, pid=shop_pid))
    print(
        f"bare view: {base.rate:.0f} requests/s, p95 {base.p95 * 1000:.1f} ms, {base.cpu_each * 1000:.2f} ms CPU each"
    )
    print(f"{'page':<16}{'requests/s':>12}{'p95':>8}{'CPU':>8}{'  1/CPU':>9}{'  aim':>8}")
    for name, _, _, aim in pages:
        s = samples[name]
        print(
            f"{name:<16}{s.rate / base.rate:>12.3f}{s.p95 / base.p95:>8.1f}{s.cpu_each / base.cpu_each:>8.1f}"
            f"{base.cpu_each / s.cpu_each:>9.3f}{aim:>8.2f}"
        )
    report_purchase(shop_port, shop_pid, first, base)


def report_purchase(port: int, pid: int, slug: str, base: Sample) -> None:
    term = term_ids(Visitor(port).get(f"/products/{slug}/"))[0]
    # Which worker takes a connection is chance: enough of them for each to have imported the provider's SDK.
    for number in range(WARM_UP):
        purchase(port, f"{os.getpid()}-warm-{number}", slug, term)
    before = tree_cpu(pid)
    requests = [purchase(port, f"{os.getpid()}-{number}", slug, term) for number in range(1, PURCHASES + 1)]
    each = (tree_cpu(pid) - before) / PURCHASES
    print(f"a whole purchase: {requests[0]} requests (aim <= 8), {each / base.cpu_each:.0f} times the CPU (aim <= 70)")


if __name__ == "__main__":
    main()
