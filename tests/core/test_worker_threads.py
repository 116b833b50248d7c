"""The worker's threads: what fails or hangs in one holds up no other, and nothing ends them but the order to stop."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError

from storefront.core import jobs, systemd, worker_threads
from storefront.core.jobs import JobSpec

pytestmark = pytest.mark.django_db(transaction=True)

hold, held, done = threading.Event(), threading.Event(), threading.Event()


def hangs() -> int:
    held.set()
    hold.wait(60)
    return 1


def quick() -> int:
    done.set()
    return 1


def spec(name: str, thread: str) -> JobSpec:
    return {"call": f"{__name__}.{name}", "every": 0.01, "thread": thread}


@pytest.fixture
def start() -> Iterator[Callable[..., list[worker_threads.WorkerThread]]]:
    stop, running = threading.Event(), []
    for event in (hold, held, done):
        event.clear()

    def begin(specs: dict[str, JobSpec]) -> list[worker_threads.WorkerThread]:
        running.extend(worker_threads.start(specs, stop=stop, idle=0.01))
        return running

    yield begin
    hold.set()
    stop.set()
    for thread in running:
        thread.join()


def test_what_hangs_in_one_thread_holds_up_no_other(start: Callable[..., Any]) -> None:
    start({"hangs": spec("hangs", "a"), "quick": spec("quick", "b")})
    assert held.wait(60)
    done.clear()
    assert done.wait(60)
    assert not hold.is_set()


def test_control_in_one_thread_the_next_job_waits(start: Callable[..., Any]) -> None:
    start({"hangs": spec("hangs", "a"), "quick": spec("quick", "a")})
    assert held.wait(60)
    assert not done.wait(0.5)


def test_threads_outlive_whatever_the_schedule_raises_and_say_so_once(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real, tries = jobs.run_due, threading.Semaphore(0)

    def away(*args: Any, **options: Any) -> int:
        tries.release()
        raise OperationalError("the server has gone away")

    monkeypatch.setattr(worker_threads, "FIRST_GAP", 0.01)
    monkeypatch.setattr(worker_threads, "LONGEST_GAP", 0.02)
    monkeypatch.setattr(jobs, "run_due", away)
    with caplog.at_level(logging.WARNING, "storefront.core.worker_threads"):
        running = start({"one": spec("quick", "a"), "two": spec("quick", "b")})
        for _ in range(8):
            assert tries.acquire(timeout=60)
        assert all(thread.is_alive() for thread in running) and not done.is_set()
        monkeypatch.setattr(jobs, "run_due", real)
        assert done.wait(60)
        while len(caplog.messages) < 2:
            done.wait(0.01)
    begun, over = caplog.messages
    assert "trying again" in begun and "again after" in over


def test_every_job_has_its_thread_and_money_shares_its_own_with_nobody() -> None:
    by_thread = worker_threads.by_thread(django_settings.JOBS)
    assert sum(len(own) for own in by_thread.values()) == len(django_settings.JOBS)
    assert list(by_thread["money"]) == ["inbox-money"]


def test_watchdog_is_told_only_while_every_thread_is_at_work(start: Callable[..., Any]) -> None:
    stop, told = threading.Event(), []
    running = start({"hangs": spec("hangs", "a")})
    assert held.wait(60)

    def alive() -> None:
        told.append(1)
        stop.set()

    assert worker_threads.watch(running, stop=stop, patience=3600, alive=alive, every=0.01)
    assert told == [1]
    stop.clear()
    assert not worker_threads.watch(running, stop=stop, patience=0, alive=alive, every=0.01)
    assert told == [1]


def test_systemd_hears_of_it_where_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systemd.notify("READY=1")  # nobody listens
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(address))
        monkeypatch.setenv("NOTIFY_SOCKET", str(address))
        systemd.notify("READY=1")
        assert listener.recv(100) == b"READY=1"


def test_worker_says_when_it_is_ready_and_stops_when_told(tmp_path: Path) -> None:
    """On a database without tables: it has nothing to work on, and that does not end it."""
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(address))
        listener.settimeout(60)
        environment = {
            **os.environ,
            "NOTIFY_SOCKET": str(address),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "storefront.settings.test",
        }
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=django_settings.BASE_DIR, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert listener.recv(100) == b"READY=1"
            assert listener.recv(100) == b"WATCHDOG=1"
            worker.terminate()
            assert listener.recv(100) == b"STOPPING=1"
            assert worker.wait(timeout=60) == 0
        finally:
            worker.kill()
            _, log = worker.communicate()
    assert log.count("cannot be worked on") == 1, log
