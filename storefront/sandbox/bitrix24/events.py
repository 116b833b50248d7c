"""The vendor's event queue: posts each event once, in order, and never again."""

from __future__ import annotations

import http.client
import queue
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from storefront.sandbox.bitrix24.faults import PortalFaults
from storefront.sandbox.bitrix24.params import flat
from storefront.sandbox.bitrix24.records import App, Portal
from storefront.sandbox.bitrix24.world import World


@dataclass(frozen=True)
class Delivery:
    """One POST to an app: ``status`` is what it answered, 0 if it could not be reached."""

    event: str
    member_id: str
    url: str
    status: int


@dataclass(frozen=True)
class _Post:
    event: str
    member_id: str
    url: str
    body: bytes


class EventQueue:
    """A background thread that posts events. ``deliveries`` is the record of what happened."""

    def __init__(self, world: World, faults: PortalFaults, oauth_base: str) -> None:
        self._world = world
        self._faults = faults
        self._oauth_base = oauth_base
        self._posts: queue.Queue[_Post | None] = queue.Queue()
        self._held: list[_Post] = []
        self._thread: threading.Thread | None = None
        self._idle = threading.Condition()
        self._pending = 0
        self.deliveries: list[Delivery] = []

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._posts.put(None)
        if self._thread:
            self._thread.join(15)

    def wait(self, timeout: float = 10.0) -> bool:
        """Wait until everything queued has been posted; False if that took too long."""
        with self._idle:
            return self._idle.wait_for(lambda: self._pending == 0, timeout)

    def send(self, name: str, portal: Portal, app: App, data: dict[str, Any], *, with_tokens: bool = True) -> None:
        """Queue one event of ``app`` on ``portal``, with whatever fault was asked for."""
        if not app.events_url:
            return
        fault = self._faults.take(f"event.{name}", portal.name)
        kind = fault.kind if fault else ""
        if kind == "lost":
            return
        auth = self._auth(portal, app, with_tokens=with_tokens and kind != "no_tokens")
        if kind == "wrong_application_token":
            auth["application_token"] = "0" * 32
        message = {
            "event": name,
            "event_handler_id": str(portal.take_id()),
            "data": data,
            "ts": str(int(self._world.now())),
            "auth": auth,
        }
        post = _Post(name, portal.member_id, app.events_url, urlencode(flat(message)).encode())
        if kind == "hold":
            self._held.append(post)
            return
        for queued in [post, *([post] if kind == "duplicate" else []), *self._held]:
            self._put(queued)
        self._held.clear()

    def release(self) -> None:
        """Post the events that were held back."""
        for post in self._held:
            self._put(post)
        self._held.clear()

    def _auth(self, portal: Portal, app: App, *, with_tokens: bool) -> dict[str, str]:
        auth = {
            "domain": portal.known_as,
            "server_endpoint": f"{self._oauth_base}/rest/",
            "client_endpoint": portal.endpoint,
            "member_id": portal.member_id,
            "application_token": self._world.application_token(portal, app.code),
        }
        if with_tokens:
            user_id = portal.installs[app.code].installed_by
            token = self._world.issue(portal, app.code, user_id)
            auth |= {
                "access_token": token.access,
                "refresh_token": token.refresh,
                "expires": str(int(token.expires_at)),
                "expires_in": "3600",
                "scope": app.scope,
                "status": app.status,
                "user_id": str(user_id),
            }
        return auth

    def _put(self, post: _Post) -> None:
        with self._idle:
            self._pending += 1
        self._posts.put(post)

    def _run(self) -> None:
        while post := self._posts.get():
            self.deliveries.append(Delivery(post.event, post.member_id, post.url, _deliver(post)))
            with self._idle:
                self._pending -= 1
                self._idle.notify_all()


def _deliver(post: _Post) -> int:
    parts = urlsplit(post.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=10)
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request("POST", path, post.body, {"Content-Type": "application/x-www-form-urlencoded"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
