"""What the stand-in remembers, and its file on disk."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storefront.sandbox.control import Refusal, StateFile
from storefront.sandbox.server import Response

Object = dict[str, Any]
COUNTS = ("orders", "charges", "refunds", "bindings")


class ApiError(Refusal):
    """The bank's own refusal; its status is 200 all the same."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    def response(self) -> Response:
        return Response({"errorCode": str(self.code), "errorMessage": self.message})


class State:
    """Orders and bindings by id, in order of creation. Every change happens inside ``changing()``.

    An order is kept as the API tells it; names that begin with ``_`` are the bank's own.
    """

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.RLock()
        self._file = StateFile(path)
        self.clock = clock
        self.orders: dict[str, Object] = {}
        self.bindings: dict[str, Object] = {}
        self.counts: dict[str, int] = dict.fromkeys(COUNTS, 0)
        saved = self._file.read() or {}
        for name in ("orders", "bindings", "counts"):
            getattr(self, name).update(saved.get(name, {}))

    @contextmanager
    def changing(self) -> Iterator[None]:
        with self._lock:
            yield
            self._file.write(lambda: {"orders": self.orders, "bindings": self.bindings, "counts": self.counts})

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._lock:
            yield

    def order(self, order_id: str = "", *, number: str = "") -> Object:
        if number:
            found = next((each for each in self.orders.values() if each["orderNumber"] == number), None)
        else:
            found = self.orders.get(order_id)
        if found is None:
            raise ApiError(6, "Unregistered orderId")
        return found

    def binding(self, binding_id: str) -> Object:
        if binding_id not in self.bindings:
            raise ApiError(2, "Binding isn't found")
        return self.bindings[binding_id]

    def new_id(self) -> str:
        return str(uuid.uuid4())

    def forget(self) -> None:
        with self.changing():
            self.orders.clear()
            self.bindings.clear()
            self.counts.update(dict.fromkeys(COUNTS, 0))
