"""What the web server lets in, asked of gunicorn as the README starts it."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROXYS_WORD, MADE_UP = "198.51.100.1", "6.6.6.6"


@contextmanager
def served(*options: str) -> Iterator[Callable[[list[tuple[str, str]]], str]]:
    """address_app.py behind gunicorn; yields a function that sends headers and returns the answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # who connects before the server has started waits for it
        command = ["-m", "gunicorn", "--config", "python:storefront.gunicorn_conf", "--log-level", "error", *options]
        process = subprocess.Popen(
            [sys.executable, *command, "--bind", f"fd://{listener.fileno()}", "tests.core.address_app:application"],
            cwd=ROOT,
            pass_fds=[listener.fileno()],
        )

        def ask(headers: list[tuple[str, str]]) -> str:
            connection = http.client.HTTPConnection(*listener.getsockname(), timeout=60)
            connection.putrequest("GET", "/")
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders()
            return connection.getresponse().read().decode()

        try:
            yield ask
        finally:
            process.terminate()
            process.wait(timeout=60)


FORGED = [
    [("X-Forwarded-For", PROXYS_WORD), ("X_Forwarded_For", MADE_UP)],
    [("X_Forwarded_For", MADE_UP), ("X-Forwarded-For", PROXYS_WORD)],
    [("X-Forwarded-For", PROXYS_WORD), ("X-Forwarded_For", MADE_UP)],
    [("X-Forwarded-For", PROXYS_WORD), ("x_forwarded-for", MADE_UP)],
]


def test_a_header_with_underscores_never_stands_for_the_proxys() -> None:
    with served() as ask:
        assert [ask(headers) for headers in FORGED] == [f"{PROXYS_WORD} /"] * len(FORGED)
        assert ask([("X_Forwarded_For", MADE_UP)]) == "127.0.0.1 /"


def test_control_without_the_setting_a_visitor_writes_the_address() -> None:
    with served("--header-map", "dangerous") as ask:
        assert any(MADE_UP in ask(headers) for headers in [*FORGED, [("X_Forwarded_For", MADE_UP)]])


def test_no_header_moves_the_shop_below_another_path() -> None:
    """gunicorn lets proxies on this machine set SCRIPT_NAME and PATH_INFO unless it is told not to."""
    with served() as ask:
        assert ask([("SCRIPT_NAME", "/elsewhere"), ("PATH_INFO", "/elsewhere")]) == "127.0.0.1 /"
