"""What the stand-in remembers, and its file on disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storefront.sandbox.control import Refusal, StateFile
from storefront.sandbox.server import Response

Object = dict[str, Any]
FIRST_NUMBER = 100003715


class ApiError(Refusal):
    """2Checkout's own refusal."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> Response:
        return Response({"error_code": self.code, "message": self.message}, self.status)


class State:
    """Orders by number in order of creation. Every change happens inside ``changing()``."""

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.RLock()
        self._file = StateFile(path)
        self.clock = clock
        self.orders: dict[str, Object] = {}
        self.carts: dict[str, str] = {}
        self.counts: dict[str, int] = {"orders": 0, "charges": 0, "refunds": 0}
        saved = self._file.read() or {}
        for name in ("orders", "carts", "counts"):
            getattr(self, name).update(saved.get(name, {}))

    @contextmanager
    def changing(self) -> Iterator[None]:
        with self._lock:
            yield
            self._file.write(lambda: {"orders": self.orders, "carts": self.carts, "counts": self.counts})

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._lock:
            yield

    def stamp(self) -> str:
        return datetime.fromtimestamp(self.clock(), UTC).strftime("%Y-%m-%d %H:%M:%S")

    def order(self, number: str) -> Object:
        if number not in self.orders:
            raise ApiError(404, "ORDER_NOT_FOUND", "Order reference not found.")
        return self.orders[number]

    def next_number(self) -> str:
        return str(FIRST_NUMBER + len(self.orders))

    def forget(self) -> None:
        with self.changing():
            self.orders.clear()
            self.carts.clear()
            self.counts.update(orders=0, charges=0, refunds=0)
