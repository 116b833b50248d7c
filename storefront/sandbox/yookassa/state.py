"""Everything the stand-in remembers, and its file on disk."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storefront.sandbox.control import StateFile
from storefront.sandbox.yookassa.errors import missing

Object = dict[str, Any]
_SAVED = ("payments", "refunds", "methods", "replies", "notices", "counts")
_COUNTS = {"payments": 0, "charges": 0, "refunds": 0, "methods": 0}


class State:
    """Objects by id in order of creation. What YooKassa never shows stands in an object's ``_private``. Every change
    happens inside ``changing()``. ``clock``: seconds since the epoch."""

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.RLock()
        self._file = StateFile(path)
        self.clock = clock
        self.payments: dict[str, Object] = {}
        self.refunds: dict[str, Object] = {}
        self.methods: dict[str, Object] = {}
        self.replies: dict[str, Object] = {}  # by Idempotence-Key
        self.notices: dict[str, Object] = {}
        self.counts = dict(_COUNTS)
        for name, saved in (self._file.read() or {}).items():
            getattr(self, name).update(saved)

    @contextmanager
    def changing(self) -> Iterator[None]:
        with self._lock:
            yield
            self._file.write(lambda: {name: getattr(self, name) for name in _SAVED})

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._lock:
            yield

    def forget(self) -> None:
        with self.changing():
            for name in _SAVED:
                getattr(self, name).clear()
            self.counts.update(_COUNTS)

    def now(self) -> str:
        return told(self.clock())

    def payment(self, payment_id: str) -> Object:
        """Raises 404."""
        if payment_id not in self.payments:
            raise missing("payment")
        return self.payments[payment_id]


def told(seconds: float) -> str:
    """A moment as YooKassa writes it: UTC, with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id() -> str:
    """Of a payment, refund or method: ``22e12f66-000f-5000-8000-18db351245c7``."""
    return f"{secrets.token_hex(4)}-000f-5000-8000-{secrets.token_hex(6)}"


def shown(thing: Object) -> Object:
    return {name: value for name, value in thing.items() if name != "_private"}
