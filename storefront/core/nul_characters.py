"""Middleware: no NUL character of an address or a cookie gets as far as the database.

PostgreSQL takes none in any text (https://www.postgresql.org/docs/current/datatype-character.html), and the driver
raises ValueError. Fields of forms refuse or drop it by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

_ESCAPED = "%00"


class NoNulCharacters:
    """There is nothing at a path with a NUL. Out of a query it is taken, as out of what is typed; a cookie with one (a
    quoted value may have it) is none of ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        while _ESCAPED in query:  # what is left on both sides may make another
            query = request.META["QUERY_STRING"] = query.replace(_ESCAPED, "")
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Here, where a missing page can be shown as any other."""
        if "\0" in request.path_info:
            raise Http404
