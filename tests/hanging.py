"""A company that takes every call and answers none until it is let go."""

from __future__ import annotations

import threading

from storefront.sandbox.server import Request, Response, StandIn


class Hanging(StandIn):
    """``asked`` is released once for every call that has come."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.let_go = threading.Semaphore(0), threading.Event()
        for method in ("GET", "POST"):
            self.route(method, "/.*", self._hang)

    def stop(self) -> None:
        self.let_go.set()
        super().stop()

    def _hang(self, request: Request) -> Response:
        self.asked.release()
        self.let_go.wait(600)
        return Response({})
