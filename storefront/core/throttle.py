"""Limits per visitor: how often something may be tried.

The limits are in settings.THROTTLES ("20/hour"), the counts in settings.THROTTLE_STORAGE_URL (``memory://`` counts per
process, ``redis://...`` for all processes together). While that storage is down each process counts for itself: limits
are looser then, and nobody is locked out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import lru_cache, wraps
from math import ceil
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from storefront.core import error_pages, visitor
from storefront.core.caching import ANSWER_SECONDS, CONNECT_SECONDS
from storefront.core.outage import Outage

logger = logging.getLogger(__name__)
T = TypeVar("T")
View = Callable[..., Any]
#: The storage of a process by itself.
PER_PROCESS = "memory://"
known = Outage()
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Throttled(Exception):
    """Too many attempts. ``retry_after``: seconds until the next one may succeed."""

    def __init__(self, name: str, retry_after: int) -> None:
        super().__init__(name)
        self.retry_after = retry_after


def hit(name: str, request: HttpRequest) -> None:
    """Count one attempt at ``name`` (a key of settings.THROTTLES) by this visitor. Raises Throttled over the limit."""
    hit_key(name, visitor.throttle_key(request))


def hit_key(name: str, key: str) -> None:
    """Count one attempt at ``name`` under any key (a portal, a customer). Raises Throttled over the limit."""
    limit = _limit(settings.THROTTLES[name])
    if not _ask(lambda limiter: limiter.hit(limit, name, key)):
        raise _throttled(limit, name, key)


def check_key(name: str, key: str) -> None:
    """Raises Throttled if one more attempt at ``name`` under this key would exceed the limit; counts none."""
    limit = _limit(settings.THROTTLES[name])
    if not _ask(lambda limiter: limiter.test(limit, name, key)):
        raise _throttled(limit, name, key)


def forget_key(name: str, key: str) -> None:
    """Forget the attempts at ``name`` counted under this key."""
    limit = _limit(settings.THROTTLES[name])
    _ask(lambda limiter: limiter.clear(limit, name, key))


def reset() -> None:
    """Forget all counts (tests)."""
    known.end()
    for url in {settings.THROTTLE_STORAGE_URL, PER_PROCESS}:
        _limiter(url).storage.reset()


def _throttled(limit: RateLimitItem, name: str, key: str) -> Throttled:
    reset_at = _ask(lambda limiter: limiter.get_window_stats(limit, name, key)).reset_time
    return Throttled(name, max(1, ceil(reset_at - time.time())))


def _ask(question: Callable[[MovingWindowRateLimiter], T]) -> T:
    """Query the storage, or this process's own while that is down."""
    if known.may_look():
        try:
            answer = question(_limiter(settings.THROTTLE_STORAGE_URL))
        except StorageError as fault:
            if not known.is_on:
                logger.error("the storage of limits is away, each process counts for itself: %s", fault)
            known.begin()
        else:
            if known.is_on:
                logger.warning("the storage of limits is back")
                known.end()
            return answer
    return question(_limiter(PER_PROCESS))


def too_many(request: HttpRequest, retry_after: int) -> HttpResponse:
    """The 429 page, with Retry-After."""
    response = error_pages.too_many(request, minutes=ceil(retry_after / 60))
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
    options: dict[str, Any] = {}
    if url.startswith("redis"):
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        options = {
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": ANSWER_SECONDS,
            "retry": Retry(NoBackoff(), 0),
        }
    return MovingWindowRateLimiter(storage_from_string(url, wrap_exceptions=True, **options))


@lru_cache(maxsize=64)
def _limit(text: str) -> RateLimitItem:
    return parse(text)
