"""Server processes beside each other on loopback, and what they use of the machine (Linux)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


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
    """A server process, once ``port`` accepts connections; yields its pid. Its messages go to ``log``, if given."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        start_new_session=True,
        stderr=log.open("w") if log else None,
    )
    try:
        for _ in range(6000):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended with {process.returncode}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.01)
        yield process.pid
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def gunicorn(application: str, port: int, *, threads: int = 1, workers: int = 2) -> list[str]:
    return [
        "-m", "gunicorn", "--config", "python:storefront.gunicorn_conf", "--threads", str(threads),
        "--workers", str(workers), "--bind", f"127.0.0.1:{port}", "--log-level", "error", application,
    ]  # fmt: skip


def family(pid: int) -> Iterator[tuple[int, list[str]]]:
    """A process and its living children: their numbers and the fields of /proc/<pid>/stat after the name."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        number, parent = int(stat.parent.name), int(fields[1])
        if pid in (number, parent):
            yield number, fields


def cpu_seconds(pid: int) -> float:
    """CPU seconds used so far by a process and its children."""
    return sum((int(fields[11]) + int(fields[12])) / TICKS for _, fields in family(pid))


def memory_of_children(pid: int) -> float:
    """Resident memory (MiB) of the largest child: a web process, not the one that watches over it."""
    page = os.sysconf("SC_PAGE_SIZE")
    return max(int(fields[21]) * page / 2**20 for number, fields in family(pid) if number != pid)
