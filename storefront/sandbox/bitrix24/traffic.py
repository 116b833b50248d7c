"""What both roles share: the record of requests, and the faults that were asked for."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from storefront.sandbox.bitrix24.faults import PortalFaults, broken, refusal
from storefront.sandbox.bitrix24.params import masked, read
from storefront.sandbox.bitrix24.timing import time_block
from storefront.sandbox.bitrix24.world import World
from storefront.sandbox.server import Request, Response

SLOW_SECONDS = 15.0


class Traffic:
    """Every request passes here. ``stopping`` ends slow answers early."""

    def __init__(self, world: World, faults: PortalFaults) -> None:
        self._world = world
        self._faults = faults
        self.requests: deque[dict[str, Any]] = deque(maxlen=2000)
        self.secret_leaks: list[dict[str, Any]] = []
        self.stopping = threading.Event()

    def clear(self) -> None:
        self.requests.clear()
        self.secret_leaks.clear()

    def record(self, role: str, host: str, request: Request) -> dict[str, Any]:
        """Keep a request with its secrets masked, and notice a client secret that reached a portal.

        Done on arrival, so that a slow answer does not turn up among later requests; the caller sets "status".
        """
        params = read(request)
        entry = {
            "at": self._world.now(),
            "role": role,
            "host": host,
            "method": request.method,
            "path": re.sub(r"^(/rest/\d+/)[^/]+", r"\1***", request.path),
            "params": masked(params) if params is not None else {},
            "status": None,
        }
        self.requests.append(entry)
        everything = request.body + request.raw_query.encode()
        if role == "portal" and any(app.client_secret.encode() in everything for app in self._world.apps.values()):
            self.secret_leaks.append(entry)
        return entry

    def faulty(self, method: str, portal: str, normal: Callable[[str], Response]) -> Response:
        """Answer ``normal``, or what a fault asks for instead. ``normal`` gets the fault's kind, "" for none."""
        fault = self._faults.take(method, portal)
        if fault is None:
            return normal("")
        if fault.kind == "slow":
            self.stopping.wait(float(fault.options.get("seconds", SLOW_SECONDS)))
            return normal("")
        if fault.kind == "moved":
            return Response(b"", 302, {"Location": str(fault.options.get("to", ""))})
        if fault.kind == "rate_limit":
            timing = time_block(self._world.now())
            timing["operating_reset_at"] = int(fault.options.get("reset_at", timing["operating_reset_at"]))
            body = {"error": "OPERATION_TIME_LIMIT", "error_description": "Method is blocked", "time": timing}
            return Response(body, 429)
        return refusal(fault.kind) or broken(fault.kind) or normal(fault.kind)
