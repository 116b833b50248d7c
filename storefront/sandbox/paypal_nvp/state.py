"""What the stand-in remembers: tokens, transactions, answers by MSGSUBID, messages; one lock, one file."""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storefront.sandbox.control import StateFile

Object = dict[str, Any]
_LETTERS = string.ascii_uppercase + string.digits
TOKEN_SECONDS = 3 * 3600


def new_id(length: int = 17) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


class State:
    """``clock``: seconds since the epoch; ``offset`` moves it."""

    def __init__(self, path: Path | None, clock: Callable[[], float]) -> None:
        self._file, self._clock, self._lock = StateFile(path), clock, threading.RLock()
        self.data: Object = self._file.read() or _empty()

    @contextmanager
    def changing(self) -> Iterator[Object]:
        with self._lock:
            yield self.data
            self._file.write(lambda: self.data)

    def reset(self) -> None:
        with self.changing():
            self.data.clear()
            self.data.update(_empty())

    def now(self) -> float:
        return self._clock() + float(self.data["offset"])

    def token(self, name: str) -> Object:
        found: Object = self.data["tokens"][name]
        return found

    def transaction(self, name: str) -> Object:
        found: Object = self.data["transactions"][name]
        return found

    def is_expired(self, token: Object) -> bool:
        return bool(self.now() - token["created"] > TOKEN_SECONDS or token["closed"])


def _empty() -> Object:
    return {
        "tokens": {}, "transactions": {}, "answers": {}, "messages": [], "offset": 0,
        "counts": {"set": 0, "charges": 0, "refunds": 0},
    }  # fmt: skip
