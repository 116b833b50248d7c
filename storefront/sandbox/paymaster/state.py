"""What the stand-in remembers, and its file on disk."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storefront.sandbox.control import Refusal, StateFile
from storefront.sandbox.server import Response

Object = dict[str, Any]
COUNTS = ("payments", "charges", "refunds", "tokens")
KEPT = ("payments", "refunds", "tokens", "answers", "counts")


class ApiError(Refusal):
    """PayMaster's own refusal."""

    def __init__(self, status: int, code: str, message: str, errors: list[str] | None = None) -> None:
        super().__init__(message)
        self.status, self.body = status, {"code": code, "message": message, "errors": errors or []}

    def response(self) -> Response:
        return Response(self.body, self.status)


class State:
    """Payments, refunds and tokens by id, in order of creation; answers by idempotency key. Every change happens inside
    ``changing()``. Names that begin with ``_`` are PayMaster's own."""

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.RLock()
        self._file = StateFile(path)
        self.clock = clock
        self.payments: dict[str, Object] = {}
        self.refunds: dict[str, Object] = {}
        self.tokens: dict[str, Object] = {}
        self.answers: dict[str, Object] = {}
        self.counts: dict[str, int] = dict.fromkeys(COUNTS, 0)
        saved = self._file.read() or {}
        for name in KEPT:
            getattr(self, name).update(saved.get(name, {}))

    @contextmanager
    def changing(self) -> Iterator[None]:
        with self._lock:
            yield
            self._file.write(lambda: {name: getattr(self, name) for name in KEPT})

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._lock:
            yield

    def payment(self, payment_id: str) -> Object:
        return self._found(self.payments, payment_id)

    def token(self, token_id: str) -> Object:
        return self._found(self.tokens, token_id)

    def new_id(self) -> str:
        return str(uuid.uuid4())

    def stamp(self) -> str:
        return datetime.fromtimestamp(self.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def forget(self) -> None:
        with self.changing():
            for name in KEPT[:-1]:
                getattr(self, name).clear()
            self.counts.update(dict.fromkeys(COUNTS, 0))

    def _found(self, kept: dict[str, Object], name: str) -> Object:
        if name not in kept:
            raise ApiError(404, "not_found", "There is no such object.")
        return kept[name]


def shown(thing: Object) -> Object:
    return {name: value for name, value in thing.items() if not name.startswith("_")}
