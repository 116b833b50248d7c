"""What a web process costs by itself: memory after many requests, and the time to its first answer."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.request import urlopen

from tests.bench import shopping
from tests.bench.driver import Visitor, load
from tests.bench.servers import gunicorn, memory_of_children, running
from tests.bench.speed import bare_view

REQUESTS = 10_000


def report(folder: Path, port: int, shop: dict[str, str]) -> None:
    """``port`` and the one after it are free."""
    _report_memory(port, shop)
    shop_seconds = _seconds_to_first_page(lambda: running(*_server(port), port=port, **shop), port)
    bare_seconds = _seconds_to_first_page(lambda: bare_view(folder, port + 1), port + 1)
    print(f"cold start, to the first home page: {shop_seconds:.1f} s (bare view {bare_seconds:.1f} s)", flush=True)


def _report_memory(port: int, shop: dict[str, str]) -> None:
    with running(*_server(port), port=port, **shop) as pid:
        visitor = Visitor(port)
        product = shopping.products(visitor)[0]
        cart = shopping.cart_of(port, 2)
        pages = [
            ("/", {}),
            ("/products/", {}),
            (product, {}),
            (product, cart),
            ("/basket/", cart),
            ("/checkout/", cart),
        ]
        for path, headers in pages:
            load(port=port, path=path, headers=headers, count=20, pid=pid)
        before = memory_of_children(pid)
        for path, headers in pages:
            load(port=port, path=path, headers=headers, count=REQUESTS // len(pages), pid=pid)
        after = memory_of_children(pid)
    print(f"memory of a web process: {before:.0f} MiB, after {REQUESTS:,} requests {after:.0f} MiB", flush=True)


def _server(port: int) -> list[str]:
    return gunicorn("storefront.wsgi:application", port, workers=1)


def _seconds_to_first_page(server: object, port: int) -> float:
    started = time.perf_counter()
    with server(), urlopen(f"http://127.0.0.1:{port}/") as answer:  # type: ignore[operator]
        answer.read()
        return time.perf_counter() - started
