"""Races need a real server: with SQLite there is one writer and nothing to prove."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

from storefront.billing import signals
from storefront.billing.audit import checks
from storefront.billing.models import ReviewItem
from tests.races.doomed import DoomedProcess

#: How long a racer of a control run dawdles at most, in seconds. Nobody waits for a lock there, so all come to dawdle,
#: and go on together; but those who wait for another's row in a unique index are not waited for longer.
UNGUARDED = 2


class _Crowd:
    """The racers: how many are under way, and how many of them dawdle."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.racers = self.dawdlers = self.meetings = 0

    def come(self) -> None:
        with self.changed:
            self.racers += 1

    def leave(self) -> None:
        with self.changed:
            self.racers -= 1
            self._meet()

    def dawdle(self, seconds: float) -> None:
        with self.changed:
            self.dawdlers += 1
            meeting = self.meetings
            self._meet()
            if not self.changed.wait_for(lambda: self.meetings > meeting, timeout=seconds):
                self.dawdlers -= 1

    def _meet(self) -> None:
        if self.dawdlers >= self.racers:
            self.dawdlers = 0
            self.meetings += 1
            self.changed.notify_all()


_CROWD = _Crowd()


def dawdle(seconds: float = UNGUARDED) -> None:
    """Give the other racers room to come between: until all that are under way dawdle, too, at most ``seconds``."""
    _CROWD.dawdle(seconds)


def in_a_thread(call: Callable[[], Any]) -> threading.Thread:
    """Begin ``call`` beside the test, with a connection of its own that is closed at the end."""

    def go() -> None:
        try:
            call()
        finally:
            connections.close_all()
            _CROWD.leave()

    _CROWD.come()
    thread = threading.Thread(target=go)
    thread.start()
    return thread


@pytest.fixture(autouse=True)
def _postgres_only(request: pytest.FixtureRequest) -> None:
    if connection.vendor != "postgresql":
        pytest.fail("tests/races need PostgreSQL: set DATABASE_URL from `python -m tests.postgres start`")


@pytest.fixture(scope="session")
def doomed_process(django_db_setup: None) -> Iterator[DoomedProcess]:
    process = DoomedProcess()
    yield process
    process.stop()


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


def errors(results: Iterable[Any]) -> list[Exception]:
    """What racers raised."""
    return [result for result in results if isinstance(result, Exception)]


@contextmanager
def listening() -> Iterator[Counter[str]]:
    """How often each invoice was said to be paid; the sum over committed and undone transactions alike."""
    heard: Counter[str] = Counter()

    def listen(sender: Any, **kwargs: Any) -> None:
        heard[kwargs["invoice"].number] += 1

    signals.invoice_paid.connect(listen)
    try:
        yield heard
    finally:
        signals.invoice_paid.disconnect(listen)


def wrongs(results: Iterable[Any], heard: Counter[str]) -> list[str]:
    """What went wrong when the money of an invoice was taken in by several at once. Nothing, under locks.

    Without them the keys of the ledger still refuse a second booking; whoever comes second finds the money gone, which
    looks as if the customer had owed it: staff are asked to look at a debt that is none.
    """
    found = [repr(error) for error in errors(results)]
    found += [f"{number} was paid {times} times" for number, times in heard.items() if times > 1]
    found += [f"for review: {key}" for key in ReviewItem.objects.values_list("key", flat=True)]
    return found + [str(finding) for finding in checks()]
