"""``manage.py run`` begins, goes on with what another run has left, and ends with all that it has started."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import READY, ROOT, Running, free_port

pytestmark = pytest.mark.journey


@dataclass
class Run:
    """One call of the command, on data in ``folder``."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    log: Path

    def said(self) -> str:
        return self.log.read_text()

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait, as long as a slow machine needs, and no longer than the command lives."""
        deadline = time.monotonic() + 600
        while not is_so():
            assert self.process.poll() is None, self.said()[-3000:]
            assert time.monotonic() < deadline, self.said()[-3000:]
            time.sleep(0.1)

    def ended(self) -> int:
        return self.process.wait(timeout=120)

    def left(self) -> list[str]:
        """Processes that it has started and that are still there; each knows the folder from its environment."""
        return [line for line in _commands(f"SANDBOX_STATE={self.folder}/sandbox") if "manage.py\0run" not in line]


def _commands(mark: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append((entry / "cmdline").read_text())
        except OSError:  # it has just ended, or is none of ours
            continue
    return [command for command in found if command]


def _ignore_interrupts() -> None:
    """As a script's shell starts what it runs in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.fixture
def data(running_shop: Running, tmp_path: Path) -> Path:
    """What the running shop has made on its ports, in another folder."""
    source = sqlite3.connect(running_shop.folder / "shop.sqlite3")
    copy = sqlite3.connect(tmp_path / "shop.sqlite3")
    source.backup(copy)
    source.close()
    copy.close()
    shutil.copytree(running_shop.folder / "sandbox", tmp_path / "sandbox", ignore=shutil.ignore_patterns("run.lock"))
    return tmp_path


@pytest.fixture
def start(data: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def begin(**changes: str) -> Run:
        port, log = free_port(41000), data / f"log-{len(runs)}.txt"
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{data}/shop.sqlite3",
            "MEDIA_ROOT": f"{data}/media",
            "SANDBOX_STATE": f"{data}/sandbox",
            "DJANGO_SETTINGS_MODULE": "storefront.settings.demo",
            "PYTHONUNBUFFERED": "1",
        }
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "run", "--workers", "1"],
                cwd=ROOT, env=environment | changes, stdout=output, stderr=output,
                preexec_fn=_ignore_interrupts,
            )  # fmt: skip
        runs.append(Run(process, port, data, log))
        return runs[-1]

    yield begin
    for run in runs:
        run.process.terminate()
        run.ended()


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def test_data_of_another_port_goes_on_at_the_new_one(running_shop: Running, start: Any, data: Path) -> None:
    run = start()
    run.until(lambda: READY in run.said())
    old, new = running_shop.url, f"http://127.0.0.1:{run.port}"
    home = get(f"{new}/")
    assert f'rel="canonical" href="{new}/"' in home
    assert old not in home
    portals = json.loads(get(f"http://127.0.0.1:{run.port + 102}/_control/portals"))
    hosts = [portal["host"] for portal in portals]
    assert hosts == [f"127.0.0.1:{run.port + 103}", f"127.0.0.1:{run.port + 104}"]
    get(f"http://{hosts[0]}/")
    known = sqlite3.connect(data / "shop.sqlite3")
    installed = known.execute("SELECT host FROM licensing_installation WHERE is_installed")
    assert {host for (host,) in installed} <= set(hosts)
    known.close()
    for word in ("Warning", "Traceback"):
        assert word not in run.said()
    # A second copy on the same data is refused in words, and disturbs nobody.
    second = start()
    assert second.ended() != 0
    assert "Another run uses this data already" in second.said()
    assert "Traceback" not in second.said()
    assert get(f"{new}/healthz/")
    run.process.send_signal(signal.SIGTERM)
    assert run.ended() == 0
    assert run.left() == []


def test_run_that_fails_leaves_no_process_behind(start: Any) -> None:
    run = start(GUNICORN_CMD_ARGS="--no-such-option")
    assert run.ended() != 0
    assert "A part of the shop ended" in run.said()
    assert run.left() == []


@pytest.mark.parametrize("moment", ["sandbox", "Ctrl-C"])
def test_run_that_is_interrupted_leaves_no_process_behind(start: Any, moment: str) -> None:
    """Early, while it is starting, and when everything runs."""
    run = start()
    run.until(lambda: READY in run.said() if moment == "Ctrl-C" else bool(run.left()))
    run.process.send_signal(signal.SIGINT)
    assert run.ended() == 0
    assert run.left() == []


def test_run_that_is_killed_leaves_no_process_behind(start: Any) -> None:
    run = start()
    run.until(lambda: READY in run.said())
    run.process.kill()
    run.ended()
    deadline = time.monotonic() + 120
    while run.left() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert run.left() == []


def test_taken_port_is_named(start: Any, running_shop: Running) -> None:
    run = start(PORT=running_shop.url.rpartition(":")[2])
    assert run.ended() != 0
    assert "is taken. Choose another" in run.said()
    assert "Traceback" not in run.said()
