"""Trouble on the line, ordered by tests for the next calls."""

from __future__ import annotations

from dataclasses import dataclass

from storefront.sandbox.control import Faults
from storefront.sandbox.server import Request, Response
from storefront.sandbox.stripe.errors import ApiError

KINDS = frozenset(
    ("status", "broken", "hang", "slow", "lost", "reset", "html", "truncated", "cut", "empty", "trickle", "redirect")
)
_CODES = {429: ("rate_limit", "Too many requests."), 409: ("idempotency_key_in_use", "Another request is in progress.")}


def _broken() -> ApiError:
    """Stripe saves the status and body of a request whose execution has begun, whatever they are."""
    return ApiError(500, "", "An error occurred on our side.", kind="api_error", executed=True)


@dataclass
class Fault:
    """What goes wrong with the next ``count`` calls to ``method`` (any if empty) below ``path``.

    ``status``: refused with that HTTP status, nothing done; a 500 to a POST is remembered with its idempotency key.
    ``broken``: done, and then answered with such a 500 all the same. ``reset``: closed unread, nothing done.
    ``html`` and ``empty``: a proxy's page or ``{}`` with 200, nothing done. ``slow``: the work takes ``seconds``.
    Done but not told: ``hang`` answers after ``seconds``, ``lost`` closes without an answer, ``truncated`` sends half
    the JSON as if it were all, ``cut`` breaks off in the middle of the body, ``trickle`` pauses for ``seconds`` after
    every byte, ``redirect`` points elsewhere.
    """

    kind: str = "status"
    count: int = 1
    path: str = "/v1/"
    method: str = ""
    status: int = 500
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {sorted(KINDS)}")


class StripeFaults(Faults[Fault]):
    """Faults, and what each does to a call."""

    def take(self, request: Request) -> Fault | None:
        """The fault for this call, used up by it."""
        return self.next(lambda fault: request.path.startswith(fault.path) and fault.method in ("", request.method))

    def before(self, fault: Fault, request: Request) -> Response | None:
        """The answer to a call whose work is not begun; None if it is."""
        match fault.kind:
            case "status" if fault.status != 500 or request.method != "POST":
                code, message = _CODES.get(fault.status, ("", "An error occurred on our side."))
                return ApiError(fault.status, code, message, kind="api_error").response()
            case "reset":
                return Response(drop=True)
            case "html":
                return Response("<!doctype html><title>Maintenance</title><p>Back soon.")
            case "empty":
                return Response({})
        return None

    def work(self, fault: Fault | None) -> None:
        """What happens when the work has begun, before anything is done. Raises a 500 that is remembered."""
        if fault and fault.kind == "slow":
            self.wait(fault.seconds)
        if fault and fault.kind == "status":
            raise _broken()

    def worked(self, fault: Fault | None) -> None:
        """What happens when the work is done, before it is answered. Raises a 500 that is remembered."""
        if fault and fault.kind == "broken":
            raise _broken()

    def after(self, fault: Fault, response: Response) -> Response:
        """What the caller sees of work that was done."""
        body = response.encoded()
        match fault.kind:
            case "hang":
                self.wait(fault.seconds)
            case "lost":
                return Response(drop=True)
            case "truncated":
                return Response(body[: len(body) // 2], response.status, response.headers)
            case "trickle":
                return Response(body, response.status, response.headers, pace=fault.seconds)
            case "redirect":
                return Response(b"", 302, {"Location": f"/c/pay/{fault.kind}"})
            case "cut":
                return Response(body, response.status, response.headers, cut_to=len(body) // 2)
        return response
