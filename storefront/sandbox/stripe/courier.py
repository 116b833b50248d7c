"""Webhooks: events signed as Stripe signs them and carried to the shop by a thread of their own."""

from __future__ import annotations

import copy
import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from storefront.sandbox.stripe.endpoints import Endpoints
from storefront.sandbox.stripe.state import Object, State, new_id

#: pauses between attempts, in seconds; after the last one the event stays undelivered (it can still be listed)
BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
PATIENCE = 10.0  # seconds one delivery may take


@dataclass
class Mode:
    """How deliveries misbehave. All off is normal.

    ``order``: normal, reverse or shuffle, within one act's events. ``hold`` keeps events until released, ``drop``
    loses them, ``copies`` repeats each, ``parallel`` sends whatever is due at the same time. ``stamp_offset``
    (seconds) moves the signed time, ``livemode`` claims real money, ``only`` limits delivery to types with this prefix.
    """

    copies: int = 1
    parallel: bool = False
    order: str = "normal"
    delay: float = 0.0
    hold: bool = False
    drop: bool = False
    bad_signature: bool = False
    stamp_offset: int = 0
    livemode: bool | None = None
    only: str = ""


@dataclass
class _Parcel:
    event: Object
    due: float
    attempt: int = 0


def signature(payload: bytes, secret: str, stamp: int) -> str:
    """The ``Stripe-Signature`` header (docs.stripe.com/webhooks#verify-manually)."""
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + payload, hashlib.sha256)
    return f"t={stamp},v1={mac.hexdigest()}"


class Courier:
    def __init__(self, state: State, *, endpoints: Endpoints, secret: str, every_tick: Callable[[], None]) -> None:
        self.secret = secret
        self._endpoints = endpoints
        self.mode = Mode()
        self.deliveries: list[dict[str, Any]] = []
        self._state = state
        self._every_tick = every_tick
        self._waiting: list[_Parcel] = []
        self._held: list[Object] = []
        self._tried: dict[str, threading.Event] = {}
        self._busy = 0
        self._change = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="stripe-stand-in-courier", daemon=True)

    def start(self) -> None:
        """Begin with what an earlier run did not get delivered."""
        with self._state.reading():
            left = [event for event in reversed(self._state.all("event")) if event["pending_webhooks"]]
        self._send(left)
        self._thread.start()

    def stop(self) -> None:
        with self._change:
            self._stopped = True
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def emit(self, acts: list[tuple[str, Object]]) -> None:
        """Record events (the caller holds the state's lock) and hand them over for delivery."""
        events = [self._event(kind, subject) for kind, subject in acts]
        for event in events:
            self._state.add(event)
        if self.mode.order == "reverse":
            events.reverse()
        elif self.mode.order == "shuffle":
            random.shuffle(events)
        wanted = [
            event
            for event in events
            if event["type"].startswith(self.mode.only) and self._endpoints.takes(event["type"])
        ]
        for event in events:
            event["pending_webhooks"] = int(event in wanted and not self.mode.drop)
        if self.mode.drop:
            return
        if self.mode.hold:
            with self._change:
                self._held.extend(wanted)
        else:
            self._send(wanted)

    def release(self, *, order: str = "normal", copies: int = 1) -> int:
        """Send what was held; how many events."""
        with self._change:
            held, self._held = self._held, []
        if order == "reverse":
            held.reverse()
        elif order == "shuffle":
            random.shuffle(held)
        self._send(held * copies, copies=1)
        return len(held)

    def resend(self, event_id: str, *, copies: int = 1) -> None:
        """Send a recorded event again, as Stripe may at any time."""
        self._send([self._state.get("event", event_id)], copies=copies)

    def drain(self, timeout: float = 10.0) -> bool:
        """Wait until everything sent so far was answered or given up (held events do not count)."""
        with self._change:
            return self._change.wait_for(lambda: not self._waiting and not self._busy, timeout)

    def wait_first_attempt(self, subject_id: str, timeout: float = PATIENCE) -> None:
        """Wait until the first attempt for this object's newest event is over: so long does Stripe hold the buyer."""
        with self._state.reading():
            events = (event for event in self._state.all("event") if event["data"]["object"]["id"] == subject_id)
            newest = next(events, None)
        with self._change:
            tried = self._tried.get(newest["id"]) if newest else None
        if tried:
            tried.wait(timeout)

    def forget(self) -> None:
        with self._change:
            self._waiting, self._held, self._tried, self.mode, self.deliveries = [], [], {}, Mode(), []
            self._change.notify_all()

    def _event(self, kind: str, subject: Object) -> Object:
        return {
            "id": new_id("evt"),
            "object": "event",
            "api_version": self._endpoints.own["api_version"],
            "created": self._state.now(),
            "data": {"object": copy.deepcopy(subject)},
            "livemode": bool(subject.get("livemode")) if self.mode.livemode is None else self.mode.livemode,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }

    def _send(self, events: list[Object], *, copies: int | None = None) -> None:
        due = time.monotonic() + self.mode.delay
        with self._change:
            for event in events:
                self._tried.setdefault(event["id"], threading.Event())
                self._waiting.extend(_Parcel(event, due) for _ in range(copies or self.mode.copies))
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
                if self.mode.parallel:
                    threading.Thread(target=self._deliver, args=(parcel,), daemon=True).start()
                else:
                    self._deliver(parcel)
            self._every_tick()

    def _due(self) -> list[_Parcel]:
        now = time.monotonic()
        return [parcel for parcel in self._waiting if parcel.due <= now]

    def _deliver(self, parcel: _Parcel) -> None:
        status = self._post(parcel.event)
        delivered = 200 <= status < 300
        self.deliveries.append({"event": parcel.event["id"], "type": parcel.event["type"], "status": status})
        if delivered or parcel.attempt >= len(BACKOFF):
            with self._state.changing():
                parcel.event["pending_webhooks"] = 0
        with self._change:
            self._busy -= 1
            self._tried.setdefault(parcel.event["id"], threading.Event()).set()
            if not delivered and parcel.attempt < len(BACKOFF):
                due = time.monotonic() + BACKOFF[parcel.attempt]
                self._waiting.append(_Parcel(parcel.event, due, parcel.attempt + 1))
            self._change.notify_all()

    def _post(self, event: Object) -> int:
        """One attempt with a fresh stamp; 0 if there was no answer. Redirects are answers, and failures."""
        with self._state.reading():
            payload = json.dumps(event, indent=2).encode()
        stamp = self._state.now() + self.mode.stamp_offset
        secret = "whsec_forged" if self.mode.bad_signature else self.secret
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0 (sandbox)"}
        headers["Stripe-Signature"] = signature(payload, secret, stamp)
        parts = urlsplit(self._endpoints.own["url"])
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE)
        try:
            connection.request("POST", parts.path or "/", payload, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
