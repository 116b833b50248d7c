"""Messages to the shop, sent until they are answered as their company wants, by a stand-in's clock."""

from __future__ import annotations

import http.client
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Self, TypeVar
from urllib.parse import urlsplit

from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.server import StandIn

PATIENCE = 10.0
PAUSE = 0.05


@dataclass(frozen=True)
class Answer:
    """``status`` is 0 if there was none; ``headers`` keys are lower-case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Letter:
    """``about``: what is noted of its deliveries. ``as_query``: sent by GET, the body behind the address."""

    body: bytes
    headers: Mapping[str, str]
    about: Mapping[str, Any] = field(default_factory=dict)
    began: float = 0.0
    tries: int = 0
    as_query: bool = False


class Postman:
    """Sends in a thread of its own. ``url``: "" for nowhere; ``later``: seconds after the first try at which a letter
    is tried again; ``is_taken``: whether an answer is the right one. ``deliveries``: what became of each try."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        url: str,
        later: Sequence[float],
        is_taken: Callable[[Letter, Answer], bool],
    ) -> None:
        self._clock, self.url, self._later, self._is_taken = clock, url, tuple(later), is_taken
        self.deliveries: list[dict[str, Any]] = []
        self._waiting: list[Letter] = []
        self._held: list[Letter] = []
        self._change = threading.Condition()
        self._busy = self._stopped = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._change:
            self._stopped = True
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def send(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        hold: bool = False,
        copies: int = 1,
        as_query: bool = False,
        **about: Any,
    ) -> None:
        """Have it delivered, or kept until it is released."""
        if not self.url:
            return
        letters = [Letter(body, headers, about, self._clock(), as_query=as_query) for _ in range(copies)]
        with self._change:
            (self._held if hold else self._waiting).extend(letters)
            self._change.notify_all()

    def release(self, *, order: str = "normal", copies: int = 1) -> int:
        """Send what was held, in this order, backwards ("reverse") or shuffled; how many there were."""
        with self._change:
            held, self._held = self._held, []
            if order != "normal":
                held.reverse() if order == "reverse" else random.shuffle(held)
            self._waiting += [replace(each, tries=0) for each in held for _ in range(copies)]
            self._change.notify_all()
        return len(held)

    def drain(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is due."""
        with self._change:
            return self._change.wait_for(lambda: not self._due() and not self._busy, timeout)

    def forget(self) -> None:
        with self._change:
            self._waiting, self._held = [], []
        self.deliveries.clear()

    def _due(self) -> list[Letter]:
        now = self._clock()
        return [each for each in self._waiting if now >= each.began + (0, *self._later)[each.tries]]

    def _run(self) -> None:
        while not self._stopped:
            with self._change:
                due = self._due()
                if not due:
                    self._change.wait(PAUSE)
                    continue
                self._waiting = [each for each in self._waiting if each not in due]
                self._busy = True
            for letter in due:
                self._deliver(letter)
            with self._change:
                self._busy = False
                self._change.notify_all()

    def _deliver(self, letter: Letter) -> None:
        answer = self._post(letter)
        taken = self._is_taken(letter, answer)
        letter.tries += 1
        self.deliveries.append({"status": answer.status, **letter.about, "taken": taken})
        if not taken and letter.tries <= len(self._later):
            with self._change:
                self._waiting.append(letter)

    def _post(self, letter: Letter) -> Answer:
        """One try."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE)
        try:
            if letter.as_query:
                connection.request("GET", f"{parts.path or '/'}?{letter.body.decode()}", headers=dict(letter.headers))
            else:
                connection.request("POST", parts.path or "/", letter.body, dict(letter.headers))
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, answer.read(), headers)
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            connection.close()


APostman = TypeVar("APostman", bound=Postman)


class TellingStandIn(StandIn, Generic[APostman]):
    """A stand-in that sends messages: its ``postman`` works while it runs; once it stops, no call of its ``faults``
    hangs."""

    postman: APostman
    faults: LineFaults

    def start(self) -> Self:
        self.postman.start()
        return super().start()

    def stop(self) -> None:
        self.faults.stop()
        self.postman.stop()
        super().stop()
