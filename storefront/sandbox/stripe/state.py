"""Everything the stand-in remembers, and its file on disk."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storefront.sandbox.control import StateFile
from storefront.sandbox.stripe.errors import ApiError, missing

Object = dict[str, Any]
_SAVED = ("objects", "private", "replies", "counts")
#: tells of (type, object) pairs of one act, in the order they happened
Emit = Callable[[list[tuple[str, Object]]], None]


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


class State:
    """Objects by id in order of creation, answers by idempotency key, and what is private to the stand-in.

    ``private`` holds per object what Stripe never shows (line items, a challenge under way). Every change happens
    inside ``changing()``; with a path, what was saved by the last change is there after a restart.
    """

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.RLock()
        self._file = StateFile(path)
        self.clock = clock
        self._behind = 0.0
        self._forget()
        for name, saved in (self._file.read() or {}).items():
            getattr(self, name).update(saved)

    def _forget(self) -> None:
        self.objects: dict[str, Object] = {}
        self.private: dict[str, Object] = {}
        self.replies: dict[str, Object] = {}
        self.running: set[str] = set()
        self.counts: dict[str, int] = {"session_creates": 0, "charges": 0, "refunds": 0}

    def reset(self) -> None:
        with self.changing():
            self._forget()

    def now(self) -> int:
        return int(self.clock() - self._behind)

    def set_back(self, seconds: float) -> None:
        """What happens from now on happened so long ago; 0: now."""
        self._behind = seconds

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the one lock; save on the way out."""
        with self._lock:
            yield
            self._file.write(lambda: {name: getattr(self, name) for name in _SAVED})

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._lock:
            yield

    def add(self, obj: Object, **private: Any) -> Object:
        self.objects[obj["id"]] = obj
        self.private[obj["id"]] = private
        return obj

    def get(self, kind: str, object_id: str, *, param: str = "id") -> Object:
        """Raises a 404 in Stripe's words for an unknown id or one of another kind."""
        found = self.objects.get(object_id)
        if found is None or found["object"] != kind:
            raise missing(kind.replace(".", " ").replace("_", ""), object_id, param=param)
        return found

    def all(self, kind: str) -> list[Object]:
        """Newest first, as Stripe lists."""
        return [obj for obj in reversed(self.objects.values()) if obj["object"] == kind]

    def claim(self, key: str, fingerprint: str) -> Object | None:
        """Claim an idempotency key for one run; the stored answer if there was one already.

        Raises 400 for the same key with another request, 409 while the first one is running.
        """
        with self._lock:
            reply = self.replies.get(key)
            if reply and reply["fingerprint"] != fingerprint:
                raise ApiError(
                    400,
                    "",
                    "Keys for idempotent requests can only be used with the same parameters they were first used with."
                    f" Try using a key other than '{key}' if you meant to execute a different request.",
                    kind="idempotency_error",
                )
            if reply:
                return reply
            if key in self.running:
                raise ApiError(
                    409,
                    "idempotency_key_in_use",
                    "There is currently another in-progress request using this idempotent key.",
                    kind="idempotency_error",
                )
            self.running.add(key)
            return None

    def finish(self, key: str, reply: Object | None) -> None:
        """Free the key; a request refused by validation leaves no answer behind."""
        with self._lock:
            self.running.discard(key)
            if reply:
                with self.changing():
                    self.replies[key] = reply
