"""What is worked out at most once while a request is answered, wherever it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

T = TypeVar("T")

_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("per_request", default=None)


def once(key: Hashable, work_out: Callable[[], T]) -> T:
    """The value of ``key``, worked out the first time in a request; each time in a command or a job."""
    known = _known.get()
    if known is None:
        return work_out()
    if key not in known:
        known[key] = work_out()
    value: T = known[key]
    return value


class PerRequestMiddleware:
    """Forgets with each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _known.set({})
        try:
            return self.get_response(request)
        finally:
            _known.reset(token)
