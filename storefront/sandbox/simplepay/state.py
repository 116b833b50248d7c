"""What the stand-in remembers, and its file on disk."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from storefront.sandbox.control import Refusal, StateFile
from storefront.sandbox.server import Response

Object = dict[str, Any]
FIRST_NUMBER = 509007571
BUDAPEST = ZoneInfo("Europe/Budapest")


class ApiError(Refusal):
    """SimplePay's own refusal. Real ones come with HTTP 200."""

    def __init__(self, code: int, status: int = 200) -> None:
        super().__init__(str(code))
        self.code, self.status = code, status

    def response(self) -> Response:
        return Response({"errorCodes": [self.code]}, self.status)


def sign(body: bytes, key: str) -> str:
    digest = hmac.digest(key.encode("utf-8"), body, "sha384")
    assert len(digest) == hashlib.sha384().digest_size
    return base64.standard_b64encode(digest).decode("ascii")


class State:
    """Transactions by their number, in order of creation. Every change happens inside ``changing()``."""

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.RLock()
        self._file = StateFile(path)
        self.clock = clock
        self.transactions: dict[str, Object] = {}
        self.counts: dict[str, int] = {"charges": 0, "refunds": 0}
        saved = self._file.read() or {}
        for name in ("transactions", "counts"):
            getattr(self, name).update(saved.get(name, {}))

    @contextmanager
    def changing(self) -> Iterator[None]:
        with self._lock:
            yield
            self._file.write(lambda: {"transactions": self.transactions, "counts": self.counts})

    def stamp(self) -> str:
        return datetime.fromtimestamp(self.clock(), BUDAPEST).isoformat(timespec="seconds")

    def next_number(self) -> int:
        return FIRST_NUMBER + len(self.transactions) + self.counts["refunds"]

    def find(self, merchant: str, *, order_ref: str = "", number: int | None = None) -> Object:
        """A transaction of that account. Raises ApiError 5011."""
        for each in self.transactions.values():
            is_named = each["orderRef"] == order_ref or each["transactionId"] == number
            if each["merchant"] == merchant and is_named:
                self.lapse(each)
                return each
        raise ApiError(5011)

    def lapse(self, transaction: Object) -> None:
        """A page that nobody used in time is over."""
        if transaction["status"] == "INIT" and self.clock() >= transaction["ends"]:
            transaction["status"] = "TIMEOUT"

    def forget(self) -> None:
        with self.changing():
            self.transactions.clear()
            self.counts.update(charges=0, refunds=0)
