"""PostgreSQL is restarted, in order and by kill -9, under a shop at work: web processes, worker and buyers.

Nobody starts anything anew: who was charged meanwhile becomes paid, and every page was either right or said 503.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psutil
import psycopg
import pytest
import requests

from storefront.sandbox.stripe import StripeStandIn
from tests.postgres import DATA, pgserver
from tests.races.free_ports import free_port

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180
PATHS = ("/account/login/", "/readyz/", "/ru/nowhere/", "/cart/")

BEGIN = """
import json
from django.core.management import call_command
call_command("migrate", run_syncdb=True, verbosity=0)
from storefront.billing.services.starting import start
from storefront.users.models import User
from tests.billing.building import make_invoice
customer = User.objects.create_user(email="buyer@example.com", password="x")
charges = [start(invoice=make_invoice(customer), gateway_name="stripe") for _ in range(2)]
print(json.dumps([[charge.provider_reference, charge.invoice_id] for charge in charges]))
"""
#: The worker's loop without its guard.
FRAGILE = """
import time
from django.db import close_old_connections
from storefront.core import jobs
while True:
    close_old_connections()
    jobs.run_due({"money": {"call": "storefront.inbox.processing.process_due", "every": 0.1}})
    time.sleep(0.1)
"""


def eventually(holds: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class Shop:
    """The processes of one shop and the server they share."""

    def __init__(self, folder: Path, stripe: StripeStandIn, stack: ExitStack) -> None:
        """``stack``: what is begun is stopped with it, also where the shop does not start."""
        self._children: list[subprocess.Popen[str]] = []
        self.server = pgserver.get_server(folder / "data", cleanup_mode=None)
        stack.callback(self.stop)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = folder / "worker.log"
        (folder / "cache").mkdir()
        self._environment = {
            **os.environ,
            "DATABASE_URL": self.server.get_uri().replace("postgresql://", "postgres://"),
            "DJANGO_SETTINGS_MODULE": "tests.races.lasting_settings",
            "CACHE_DIR": str(folder / "cache"),
            "STRIPE_API_BASE": stripe.base_url,
        }
        begun = self.run("manage.py", "shell", "--no-imports", "--verbosity", "0", "--command", BEGIN)
        self.charges = json.loads(begun.splitlines()[-1])
        with self.log.open("w") as log:
            self.worker = self._start("manage.py", "worker", stderr=log)
        self.fragile = self._start("manage.py", "shell", "--no-imports", "--command", FRAGILE)
        self.web = self._start(
            "-m", "gunicorn", "--config", "python:storefront.gunicorn_conf", "--workers", "2",
            "--bind", self.url.removeprefix("http://"), "storefront.wsgi:application",
        )  # fmt: skip
        eventually(lambda: self.status("/readyz/") == 200, "the shop did not start")

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _start(self, *arguments: str, stderr: Any = subprocess.DEVNULL) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL, stderr=stderr,
            text=True,
        )  # fmt: skip
        self._children.append(child)
        return child

    def status(self, path: str) -> int:
        """0 without an answer: nobody listens yet, or the processes behind the port are still loading."""
        try:
            return requests.get(self.url + path, timeout=30).status_code
        except (requests.ConnectionError, requests.Timeout):
            return 0

    def logged(self, words: str) -> int:
        """How often the worker has said so."""
        return self.log.read_text().count(words)

    def processes(self) -> set[int]:
        """The web server's, and the worker's."""
        return {self.worker.pid} | {child.pid for child in psutil.Process(self.web.pid).children()}

    def is_paid(self, invoice: int) -> bool:
        with psycopg.connect(self.server.get_uri()) as connection:
            (status,) = connection.execute("SELECT status FROM billing_invoice WHERE id = %s", [invoice]).fetchone()
        return bool(status == "paid")

    def crash_server(self) -> None:
        """kill -9: the server and all that it has begun."""
        postmaster = psutil.Process(self.server.get_pid())
        for process in [postmaster, *postmaster.children(recursive=True)]:
            process.send_signal(signal.SIGKILL)
        postmaster.wait(PATIENCE)

    def stop(self) -> None:
        for child in self._children:
            child.terminate()
        for child in self._children:
            try:
                child.wait(timeout=60)
            except subprocess.TimeoutExpired:
                child.kill()
        self.server.stop()


class Load:
    """Visitors who read page after page."""

    def __init__(self, shop: Shop) -> None:
        self.seen: set[int] = set()
        self._shop, self._stop = shop, threading.Event()
        self._threads = [threading.Thread(target=self._read, args=[path]) for path in PATHS]

    def _read(self, path: str) -> None:
        while not self._stop.is_set():
            self.seen.add(self._shop.status(path))

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeStandIn]:
    with StripeStandIn(port=0, api_key="sk_test_sandbox", webhook_secret="whsec_sandbox", webhook_url="") as running:
        yield running


@pytest.fixture(scope="module")
def shop(stripe: StripeStandIn) -> Iterator[Shop]:
    # Not below pytest's own folder: as root the server runs as another user, to whom that is closed.
    DATA.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="restarted-", dir=DATA.parent))  # the server of a shop that did not start has its own
    folder.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield Shop(folder, stripe, stack)


@pytest.mark.timeout(1200)
def test_a_charged_buyer_becomes_paid_by_itself_whatever_happens_to_the_database(
    shop: Shop, stripe: StripeStandIn
) -> None:
    processes = shop.processes()
    with Load(shop) as load:
        for (session, invoice), take_away in zip(shop.charges, [shop.server.stop, shop.crash_server], strict=True):
            outages = shop.logged("trying again until it can")
            take_away()
            stripe.pay(session)
            eventually(lambda: shop.status("/readyz/") == 503, "the probe does not notice")
            page = requests.get(f"{shop.url}/ru/nowhere/", timeout=30)
            assert (page.status_code, "Сейчас вернёмся" in page.text) == (503, True)
            assert int(page.headers["Retry-After"]) > 0
            eventually(lambda n=outages: shop.logged("trying again until it can") == n + 1, "the worker is silent")
            shop.server.start()
            eventually(lambda n=invoice: shop.is_paid(n), "nobody noticed that the buyer has paid")
            eventually(lambda n=outages: shop.logged("is worked on again") == n + 1, "a thread is still away")
            eventually(lambda: all(shop.status(path) != 503 for path in PATHS), "the pages are still away")
    assert shop.processes() == processes
    assert shop.worker.poll() is None
    assert load.seen <= {200, 404, 503}
    assert shop.fragile.wait(timeout=PATIENCE) != 0  # control: the loop without its guard has not lived through it
