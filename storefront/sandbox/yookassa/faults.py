"""Trouble on the line, ordered by tests for the next calls of the API."""

from __future__ import annotations

from dataclasses import dataclass

from storefront.sandbox.control import Faults
from storefront.sandbox.server import Request, Response
from storefront.sandbox.yookassa.errors import ApiError

KINDS = frozenset(("status", "failed_late", "hang", "lost", "reset", "html", "empty", "truncated", "cut", "processing"))
_CODES = {429: "too_many_requests", 403: "forbidden", 401: "invalid_credentials"}


@dataclass
class Fault:
    """``status``, ``reset``, ``html``, ``empty``, ``processing`` (202): nothing is done. Done, and not or half told:
    ``failed_late`` (500), ``hang`` (seconds), ``lost``, ``truncated``, ``cut``."""

    kind: str = "status"
    count: int = 1
    method: str = ""
    status: int = 500
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {sorted(KINDS)}")


class ApiFaults(Faults[Fault]):
    def take(self, request: Request) -> Fault | None:
        return self.next(lambda fault: fault.method in ("", request.method))

    def before(self, fault: Fault) -> Response | None:
        """The answer to a call that is not carried out; None if it is."""
        match fault.kind:
            case "status":
                code = _CODES.get(fault.status, "internal_server_error")
                return ApiError(fault.status, code, "The request was not processed").response()
            case "processing":
                return Response({"type": "processing", "description": "Request accepted", "retry_after": 1800}, 202)
            case "reset":
                return Response(drop=True)
            case "html":
                return Response("<!doctype html><title>502</title><p>Bad gateway.")
            case "empty":
                return Response({})
        return None

    def after(self, fault: Fault, response: Response) -> Response:
        """What the caller sees of a call that was carried out."""
        body = response.encoded()
        match fault.kind:
            case "failed_late":
                return ApiError(500, "internal_server_error", "Technical failure, the result is unknown").response()
            case "hang":
                self.wait(fault.seconds)
            case "lost":
                return Response(drop=True)
            case "truncated":
                return Response(body[: len(body) // 2], response.status, response.headers)
            case "cut":
                return Response(body, response.status, response.headers, cut_to=len(body) // 2)
        return response
