"""Limits on calls to outside companies: how long all calls of one request or job may take, and how many run at once.

A web request or a job sets them with ``time_limit``; the HTTP client obeys them at any depth of the call stack.
Plain Python without Django.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

#: Seconds that all calls of one job may take together, where no visitor waits.
WORKER_SECONDS = 13.0


class ConcurrencyExceeded(Exception):
    """As many calls as allowed are running already. Nothing was sent."""


class TimeLimitExceeded(Exception):
    """The time was over before the call began. Nothing was sent."""


class ConcurrencyLimit:
    """How many calls may run at once (``places``)."""

    def __init__(self, places: int) -> None:
        self._places = threading.BoundedSemaphore(places)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place. Raises ConcurrencyExceeded if none is free; does not wait for one."""
        if not self._places.acquire(blocking=False):
            raise ConcurrencyExceeded
        try:
            yield
        finally:
            self._places.release()


@dataclass(frozen=True, slots=True)
class _Limit:
    ends: float
    concurrency: ConcurrencyLimit | None


_limit: ContextVar[_Limit | None] = ContextVar("limit", default=None)


@contextmanager
def time_limit(seconds: float, concurrency: ConcurrencyLimit | None = None) -> Iterator[None]:
    """All outside calls in this block together take at most ``seconds``; each holds a place of ``concurrency``."""
    token = _limit.set(_Limit(time.monotonic() + seconds, concurrency))
    try:
        yield
    finally:
        _limit.reset(token)


@contextmanager
def outside_call(longest: float) -> Iterator[float]:
    """Wrap one outside call that may take ``longest`` seconds by itself; yields how many it may take now.

    Raises ConcurrencyExceeded or TimeLimitExceeded.
    """
    limit = _limit.get()
    if limit is None:
        yield longest
        return
    seconds = min(longest, limit.ends - time.monotonic())
    if seconds <= 0:
        raise TimeLimitExceeded
    if limit.concurrency is None:
        yield seconds
        return
    with limit.concurrency.place():
        yield seconds
