"""Server CPU of the shop's pages as a share of a bare view, both driven in alternation in one run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import shopping
from tests.bench.driver import Sample, Visitor, load
from tests.bench.servers import ROOT, cpu_seconds, gunicorn, running

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "4"))
COUNT = int(os.environ.get("BENCH_COUNT", "200"))
PURCHASES = int(os.environ.get("BENCH_PURCHASES", "20"))
WARM_UP = 8
CUSTOMER = ("customer@northbridge.example", "demo-password-2026")


@dataclass
class Measured:
    """``aim`` as bare views' CPU over the page's. An address with a query is not kept: the page is rendered anew."""

    name: str
    path: str
    aim: float | None = None
    headers: dict[str, str] = field(default_factory=dict)
    sample: Sample = field(default_factory=Sample)


@contextmanager
def bare_view(folder: Path, port: int) -> Iterator[int]:
    database = {"BENCH_BARE_DATABASE": f"{folder}/bare.sqlite3"}
    subprocess.run([sys.executable, "-m", "tests.bench.bare"], cwd=ROOT, env={**os.environ, **database}, check=True)
    with running(*gunicorn("tests.bench.bare:application", port), port=port, **database) as pid:
        yield pid


def report(folder: Path, port: int, shop: dict[str, str]) -> None:
    """``port`` and the one after it are free."""
    server = gunicorn("storefront.wsgi:application", port)
    with running(*server, port=port, **shop) as pid, bare_view(folder, port + 1) as bare_pid:
        base = _measure(_pages(port), (port, pid), (port + 1, bare_pid))
        _report_purchase(port, pid, base)


def _pages(port: int) -> list[Measured]:
    visitor = Visitor(port)
    product, category = shopping.products(visitor)[0], shopping.categories(visitor)[0]
    known = shopping.addresses(port)
    article = next(path for path in known if path.startswith("/help/") and path.count("/") == 4)
    news = next(path for path in known if path.startswith("/news/") and path.count("/") == 3)
    cart = shopping.cart_of(port, 1)
    customer = shopping.customer(port, *CUSTOMER)
    return [
        Measured("home", "/", 1.0),
        Measured("product list", "/products/", 1.0),
        Measured("category", category, 1.0),
        Measured("product", product, 1.0),
        Measured("help page", article, 1.0),
        Measured("piece of news", news, 1.0),
        Measured("search", "/search/?q=telegram"),
        Measured("product, with a cart", product, 0.4, cart),
        Measured("product, logged in", product, 0.4, customer),
        Measured("home, anew", "/?anew=1"),
        Measured("product, anew", f"{product}?anew=1"),
        Measured("help page, anew", f"{article}?anew=1"),
        Measured("cart, 1 line", "/basket/", 0.08, cart),
        Measured("cart, 20 lines", "/basket/", 0.05, shopping.cart_of(port, 20)),
        Measured("checkout", "/checkout/", 0.06, cart),
        Measured("account", "/account/", None, customer),
        Measured("invoices", "/account/invoices/", None, customer),
        Measured("licenses", "/account/licenses/", None, customer),
    ]


def _measure(pages: list[Measured], shop: tuple[int, int], bare: tuple[int, int]) -> Sample:
    """Ports and pids; prints a line for each page, and returns what the bare view took."""
    base = Sample()
    load(port=bare[0], path="/", headers={}, count=COUNT, pid=bare[1])
    for page in pages:
        load(port=shop[0], path=page.path, headers=page.headers, count=40, pid=shop[1])
    for _ in range(ROUNDS):
        for page in pages:
            base.add(load(port=bare[0], path="/", headers={}, count=COUNT, pid=bare[1]))
            page.sample.add(load(port=shop[0], path=page.path, headers=page.headers, count=COUNT, pid=shop[1]))
    print(f"bare view: {base.rate:.0f} requests/s, {base.cpu_each * 1000:.2f} ms CPU each")
    print(f"{'page':<22}{'CPU, ms':>9}{'share':>8}{'aim':>7}{'p95':>7}")
    for page in pages:
        taken = page.sample
        aim = f"{page.aim:.2f}" if page.aim else ""
        print(
            f"{page.name:<22}{taken.cpu_each * 1000:>9.2f}{base.cpu_each / taken.cpu_each:>8.3f}{aim:>7}"
            f"{taken.p95 / base.p95:>7.1f}",
            flush=True,
        )
    return base


def _report_purchase(port: int, pid: int, base: Sample) -> None:
    visitor = Visitor(port)
    product = shopping.products(visitor)[0]
    price = shopping.price_ids(visitor.get(product))[0]
    # Which worker takes a connection is chance: enough of them for each to have imported the provider's SDK.
    for number in range(WARM_UP):
        shopping.purchase(port, f"{os.getpid()}-warm-{number}", product, price)
    before = cpu_seconds(pid)
    requests = [
        shopping.purchase(port, f"{os.getpid()}-{number}", product, price) for number in range(1, PURCHASES + 1)
    ]
    each = (cpu_seconds(pid) - before) / PURCHASES
    print(f"a whole purchase: {requests[0]} requests (aim <= 7), {each / base.cpu_each:.0f} times the CPU (aim <= 120)")
