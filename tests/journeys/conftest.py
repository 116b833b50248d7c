"""The whole shop, started by the very command people use, on free ports and with data of its own.

It finds a database that is migrated already: migrating takes longer than all the journeys, so that is done once for
each set of migrations and kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from storefront.settings import sandbox as settings
from tests import migrated

ROOT = Path(__file__).resolve().parents[2]
READY = "Ctrl-C stops everything"
WIDE, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}


@dataclass
class Running:
    """Addresses of the running shop and its stand-ins."""

    url: str
    sandbox_port: int
    folder: Path

    @property
    def mail(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port + 1}"

    @property
    def bitrix24(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port + 2}"

    def portal(self, number: int = 0) -> str:
        """Address of a sandbox portal as a buyer types it: 0 is acme, 1 is globex."""
        return f"127.0.0.1:{self.sandbox_port + 3 + number}"

    def installed(self, number: int = 0) -> list[str]:
        """Codes of the apps in a sandbox portal."""
        with urllib.request.urlopen(f"{self.bitrix24}/_control/portals", timeout=10) as answer:
            return list(json.load(answer)[number]["apps"])

    def stripe_page_status(self, address: str) -> str:
        """What Stripe says of one of its pages: open, complete or expired."""
        session = address.partition("/c/pay/")[2].partition("#")[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{self.sandbox_port}/_control/sessions", timeout=10) as answer:
            return next(str(each["status"]) for each in json.load(answer) if each["id"] == session)

    def messages(self, to: str) -> list[dict[str, Any]]:
        """Mails delivered to an address, oldest first."""
        with urllib.request.urlopen(f"{self.mail}/_control/messages?to={to}", timeout=10) as answer:
            found = json.load(answer)
        return found["messages"] if isinstance(found, dict) else found


def free_port(first: int = 21000) -> int:
    """A port from ``first`` on that is free, as are all that the stand-ins use, a hundred further on."""
    for port in range(first + os.getpid() % 500 * 10, 60000, 10):
        try:
            for number in (port, *range(port + 100, port + 100 + settings.SANDBOX_PORTS)):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
        except OSError:
            continue
        return port
    raise RuntimeError("no free ports")


@pytest.fixture(scope="session")
def running_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One shop for all journeys; JOURNEY_PORT names one that is running already."""
    folder = tmp_path_factory.mktemp("shop")
    if given := os.environ.get("JOURNEY_PORT"):
        yield Running(f"http://127.0.0.1:{given}", int(given) + 100, folder)
        return
    port = free_port()
    log = folder / "log.txt"
    migrated.copy_sqlite(folder / "shop.sqlite3")
    environment = {
        **{key: value for key, value in os.environ.items() if key != "DATABASE_URL"},
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
        "MEDIA_ROOT": f"{folder}/media",
        "SANDBOX_STATE": f"{folder}/sandbox",
        "DJANGO_SETTINGS_MODULE": "storefront.settings.demo",
        "PYTHONUNBUFFERED": "1",
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
        try:
            deadline = time.monotonic() + 900
            while READY not in log.read_text():
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"the shop did not start:\n{log.read_text()[-5000:]}")
                time.sleep(0.2)
            _load_everything(f"http://127.0.0.1:{port}")
            yield Running(f"http://127.0.0.1:{port}", port + 100, folder)
        finally:
            process.terminate()
            process.wait(timeout=40)


def _load_everything(url: str) -> None:
    """The first pages of each process load code and templates, for which a busy machine takes half a minute: no journey
    waits for that. What is asked for at once is spread over the processes."""

    def load(path: str) -> None:
        with contextlib.suppress(OSError):  # one that takes too long is answered with an error, and loaded all the same
            urllib.request.urlopen(f"{url}{path}", timeout=120).close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(load, ["/admin/login/", "/", "/products/", "/account/login/"] * 4))


@pytest.fixture
def shots(request: pytest.FixtureRequest) -> Any:
    """Save a screenshot when JOURNEY_SHOTS names a folder: for eyes, not for asserts."""
    target = os.environ.get("JOURNEY_SHOTS")

    def shoot(page: Any, name: str) -> None:
        if target:
            Path(target).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{target}/{name}.png", full_page=True)

    return shoot
