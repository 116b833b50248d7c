"""Middleware: a number for every request, in all its log lines, in the answer's header, on the page for an error."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from structlog.contextvars import bound_contextvars

HEADER = "X-Request-ID"


class RequestId:
    """The number is made here: one that a visitor sends could be anything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        number = uuid.uuid4().hex[:16]
        request.request_id = number  # type: ignore[attr-defined]
        with bound_contextvars(request_id=number):
            response = self.get_response(request)
        # An answer that proxies keep for everybody is nobody's own.
        if "public" not in response.headers.get("Cache-Control", ""):
            response.headers[HEADER] = number
        return response


def of(request: HttpRequest) -> str:
    """The request's number; "" outside of the middleware."""
    return str(getattr(request, "request_id", ""))
