"""Everything the stand-in remembers, and its file on disk."""

from __future__ import annotations

import secrets
import string
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from storefront.sandbox.control import StateFile
from storefront.sandbox.paypal.errors import ApiError, missing, refused

Object = dict[str, Any]
#: tells of (type, kind of the resource, resource) of one act, in the order they happened
Emit = Callable[[list[tuple[str, str, Object]]], None]
_SAVED = (
    "orders", "captures", "refunds", "disputes", "events", "replies", "tokens", "webhook", "counts", "key",
    "vault", "vaulted", "setups",
)  # fmt: skip
#: how long an order waits for its buyer, and an approved one for its capture
LIFE = timedelta(hours=3)


def new_id(length: int = 17) -> str:
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(length))


class State:
    """Objects by id. What PayPal never shows stands in an object's ``_private``. Every change happens inside
    ``changing()``; with a path, what was saved by the last change is there after a restart."""

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.RLock()
        self._file = StateFile(path)
        self._clock = clock
        self.webhook: Object = {"id": "", "url": "", "event_types": []}
        self.key: Object = {"pem": ""}
        self._forget()
        for name, saved in (self._file.read() or {}).items():
            getattr(self, name).update(saved)

    def _forget(self) -> None:
        self.orders: dict[str, Object] = {}
        self.captures: dict[str, Object] = {}
        self.refunds: dict[str, Object] = {}
        self.disputes: dict[str, Object] = {}
        self.events: dict[str, Object] = {}
        self.replies: dict[str, Object] = {}
        self.tokens: dict[str, float] = {}
        self.vault: Object = {"mode": "at_once", "is_older_shape": False, "customers": {}}
        self.vaulted: dict[str, Object] = {}
        self.setups: dict[str, Object] = {}
        self.running: set[str] = set()
        self.counts: dict[str, int] = {"orders": 0, "charges": 0, "refunds": 0}

    def reset(self) -> None:
        with self.changing():
            self._forget()

    @contextmanager
    def changing(self) -> Iterator[None]:
        with self._lock:
            yield
            self._file.write(lambda: {name: getattr(self, name) for name in _SAVED})

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._lock:
            yield

    def seconds(self) -> float:
        return self._clock()

    def now(self) -> str:
        return told(datetime.fromtimestamp(self._clock(), UTC))

    def order(self, order_id: str) -> Object:
        """Raises 404."""
        if order_id not in self.orders:
            raise missing()
        return self.orders[order_id]

    def is_over(self, order: Object) -> bool:
        began = datetime.fromisoformat(order["create_time"])
        return datetime.fromtimestamp(self._clock(), UTC) - began > LIFE

    def claim(self, key: str, fingerprint: str) -> Object | None:
        """Claim a PayPal-Request-Id for one run; what it brought before if there was one. Raises 422 for the same id
        with another request, 409 while the first one runs."""
        with self._lock:
            reply = self.replies.get(key)
            if reply and reply["fingerprint"] != fingerprint:
                raise refused("PAYPAL_REQUEST_ID_PREVIOUSLY_USED")
            if reply:
                return reply
            if key in self.running:
                raise ApiError(409, "RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS")
            self.running.add(key)
            return None

    def finish(self, key: str, reply: Object | None) -> None:
        """Free the id; a refused request leaves nothing behind."""
        with self._lock:
            self.running.discard(key)
            if reply:
                with self.changing():
                    self.replies[key] = reply


def told(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(thing: Object) -> Object:
    """Without what PayPal keeps to itself."""
    return {name: value for name, value in thing.items() if name != "_private"}
