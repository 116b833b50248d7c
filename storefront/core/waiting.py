"""Limits on waiting for outside companies: how long all calls of one errand may take, and how many may wait at once.

Whoever begins an errand (a web request, a job) states them with ``limited``; the HTTP client obeys, whoever called it
and however deep. Plain Python without Django.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

#: Seconds that all calls of one errand take together where nobody waits for it.
WORKER_SECONDS = 13.0


class Crowded(Exception):
    """Others wait already, as many as may. Nothing was sent."""


class OutOfTime(Exception):
    """The errand's time was over before the call began. Nothing was sent."""


class Crowd:
    """Places for those who wait. Args: ``places`` is how many there are."""

    def __init__(self, places: int) -> None:
        self._places = threading.BoundedSemaphore(places)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place. Raises Crowded at once if there is none."""
        if not self._places.acquire(blocking=False):
            raise Crowded
        try:
            yield
        finally:
            self._places.release()


@dataclass(frozen=True, slots=True)
class _Limit:
    ends: float
    crowd: Crowd | None


_limit: ContextVar[_Limit | None] = ContextVar("limit", default=None)


@contextmanager
def limited(seconds: float, crowd: Crowd | None = None) -> Iterator[None]:
    """All outside calls in this block together take at most ``seconds``; each holds a place of ``crowd`` meanwhile."""
    token = _limit.set(_Limit(time.monotonic() + seconds, crowd))
    try:
        yield
    finally:
        _limit.reset(token)


@contextmanager
def waiting(longest: float) -> Iterator[float]:
    """Around one outside call that may take ``longest`` seconds by itself; yields how many it has.

    Raises Crowded or OutOfTime.
    """
    limit = _limit.get()
    if limit is None:
        yield longest
        return
    seconds = min(longest, limit.ends - time.monotonic())
    if seconds <= 0:
        raise OutOfTime
    if limit.crowd is None:
        yield seconds
        return
    with limit.crowd.place():
        yield seconds
