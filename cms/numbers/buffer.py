"""Sights wait in the process's memory and are written together, by a thread of its own.

No request waits for a write. The price: a process that is killed loses what it saw in the last
settings.NUMBERS_FLUSH_SECONDS; one that ends in order writes it, as far as the database still answers.
"""

from __future__ import annotations

import logging
import os
import threading
from multiprocessing.util import Finalize

from django.conf import settings
from django.db import Error, connections

from cms.numbers import writing
from cms.numbers.sights import Sight

logger = logging.getLogger(__name__)

#: More different sights than this are not remembered between two writes: memory is worth more than a count.
LIMIT = 20_000


class Buffer:
    """A set of sights and the thread that empties it, which is started by the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._sights: set[Sight] = set()
        self._thread: threading.Thread | None = None

    def note(self, sight: Sight) -> None:
        """Remember a sight; the same one twice is one."""
        with self._lock:
            if len(self._sights) < LIMIT:
                self._sights.add(sight)
            if self._thread is None and settings.NUMBERS_FLUSH_SECONDS:
                self._start()

    def flush(self) -> int:
        """Write what is remembered; returns for how many visitors that was. If the database refuses, it is kept."""
        with self._lock:
            sights, self._sights = self._sights, set()
        if not sights:
            return 0
        try:
            return writing.write(sights)
        except Error as exc:
            logger.warning("%d sights could not be written yet (%s)", len(sights), type(exc).__name__)
            with self._lock:
                if len(self._sights) + len(sights) <= LIMIT:
                    self._sights |= sights
            return 0

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="numbers", daemon=True)
        self._thread.start()
        # Unlike atexit's, this is called at the end of a web server's forked worker too.
        Finalize(None, self.finish, exitpriority=1)

    def _run(self) -> None:
        while not self._ending.wait(settings.NUMBERS_FLUSH_SECONDS):
            if self._sights:
                self._flush_and_close()

    def _flush_and_close(self) -> None:
        try:
            self.flush()
        except Exception:  # the thread's last line: counting must not end with one surprise
            logger.exception("sights are lost")
        finally:
            connections.close_all()  # this thread's own

    @property
    def waiting(self) -> int:
        """How many sights are not written yet."""
        return len(self._sights)

    def finish(self) -> None:
        """The process ends: no more thread, one last write."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.flush()


buffer = Buffer()
# A forked child must not write what its parent saw, nor wait for its parent's lock.
os.register_at_fork(after_in_child=buffer.__init__)  # type: ignore[misc]
