"""A database outage: requests fail at once while one a second checks whether it is over.

Each process finds out for itself. The first request without a connection waits as long as the pool allows; for the next
second nobody else does, so that no thread is blocked by a wait that leads nowhere.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.db import Error, InterfaceError, OperationalError, connection

#: Seconds between two checks, and after which a check that has not ended no longer prevents another one.
GAP, LONGEST_LOOK = 1.0, 5.0
#: SQLSTATE classes and codes that mean "no connection": https://www.postgresql.org/docs/current/errcodes-appendix.html
_CONNECTION_LOST = ("08", "57P01", "57P02", "57P03", "53300")


def is_lost(fault: BaseException | None) -> bool:
    """Whether the database itself cannot be reached (a lock timeout, say, is no such fault)."""
    if not isinstance(fault, (OperationalError, InterfaceError)):
        return False
    if hasattr(fault.__cause__, "sqlite_errorcode"):
        return False  # the file is busy or full; there is no server to be away
    state: str | None = getattr(fault.__cause__, "sqlstate", None)
    return state is None or state.startswith(_CONNECTION_LOST)


class Outage:
    """Whether a server is known to be down. One per process and server, shared by its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next_look: float | None = None

    @property
    def is_on(self) -> bool:
        return self._next_look is not None

    def begin(self) -> None:
        with self._lock:
            self._next_look = self._clock() + GAP

    def end(self) -> None:
        with self._lock:
            self._next_look = None

    def may_look(self) -> bool:
        """Of all callers in one gap, only the first may try the server; the others must treat it as down."""
        with self._lock:
            if self._next_look is None:
                return True
            if self._clock() < self._next_look:
                return False
            self._next_look = self._clock() + LONGEST_LOOK
            return True


known = Outage()


def database_answers() -> bool:
    """Query the database, unless it was found down less than a second ago."""
    if not known.may_look():
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        known.begin()
        return False
    known.end()
    return True
