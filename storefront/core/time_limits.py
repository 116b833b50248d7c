"""Limits on waiting for outside companies: how long all calls of one errand may take, and how many may wait at once.

A web request or a job states them with ``time_limit``; the HTTP client obeys them at any depth.
Plain Python without Django.
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


class ConcurrencyExceeded(Exception):
    """Others wait already, as many as may. Nothing was sent."""


class TimeLimitExceeded(Exception):
    """The errand's time was over before the call began. Nothing was sent."""


class ConcurrencyLimit:
    """Places for those who wait. Args: ``places`` is how many there are."""

    def __init__(self, places: int) -> None:
        self._places = threading.BoundedSemaphore(places)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place. Raises ConcurrencyExceeded at once if there is none."""
        if not self._places.acquire(blocking=False):
            raise ConcurrencyExceeded
        try:
            yield
        finally:
            self._places.release()


@dataclass(frozen=True, slots=True)
class _Limit:
    ends: float
    crowd: ConcurrencyLimit | None


_limit: ContextVar[_Limit | None] = ContextVar("limit", default=None)


@contextmanager
def time_limit(seconds: float, crowd: ConcurrencyLimit | None = None) -> Iterator[None]:
    """All outside calls in this block together take at most ``seconds``; each holds a place of ``crowd`` meanwhile."""
    token = _limit.set(_Limit(time.monotonic() + seconds, crowd))
    try:
        yield
    finally:
        _limit.reset(token)


@contextmanager
def outside_call(longest: float) -> Iterator[float]:
    """Around one outside call that may take ``longest`` seconds by itself; yields how many it has.

    Raises ConcurrencyExceeded or TimeLimitExceeded.
    """
    limit = _limit.get()
    if limit is None:
        yield longest
        return
    seconds = min(longest, limit.ends - time.monotonic())
    if seconds <= 0:
        raise TimeLimitExceeded
    if limit.crowd is None:
        yield seconds
        return
    with limit.crowd.place():
        yield seconds
