"""``manage.py run``: the whole shop on this machine: migrate, load the demo once, then site, worker and stand-ins."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

#: linux/prctl.h
PR_SET_PDEATHSIG = 1
STARTING_SECONDS = 60
STOPPING_SECONDS = 10


def _end_with_parent() -> None:
    """In a child: be told to end when this command is killed and can stop nothing any more, see prctl(2)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Command(BaseCommand):
    help = "Migrate, load the demo once, start the site, the worker and the stand-ins; Ctrl-C stops them all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=2, help="web processes")

    def handle(self, *args: Any, **options: Any) -> None:
        # A closed terminal, `kill`: everything is stopped in order, as by Ctrl-C. And SIGINT is ignored by whatever a
        # script's shell starts in the background, see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_09_03_02
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            signal.signal(getattr(signal, name), signal.default_int_handler)
        self._children: list[subprocess.Popen[bytes]] = []
        try:
            with self._data_of_one_run(), tempfile.TemporaryDirectory(prefix="shop-cache-") as self._cache:
                self._run(options["workers"])
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")

    def _run(self, workers: int) -> None:
        for port in self._ports():
            self._require_free(port)
        self.stdout.write("Preparing the database (the first time takes about a minute) ...")
        call_command("migrate", verbosity=1 if not self._is_migrated() else 0, interactive=False)
        try:
            sandbox = self._start_sandbox()
            self._await_port(self._ports()[-1], sandbox)
            call_command("demo")
            self._start_worker()
            self._await_port(settings.PORT, self._start_site(workers))
            self._banner()
            self._watch()
        finally:
            self._stop()

    @contextmanager
    def _data_of_one_run(self) -> Iterator[None]:
        """Two runs on the same data would undo each other's work. The lock ends with this process, however it ends."""
        folder = Path(settings.SANDBOX_STATE)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "run.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as exc:
                raise CommandError(f"Another run uses this data already ({folder}). Stop that one first.") from exc
            yield

    def _ports(self) -> list[int]:
        """The site's, and those of the stand-ins (``storefront.sandbox.__main__``)."""
        first = settings.SANDBOX_PORT
        return [settings.PORT, *range(first, first + settings.SANDBOX_PORTS)]

    def _require_free(self, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as exc:
                raise CommandError(f"Port {port} is taken. Choose another: make run PORT=8010") from exc

    def _is_migrated(self) -> bool:
        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())

    def _start_sandbox(self) -> subprocess.Popen[bytes]:
        return self._popen(
            "-m", "storefront.sandbox", "--shop", settings.SITE_URL, "--port", str(settings.SANDBOX_PORT),
            "--state", str(settings.SANDBOX_STATE), "--apps", json.dumps(settings.BITRIX24_APPS),
            *(["--twocheckout-sells"] if settings.TWOCHECKOUT_MERCHANT_OF_RECORD else []),
        )  # fmt: skip

    def _start_worker(self) -> subprocess.Popen[bytes]:
        return self._popen("manage.py", "worker")

    def _start_site(self, workers: int) -> subprocess.Popen[bytes]:
        return self._popen(
            "-m", "gunicorn", "--config", "python:storefront.gunicorn_conf", "--workers", str(workers),
            "--bind", f"127.0.0.1:{settings.PORT}", "--log-level", "warning", "storefront.wsgi:application",
        )  # fmt: skip

    def _popen(self, *arguments: str) -> subprocess.Popen[bytes]:
        # One cache for all: a page that one process publishes must not stay old in another.
        cache = os.environ.get("CACHE_URL") or f"filecache://{self._cache}"
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE, "CACHE_URL": cache}
        # A session of its own: Ctrl-C reaches this command alone, which then stops its children in order.
        child = subprocess.Popen(  # noqa: S603  (our own interpreter and fixed arguments)
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=environment,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        self._children.append(child)
        return child

    def _await_port(self, port: int, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise CommandError(f"A part of the shop ended while starting (exit code {child.returncode}).")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise CommandError(f"Nothing answers on port {port}.")

    def _banner(self) -> None:
        port = settings.SANDBOX_PORT
        self.stdout.write(
            f"""
  The shop          {settings.SITE_URL}/
  A product         {settings.SITE_URL}/products/
  Staff             {settings.SITE_URL}{settings.WAGTAIL_PATH}
  Mails sent        http://127.0.0.1:{port + 1}/
  Bitrix24 portals  http://127.0.0.1:{port + 3}/  and  http://127.0.0.1:{port + 4}/
                    (at the checkout type 127.0.0.1:{port + 3} as your Bitrix24 address)

  Log-ins (password: demo-password-2026)
    customer@northbridge.example    staff@northbridge.example (owner)    marketer@northbridge.example
    accounting@ support@ sales@ auditor@northbridge.example (the other roles)
  Card: 4242 4242 4242 4242, any future date, any CVC.
        Declined: 4000 0000 0000 0002.  3-D Secure: 4000 0000 0000 3220.
  PayPal, today's and classic: no log-in there; their pages offer what succeeds, takes days or is refused.
  2Checkout: 4111 1111 1111 1111, any date, any code; its page asks what is to happen.
  YooKassa (an order in roubles): 5555 5555 5555 4477 with 3-D Secure, 5555 5555 5555 4600 is declined.
  WebMoney: its page has two buttons; an invoice waits at {settings.SANDBOX_WEBMONEY}/keeper.
  SimplePay (for payers from Hungary): 4908 3660 9990 0425, any date, any code.
  Bank transfer: confirm it as accounting@ under Sales, Awaited transfers.
  VAT IDs that VIES confirms: DE136695976, FR40303265045, NL004495445B01 (http://127.0.0.1:{port + 5}/_control/checks).

  Ctrl-C stops everything; the data stays in var/.
"""
        )

    def _watch(self) -> None:
        while all(child.poll() is None for child in self._children):
            time.sleep(0.5)
        raise CommandError("A part of the shop ended by itself; stopping the rest.")

    def _stop(self) -> None:
        """Stop in reverse order of starting; what still runs after ten seconds is killed, with its children."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # impatience must not leave anything behind
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        for child in reversed(self._children):
            child.terminate()
        deadline = time.monotonic() + STOPPING_SECONDS
        for child in self._children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=max(0.0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
