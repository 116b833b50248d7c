"""Trouble on the line, ordered by tests for the next calls of the API."""

from __future__ import annotations

from dataclasses import dataclass

from storefront.sandbox.control import Faults
from storefront.sandbox.server import Request, Response
from storefront.sandbox.twocheckout.state import ApiError

KINDS = frozenset(("status", "hang", "lost", "reset", "html", "truncated", "cut", "empty"))


@dataclass
class Fault:
    """``status``, ``reset``, ``html``, ``empty``: nothing is done. ``hang`` (seconds), ``lost``, ``truncated``,
    ``cut``: done, and not or half told."""

    kind: str = "status"
    count: int = 1
    method: str = ""
    status: int = 500
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {sorted(KINDS)}")


class ApiFaults(Faults[Fault]):
    """Faults, and what each does to a call. ``polite``: refusals come with HTTP 200."""

    polite = False

    def take(self, request: Request) -> Fault | None:
        return self.next(lambda fault: fault.method in ("", request.method))

    def before(self, fault: Fault) -> Response | None:
        match fault.kind:
            case "status":
                return ApiError(fault.status, "INTERNAL_ERROR", "An error occurred.").response()
            case "reset":
                return Response(drop=True)
            case "html":
                return Response("<!doctype html><title>Maintenance</title><p>Back soon.")
            case "empty":
                return Response(b"")
        return None

    def after(self, fault: Fault, response: Response) -> Response:
        body = response.encoded()
        match fault.kind:
            case "hang":
                self.wait(fault.seconds)
            case "lost":
                return Response(drop=True)
            case "truncated":
                return Response(body[: len(body) // 2], response.status, response.headers)
            case "cut":
                return Response(body, response.status, response.headers, cut_to=len(body) // 2)
        return response
