"""Middleware: how long a request waits for outside companies, and how many of a process's threads do at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from storefront.core.time_limits import ConcurrencyLimit, time_limit


class RequestTimeLimit:
    """All outside calls of one request together take at most settings.WEB_PATIENCE_SECONDS, in at most half of the
    threads; the other half keeps serving pages that call nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with time_limit(settings.WEB_PATIENCE_SECONDS, _concurrency(max(1, settings.WEB_THREADS // 2))):
            return self.get_response(request)


@lru_cache(maxsize=4)
def _concurrency(places: int) -> ConcurrencyLimit:
    return ConcurrencyLimit(places)
