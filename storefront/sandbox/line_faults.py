"""Trouble on the line, ordered by tests for the next calls of a stand-in's API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from storefront.sandbox.control import Faults
from storefront.sandbox.server import Request, Response

KINDS = frozenset(("status", "hang", "lost", "reset", "html", "truncated", "cut", "empty", "late"))


@dataclass
class Fault:
    """``status``, ``reset``, ``html``, ``empty``: nothing is done. ``hang`` (seconds), ``lost``, ``truncated``,
    ``cut``: done, and not or half told; ``late``: done, and answered with that status all the same. ``method`` and
    ``path`` (its end): which calls it is for, "" for any; ``spares``: none whose path ends so."""

    kind: str = "status"
    count: int = 1
    method: str = ""
    path: str = ""
    spares: str = ""
    status: int = 500
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {sorted(KINDS)}")

    def fits(self, request: Request) -> bool:
        is_spared = bool(self.spares) and request.path.endswith(self.spares)
        return self.method in ("", request.method) and request.path.endswith(self.path) and not is_spared


class LineFaults(Faults[Fault]):
    """Faults, and what each does to a call. ``broken``: the company's own answer with such a status."""

    def __init__(self, broken: Callable[[int], Response]) -> None:
        super().__init__()
        self._broken = broken

    def order(self, **fault: object) -> None:
        """Order a ``Fault`` by its fields."""
        self.add(Fault(**fault))  # type: ignore[arg-type]

    def around(self, request: Request, act: Callable[[], Response]) -> Response:
        """What is answered to a call that ``act`` would answer."""
        fault = self.next(lambda each: each.fits(request))
        if fault is None:
            return act()
        early = self._before(fault)
        return early if early is not None else self._after(fault, act())

    def _before(self, fault: Fault) -> Response | None:
        match fault.kind:
            case "status":
                return self._broken(fault.status)
            case "reset":
                return Response(drop=True)
            case "html":
                return Response("<!doctype html><title>Maintenance</title><p>Back soon.")
            case "empty":
                return Response(b"")
        return None

    def _after(self, fault: Fault, response: Response) -> Response:
        body = response.encoded()
        match fault.kind:
            case "hang":
                self.wait(fault.seconds)
            case "late":
                return self._broken(fault.status)
            case "lost":
                return Response(drop=True)
            case "truncated":
                return Response(body[: len(body) // 2], response.status, response.headers)
            case "cut":
                return Response(body, response.status, response.headers, cut_to=len(body) // 2)
        return response
