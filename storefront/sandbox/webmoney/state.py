"""What the stand-in remembers, and its file on disk."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from storefront.sandbox.control import Refusal, StateFile
from storefront.sandbox.server import Response

Object = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """A purse of the seller: ``key`` of its pay page, ``x20`` of invoices; ``is_test``: in test mode."""

    wmid: str
    purse: str
    key: str
    x20: str
    is_test: bool = True


class Retval(Refusal):
    """WebMoney's own refusal, with HTTP 200."""

    def __init__(self, retval: int, text: str) -> None:
        super().__init__(text)
        self.retval, self.text = retval, text

    def response(self) -> Response:
        return answer(self.retval, self.text)


def answer(retval: int, text: str = "", inner: str = "") -> Response:
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><merchant.response>{inner}<retval>{retval}</retval>'
        f"<retdesc>{escape(text)}</retdesc><userdesc>{escape(text)}</userdesc></merchant.response>"
    )
    return Response(body.encode(), headers={"Content-Type": "text/xml; charset=utf-8"})


def digest(*values: object) -> str:
    return hashlib.sha256("".join(str(value) for value in values).encode("utf-8")).hexdigest()


class State:
    """Payments in order of creation, by a key of ours. Every change happens inside ``changing()``."""

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

    def add(self, payment: Object) -> Object:
        """Inside ``changing()``."""
        key = str(len(self.payments) + 1)
        self.payments[key] = {"state": "new", "transfer": "", **payment, "key": key}
        return self.payments[key]

    def stamp(self) -> str:
        return time.strftime("%Y%m%d %H:%M:%S", time.gmtime(self.clock()))
