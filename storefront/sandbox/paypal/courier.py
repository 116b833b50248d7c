"""Messages: written when something happens, signed, and carried to the shop by a thread of their own."""

from __future__ import annotations

import copy
import http.client
import json
import random
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from storefront.sandbox.paypal import signing
from storefront.sandbox.paypal.state import Object, State, new_id, told

#: pauses between attempts, in seconds; PayPal's own are spread over three days
BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
PATIENCE = 10.0


@dataclass
class Mode:
    """How deliveries misbehave. All off is normal.

    ``copies`` repeats each, ``order`` (normal, reverse, shuffle) is that of what one act or ``release`` sends, ``hold``
    keeps messages until released, ``drop`` loses them, ``forge`` signs with another key.
    """

    copies: int = 1
    order: str = "normal"
    hold: bool = False
    drop: bool = False
    forge: bool = False


@dataclass
class _Parcel:
    event: Object
    due: float
    attempt: int = 0


class Courier:
    def __init__(self, state: State, *, base_url: str) -> None:
        self.mode = Mode()
        self.deliveries: list[dict[str, Any]] = []
        self._state, self._base = state, base_url
        self._waiting: list[_Parcel] = []
        self._held: list[Object] = []
        self._busy = 0
        self._change = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="paypal-stand-in-courier", daemon=True)

    def start(self) -> None:
        """Begin with what an earlier run did not get delivered."""
        with self._state.reading():
            left = [event for event in self._state.events.values() if event["_private"]["waits"]]
        self._send(left)
        self._thread.start()

    def stop(self) -> None:
        with self._change:
            self._stopped = True
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def emit(self, acts: list[tuple[str, str, Object]]) -> None:
        """Record messages (the caller holds the state's lock) and hand them over for delivery."""
        events = [self._event(kind, thing, resource) for kind, thing, resource in acts]
        for event in events:
            self._state.events[event["id"]] = event
        hook = self._state.webhook
        wanted = [each for each in events if hook["url"] and each["event_type"] in hook["event_types"]]
        for event in wanted:
            event["_private"]["waits"] = not self.mode.drop
        if self.mode.drop:
            return
        if self.mode.hold:
            with self._change:
                self._held.extend(wanted)
        else:
            self._send(self._ordered(wanted, self.mode.order))

    def release(self, *, order: str = "normal", copies: int = 1) -> int:
        """Send what was held; how many messages."""
        with self._change:
            held, self._held = self._held, []
        self._send(self._ordered(held, order), copies=copies)
        return len(held)

    def resend(self, event_id: str, *, copies: int = 1) -> None:
        with self._state.reading():
            event = self._state.events[event_id]
        self._send([event], copies=copies)

    def drain(self, timeout: float = 10.0) -> bool:
        """Wait until everything sent so far was answered or given up."""
        with self._change:
            return self._change.wait_for(lambda: not self._waiting and not self._busy, timeout)

    def forget(self) -> None:
        with self._change:
            self._waiting, self._held, self.mode, self.deliveries = [], [], Mode(), []
            self._change.notify_all()

    def headers(
        self, body: bytes, *, webhook_id: str = "", at: datetime | None = None, pem: str = ""
    ) -> dict[str, str]:
        """What proves a message."""
        moment = at or datetime.fromtimestamp(self._state.seconds(), UTC)
        transmission, stamp = str(uuid.uuid4()), told(moment)
        webhook_id = webhook_id or self._state.webhook["id"]
        signature = signing.sign(
            pem or self._state.key["pem"], transmission=transmission, at=stamp, webhook_id=webhook_id, body=body
        )
        return {
            "PAYPAL-AUTH-ALGO": signing.ALGORITHM,
            "PAYPAL-CERT-URL": f"{self._base}/v1/notifications/certs/CERT-sandbox-1",
            "PAYPAL-TRANSMISSION-ID": transmission,
            "PAYPAL-TRANSMISSION-SIG": signature,
            "PAYPAL-TRANSMISSION-TIME": stamp,
        }

    @staticmethod
    def _ordered(events: list[Object], order: str) -> list[Object]:
        if order == "shuffle":
            return random.sample(events, len(events))
        return events[::-1] if order == "reverse" else events

    def _event(self, kind: str, thing: str, resource: Object) -> Object:
        return {
            "id": f"WH-{new_id(17)}-{new_id(17)}",
            "event_version": "1.0",
            "create_time": self._state.now(),
            "resource_type": thing,
            "resource_version": "2.0",
            "event_type": kind,
            "summary": f"{kind.lower().replace('.', ' ')}",
            "resource": copy.deepcopy(resource),
            "links": [],
            "_private": {"waits": False},
        }

    def _send(self, events: list[Object], *, copies: int | None = None) -> None:
        with self._change:
            for event in events:
                self._waiting.extend(_Parcel(event, time.monotonic()) for _ in range(copies or self.mode.copies))
            self._change.notify_all()

    def _run(self) -> None:
        while not self._stopped:
            with self._change:
                if not self._due():
                    self._change.wait(0.2)
                due = self._due()
                for parcel in due:
                    self._waiting.remove(parcel)
                self._busy += len(due)
            for parcel in due:
                self._deliver(parcel)

    def _due(self) -> list[_Parcel]:
        now = time.monotonic()
        return [parcel for parcel in self._waiting if parcel.due <= now]

    def _deliver(self, parcel: _Parcel) -> None:
        status = self._post(parcel.event)
        is_taken = 200 <= status < 300
        told_of = {"event": parcel.event["id"], "type": parcel.event["event_type"], "status": status}
        self.deliveries.append(told_of)
        if is_taken or parcel.attempt >= len(BACKOFF):
            with self._state.changing():
                parcel.event["_private"]["waits"] = False
        with self._change:
            self._busy -= 1
            if not is_taken and parcel.attempt < len(BACKOFF):
                due = time.monotonic() + BACKOFF[parcel.attempt]
                self._waiting.append(_Parcel(parcel.event, due, parcel.attempt + 1))
            self._change.notify_all()

    def _post(self, event: Object) -> int:
        """One attempt; 0 if there was no answer."""
        body = encoded(event)
        headers = self.headers(body, pem=signing.new_key() if self.mode.forge else "")
        headers |= {"Content-Type": "application/json", "User-Agent": "PayPal/AUHR-214.0 (sandbox)"}
        parts = urlsplit(self._state.webhook["url"])
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE)
        try:
            connection.request("POST", parts.path or "/", body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()


def encoded(event: Object) -> bytes:
    """The body of a message."""
    return json.dumps({name: value for name, value in event.items() if name != "_private"}).encode()
