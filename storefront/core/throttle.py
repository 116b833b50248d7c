"""Limits per visitor: how often something may be tried.

The limits stand in settings.THROTTLES ("20/hour"), the counts in settings.THROTTLE_STORAGE_URL (``memory://``
counts per process, ``redis://...`` for all processes together).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache, wraps
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from storefront.core import errors, visitor

View = Callable[..., Any]
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Throttled(Exception):
    """Too many tries. ``retry_after`` is the number of seconds until the next one may succeed."""

    def __init__(self, name: str, retry_after: int) -> None:
        super().__init__(name)
        self.retry_after = retry_after


def hit(name: str, request: HttpRequest) -> None:
    """Count one try of ``name`` (a key of settings.THROTTLES) by this visitor. Raises Throttled when over."""
    hit_key(name, visitor.throttle_key(request))


def hit_key(name: str, key: str) -> None:
    """Count one try of ``name`` under any key (a portal, a customer). Raises Throttled when over."""
    limiter, limit = _limiter(settings.THROTTLE_STORAGE_URL), _limit(settings.THROTTLES[name])
    if limiter.hit(limit, name, key):
        return
    reset_at = limiter.get_window_stats(limit, name, key).reset_time
    raise Throttled(name, max(1, ceil(reset_at - time.time())))


def forget_key(name: str, key: str) -> None:
    """Forget the tries of ``name`` counted under this key."""
    _limiter(settings.THROTTLE_STORAGE_URL).clear(_limit(settings.THROTTLES[name]), name, key)


def reset() -> None:
    """Forget all counts (tests)."""
    _limiter(settings.THROTTLE_STORAGE_URL).storage.reset()


def too_many(request: HttpRequest, retry_after: int) -> HttpResponse:
    """The 429 page, with Retry-After."""
    response = errors.too_many(request, minutes=ceil(retry_after / 60))
    response["Retry-After"] = str(retry_after)
    return response


def throttled(name: str) -> Callable[[View], View]:
    """Decorator: every changing request (not GET, HEAD, OPTIONS) to the view counts; over the limit it gets 429.

    The view may also raise Throttled itself; it becomes the same page.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            try:
                if request.method not in SAFE_METHODS:
                    hit(name, request)
                return view(request, *args, **kwargs)
            except Throttled as exc:
                return too_many(request, exc.retry_after)

        return wrapper

    return decorate


@lru_cache(maxsize=4)
def _limiter(url: str) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(storage_from_string(url))


@lru_cache(maxsize=64)
def _limit(text: str) -> RateLimitItem:
    return parse(text)
