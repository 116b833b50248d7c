"""What the stand-in remembers, and how it signs."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storefront.sandbox.control import StateFile

Object = dict[str, Any]


def sign(script: str, told: Mapping[str, object], key: str) -> str:
    """``script;value;value;key``, the values by the names of their fields."""
    parts = [script]
    for name in sorted(told):
        if name.startswith("sp_") and name != "sp_sig":
            parts.append(str(told[name]))
    parts.append(key)
    return hashlib.sha256(";".join(parts).encode("utf-8")).hexdigest()


class State:
    """Payments by order id, in order of creation. Every change happens inside ``changing()``."""

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.RLock()
        self._file = StateFile(path)
        self.clock = clock
        self.payments: dict[str, Object] = self._file.read() or {}

    @contextmanager
    def changing(self) -> Iterator[None]:
        with self._lock:
            yield
            self._file.write(lambda: self.payments)

    def charges(self) -> int:
        return sum(each["status"] == "EXECUTED" for each in self.payments.values())

    def forget(self) -> None:
        with self.changing():
            self.payments.clear()
