"""Notifications: unsigned, sent until they are answered with 200, or for a day.

https://yookassa.ru/developers/using-api/webhooks
"""

from __future__ import annotations

import copy
import http.client
import json
import random
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from storefront.sandbox.yookassa.state import Object, State, new_id, shown

#: Pauses between tries, in seconds; YooKassa does not tell its own, which go on for 24 hours.
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
PATIENCE = 10.0


@dataclass
class Mode:
    """How deliveries misbehave. All off is normal: ``hold`` keeps them until released, ``drop`` loses them."""

    copies: int = 1
    hold: bool = False
    drop: bool = False


@dataclass
class _Letter:
    notice: Object
    due: float
    tries: int = 0


class Notifier:
    """Sends in a thread of its own. What an earlier run did not get delivered is sent by the next one."""

    def __init__(self, state: State, *, url: str) -> None:
        self._state, self.url = state, url
        self.mode = Mode()
        self.deliveries: list[dict[str, Any]] = []
        self._waiting: list[_Letter] = []
        self._held: list[Object] = []
        self._busy = 0
        self._change = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="yookassa-stand-in-notifier", daemon=True)

    def start(self) -> None:
        with self._state.reading():
            left = [notice for notice in self._state.notices.values() if notice["waits"]]
        self._send(left, 1)
        self._thread.start()

    def stop(self) -> None:
        with self._change:
            self._stopped = True
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def emit(self, event: str, thing: Object) -> None:
        """Note what happened; the caller holds the state's lock."""
        body = {"type": "notification", "event": event, "object": copy.deepcopy(shown(thing))}
        notice = {"id": new_id(), "body": json.dumps(body, ensure_ascii=False)}
        notice["waits"] = bool(self.url) and not self.mode.drop
        self._state.notices[notice["id"]] = notice
        if not notice["waits"]:
            return
        if self.mode.hold:
            with self._change:
                self._held.append(notice)
        else:
            self._send([notice], self.mode.copies)

    def release(self, *, order: str = "normal", copies: int = 1) -> int:
        """Send what was held, in this order, backwards ("reverse") or shuffled; how many there were."""
        with self._change:
            held, self._held = self._held, []
        if order == "reverse":
            held.reverse()
        elif order == "shuffle":
            random.shuffle(held)
        self._send(held, copies)
        return len(held)

    def drain(self, timeout: float = 10.0) -> bool:
        """Wait until everything sent so far was answered or given up."""
        with self._change:
            return self._change.wait_for(lambda: not self._waiting and not self._busy, timeout)

    def forget(self) -> None:
        with self._change:
            self._waiting, self._held, self.mode = [], [], Mode()
            self.deliveries.clear()
            self._change.notify_all()

    def _send(self, notices: list[Object], copies: int) -> None:
        with self._change:
            now = time.monotonic()
            self._waiting.extend(_Letter(notice, now) for notice in notices for _ in range(copies))
            self._change.notify_all()

    def _run(self) -> None:
        while not self._stopped:
            with self._change:
                if not self._due():
                    self._change.wait(0.2)
                due = self._due()
                self._waiting = [letter for letter in self._waiting if letter not in due]
                self._busy += len(due)
            for letter in due:
                self._deliver(letter)

    def _due(self) -> list[_Letter]:
        now = time.monotonic()
        return [letter for letter in self._waiting if letter.due <= now]

    def _deliver(self, letter: _Letter) -> None:
        status = self._post(letter.notice["body"].encode())
        event = json.loads(letter.notice["body"])["event"]
        self.deliveries.append({"notice": letter.notice["id"], "event": event, "status": status})
        is_over = status == 200 or letter.tries >= len(PAUSES)
        if is_over:
            with self._state.changing():
                letter.notice["waits"] = False
        with self._change:
            self._busy -= 1
            if not is_over:
                due = time.monotonic() + PAUSES[letter.tries]
                self._waiting.append(_Letter(letter.notice, due, letter.tries + 1))
            self._change.notify_all()

    def _post(self, body: bytes) -> int:
        """One try; 0 if there was no answer."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE)
        headers = {"Content-Type": "application/json", "User-Agent": "AHC/2.1 (sandbox)"}
        try:
            connection.request("POST", parts.path or "/", body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
