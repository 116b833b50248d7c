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
from pathlib import Path

from storefront.settings.sandbox import BITRIX24_APPS
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
def running(*command: str, port: int, **environment: str) -> Iterator[int]:
    """A server process that answers on ``port``; yields its pid."""
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **environment}, start_new_session=True
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


def gunicorn(application: str, port: int) -> list[str]:
    return [
        "-m", "gunicorn", "--config", "python:storefront.gunicorn_conf", "--threads", "1", "--workers", "2",
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


def purchase(port: int, number: str, slug: str, term: str) -> int:
    """One stranger's way from the product page to the provider's page; returns its requests."""
    visitor = Visitor(port)
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
    where = visitor.post(where)
    if "/c/pay/" not in where:
        raise RuntimeError(f"not the provider's page: {where}")
    return visitor.requests


def main() -> None:
    with ExitStack() as stack:
        folder = ROOT / "var" / "bench"  # kept: the next run need not migrate from nothing
        folder.mkdir(parents=True, exist_ok=True)
        shop_port = free_ports(12)
        bare_port, sandbox_port = shop_port + 1, shop_port + 2
        shop = {
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
            "MEDIA_ROOT": f"{folder}/media",
            "PORT": str(shop_port),
            "SANDBOX_PORT": str(sandbox_port),
        }
        bare = {"BENCH_BARE_DATABASE": f"{folder}/bare.sqlite3"}
        stack.enter_context(
            running(
                "-m", "storefront.sandbox", "--shop", f"http://127.0.0.1:{shop_port}", "--port", str(sandbox_port),
                "--state", f"{folder}/sandbox",
                "--apps", json.dumps(BITRIX24_APPS), port=sandbox_port,
            )
        )  # fmt: skip
        print("Preparing two databases ...", flush=True)
        for command, environment in (
            (["manage.py", "migrate", "--verbosity", "0"], shop),
            (["manage.py", "demo"], shop),
            (["-m", "tests.bench.bare"], bare),
        ):
            subprocess.run([sys.executable, *command], cwd=ROOT, env={**os.environ, **environment}, check=True)
        shop_server = gunicorn("storefront.wsgi:application", shop_port)
        shop_pid = stack.enter_context(running(*shop_server, port=shop_port, **shop))
        bare_server = gunicorn("tests.bench.bare:application", bare_port)
        bare_pid = stack.enter_context(running(*bare_server, port=bare_port, **bare))
        report(shop_port, shop_pid, bare_port, bare_pid)


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
