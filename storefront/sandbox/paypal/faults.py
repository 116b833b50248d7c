"""Trouble on the line, ordered by tests for the next calls."""

from __future__ import annotations

from dataclasses import dataclass

from storefront.sandbox.control import Faults
from storefront.sandbox.paypal.errors import ApiError
from storefront.sandbox.server import Request, Response

KINDS = frozenset(("status", "hang", "lost", "reset", "html", "empty", "truncated", "cut"))
_NAMES = {429: "RATE_LIMIT_REACHED", 409: "RESOURCE_CONFLICT", 503: "SERVICE_UNAVAILABLE"}
TOKEN = "/v1/oauth2/token"


@dataclass
class Fault:
    """What goes wrong with the next ``count`` calls to ``method`` (any if "") below ``path``; "": all but the token's.

    ``status``: refused with that HTTP status, nothing done. ``reset``: closed unread, nothing done. ``html``,
    ``empty``: a proxy's page or ``{}`` with 200, nothing done. Done but not told: ``hang`` answers after
    ``seconds``, ``lost`` closes without an answer, ``truncated`` sends half the JSON as if it were all, ``cut`` breaks
    off in the middle.
    """

    kind: str = "status"
    count: int = 1
    path: str = ""
    method: str = ""
    status: int = 500
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {sorted(KINDS)}")

    def fits(self, request: Request) -> bool:
        is_there = request.path.startswith(self.path) if self.path else request.path != TOKEN
        return is_there and self.method in ("", request.method)


class PayPalFaults(Faults[Fault]):
    def take(self, request: Request) -> Fault | None:
        return self.next(lambda fault: fault.fits(request))

    def before(self, fault: Fault) -> Response | None:
        """The answer to a call that is not carried out; None if it is."""
        match fault.kind:
            case "status":
                return ApiError(fault.status, _NAMES.get(fault.status, "INTERNAL_SERVER_ERROR")).response()
            case "reset":
                return Response(drop=True)
            case "html":
                return Response("<!doctype html><title>Maintenance</title><p>Back soon.")
            case "empty":
                return Response({})
        return None

    def after(self, fault: Fault, response: Response) -> Response:
        """What the caller sees of a call that was carried out."""
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
