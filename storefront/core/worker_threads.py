"""The worker's threads. Each runs its own jobs one after the other, so a job that hangs blocks no other thread.

A thread ends only when told to stop. While the database, cache or disk is away it retries with growing gaps; the log
gets one line when the outage begins and one when it ends.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from django.db import close_old_connections, connections

from storefront.core import jobs
from storefront.core.jobs import JobSpec

logger = logging.getLogger(__name__)

#: The thread of jobs that name none.
MAINTENANCE = "maintenance"
#: Seconds between two tries while something is away.
FIRST_GAP, LONGEST_GAP = 0.5, 5.0


def by_thread(specs: Mapping[str, JobSpec]) -> dict[str, dict[str, JobSpec]]:
    """The jobs of each thread."""
    threads: dict[str, dict[str, JobSpec]] = {}
    for name, spec in specs.items():
        threads.setdefault(spec.get("thread", MAINTENANCE), {})[name] = spec
    return threads


class Trouble:
    """An outage, logged once however many threads it stops and however often each retries."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: set[str] = set()
        self._since = 0.0

    def begins(self, thread: str, fault: Exception) -> None:
        with self._lock:
            if not self._kept:
                self._since = time.monotonic()
                logger.error("the schedule cannot be worked on, trying again until it can: %s", fault, exc_info=fault)
            self._kept.add(thread)

    def is_over(self, thread: str) -> None:
        with self._lock:
            if thread in self._kept:
                self._kept.discard(thread)
                if not self._kept:
                    logger.warning("the schedule is worked on again after %.1f s", time.monotonic() - self._since)


class WorkerThread(threading.Thread):
    """One thread and its jobs.

    ``idle``: the longest pause between two looks at the schedule, in seconds; ``stop`` ends the thread after its
    current job.
    """

    def __init__(
        self, name: str, specs: Mapping[str, JobSpec], *, stop: threading.Event, idle: float, trouble: Trouble
    ) -> None:
        super().__init__(name=f"worker-{name}", daemon=True)
        self._specs, self._stop_asked, self._idle, self._trouble = specs, stop, idle, trouble
        self.beat()

    def beat(self) -> None:
        self._last_beat = time.monotonic()

    @property
    def silent_for(self) -> float:
        """Seconds since it last started something."""
        return time.monotonic() - self._last_beat

    def run(self) -> None:
        gap = FIRST_GAP
        try:
            while not self._stop_asked.is_set():
                self.beat()
                nap = self._turn()
                gap = FIRST_GAP if nap is not None else min(gap * 2, LONGEST_GAP)
                self._stop_asked.wait(gap if nap is None else nap)
        finally:
            connections.close_all()

    def _turn(self) -> float | None:
        """Run due jobs. Returns the seconds to pause, or None if the schedule could not be worked on."""
        try:
            close_old_connections()
            jobs.run_due(self._specs, before_each=self.beat)
            nap = jobs.next_due_in(self._specs, self._idle) or 0.05
        except Exception as fault:  # last resort: after an outage the thread must still be there
            self._trouble.begins(self.name, fault)
            return None
        self._trouble.is_over(self.name)
        return nap


def start(specs: Mapping[str, JobSpec], *, stop: threading.Event, idle: float) -> list[WorkerThread]:
    """Start every thread that the jobs name."""
    trouble = Trouble()
    threads = [WorkerThread(name, own, stop=stop, idle=idle, trouble=trouble) for name, own in by_thread(specs).items()]
    for thread in threads:
        thread.start()
    return threads


def watch(
    threads: list[WorkerThread],
    *,
    stop: threading.Event,
    patience: float,
    alive: Callable[[], None],
    every: float = 5.0,
) -> bool:
    """Block until ``stop``, calling ``alive`` every ``every`` seconds while all threads are working.

    Returns False at once if a thread has died or started nothing for ``patience`` seconds.
    """
    while not stop.wait(every):
        if any(not thread.is_alive() or thread.silent_for > patience for thread in threads):
            return False
        alive()
    return True
