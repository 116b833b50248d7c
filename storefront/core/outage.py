"""The database is away: everybody is told at once, and one asks whether it is back.

Each process finds out for itself. The first request that gets no connection waits for it as long as the pool allows;
from then on, for a second at a time, nobody else does, so that no thread is tied up by a wait that leads nowhere.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.db import Error, InterfaceError, OperationalError, connection

#: Seconds between two looks at a database that is away, and the longest one look may take before another may begin.
GAP, LONGEST_LOOK = 1.0, 5.0
#: SQLSTATE classes and codes that mean "no connection": https://www.postgresql.org/docs/current/errcodes-appendix.html
_CONNECTION_LOST = ("08", "57P01", "57P02", "57P03", "53300")


def is_lost(fault: BaseException | None) -> bool:
    """Whether the database itself cannot be reached (a lock that was not had in time, say, is no such fault)."""
    if not isinstance(fault, (OperationalError, InterfaceError)):
        return False
    if hasattr(fault.__cause__, "sqlite_errorcode"):
        return False  # the file is busy or full; there is no server to be away
    state: str | None = getattr(fault.__cause__, "sqlstate", None)
    return state is None or state.startswith(_CONNECTION_LOST)


class Outage:
    """Whether the database is known to be away. One per process, shared by its threads."""

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
        """Of all callers in one gap, the first may ask the database; the others are to take it for away."""
        with self._lock:
            if self._next_look is None:
                return True
            if self._clock() < self._next_look:
                return False
            self._next_look = self._clock() + LONGEST_LOOK
            return True


known = Outage()


def database_answers() -> bool:
    """Ask the database, unless somebody has just found it away."""
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
