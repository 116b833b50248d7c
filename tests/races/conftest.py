"""Races need a real server: with SQLite there is one writer and nothing to prove."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

#: How long a racer of a control run dawdles, in seconds. Nobody waits for anybody there, so all dawdle at once: long
#: enough for a slow machine to have begun them all.
UNGUARDED = 0.5


def in_a_thread(call: Callable[[], Any]) -> threading.Thread:
    """Begin ``call`` beside the test, with a connection of its own that is closed at the end."""

    def go() -> None:
        try:
            call()
        finally:
            connections.close_all()

    thread = threading.Thread(target=go)
    thread.start()
    return thread


@pytest.fixture(autouse=True)
def _postgres_only(request: pytest.FixtureRequest) -> None:
    if connection.vendor != "postgresql":
        pytest.fail("tests/races need PostgreSQL: set DATABASE_URL from `python -m tests.postgres start`")


@pytest.fixture
def race() -> Callable[..., list[Any]]:
    """Run callables in threads behind one barrier; returns what each returned or raised."""

    def run(*calls: Callable[[], Any], copies: int = 1) -> list[Any]:
        work: Sequence[Callable[[], Any]] = [call for call in calls for _ in range(copies)]
        barrier = threading.Barrier(len(work))
        results: list[Any] = [None] * len(work)

        def go(index: int, call: Callable[[], Any]) -> None:
            try:
                barrier.wait(timeout=30)
                results[index] = call()
            except Exception as exc:  # the outcome of a racer, judged by the test
                results[index] = exc

        threads = [in_a_thread(partial(go, index, call)) for index, call in enumerate(work)]
        for thread in threads:
            thread.join(timeout=120)
        return results

    return run
