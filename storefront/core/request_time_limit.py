"""Middleware: how long a visitor waits for outside companies, and how many of a process's threads do at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from storefront.core.time_limits import ConcurrencyLimit, time_limit


class RequestTimeLimit:
    """All outside calls of one request take at most WEB_PATIENCE_SECONDS together, in at most half of the threads.

    The other half serves pages that need nobody outside, whatever hangs there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with time_limit(settings.WEB_PATIENCE_SECONDS, _crowd(max(1, settings.WEB_THREADS // 2))):
            return self.get_response(request)


@lru_cache(maxsize=4)
def _crowd(places: int) -> ConcurrencyLimit:
    return ConcurrencyLimit(places)
