"""Trouble on the line, ordered by tests for the next calls."""

from __future__ import annotations

from dataclasses import dataclass

from storefront.sandbox.control import Faults
from storefront.sandbox.paypal_nvp.wire import NvpError
from storefront.sandbox.server import Response

KINDS = frozenset(("status", "code", "hang", "lost", "reset", "html", "empty", "truncated", "cut"))


@dataclass
class Fault:
    """What goes wrong with the next ``count`` calls of ``method`` (several by blanks; any if empty).

    Nothing done: ``status`` (HTTP), ``code`` (PayPal's own), ``reset``, ``html``, ``empty``. Done but not told:
    ``hang`` answers after ``seconds``, ``lost`` closes without an answer, ``truncated`` sends a part as if it were all,
    ``cut`` breaks off.
    """

    kind: str = "status"
    count: int = 1
    method: str = ""
    status: int = 500
    code: str = "10001"
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {sorted(KINDS)}")


class NvpFaults(Faults[Fault]):
    def take(self, method: str) -> Fault | None:
        return self.next(lambda fault: not fault.method or method in fault.method.split())

    def before(self, fault: Fault) -> Response | None:
        """The answer to a call of which nothing is done; None if it is."""
        match fault.kind:
            case "status":
                return Response(b"", fault.status)
            case "code":
                return NvpError(fault.code).response()
            case "reset":
                return Response(drop=True)
            case "html":
                return Response("<!doctype html><title>Maintenance</title><p>Back soon.")
            case "empty":
                return Response(b"")
        return None

    def after(self, fault: Fault, response: Response) -> Response:
        """What the caller sees of work that was done."""
        body = response.encoded()
        match fault.kind:
            case "hang":
                self.wait(fault.seconds)
            case "lost":
                return Response(drop=True)
            case "truncated":
                return Response(body[:20], response.status, response.headers)
            case "cut":
                return Response(body, response.status, response.headers, cut_to=len(body) // 2)
        return response
