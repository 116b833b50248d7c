"""Public pages are rendered once for everybody and cached whole; what differs per visitor is filled in.

``cached_page`` wraps a view. It renders the page for a request without cookies, session or log-in, so that nothing of
a visitor can get into the cache. Where the page differs per visitor its template leaves a hole
(``{% visitor_part "includes/header_cart.html" %}``), filled on each request. ``AnonymousPageCache`` caches the whole
answer to requests without cookies: they are answered before session, log-in and cart are read.

The key holds the content version read before rendering (``core.content_version``). An entry lives for
settings.PAGE_CACHE_SECONDS, never past the next moment at which something on public pages begins or ends
(settings.PAGE_CACHE_MOMENTS).
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from importlib import import_module
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import SimpleTemplateResponse
from django.utils.cache import get_conditional_response
from django.utils.module_loading import import_string

from storefront.core import clock, content_version, country_choice, currency_choice

View = Callable[..., HttpResponse]
#: Seconds for which a proxy may answer from its cache (s-maxage), and then while it revalidates.
SHARED_SECONDS, STALE_SECONDS = 60, 30
#: Pages of a list beyond this number are not cached: anybody could ask for any number of them.
MOST_PAGES = 50
_PAGE_NUMBERS = frozenset(str(number) for number in range(2, MOST_PAGES + 1))
_MARK = "\x00"  # forms and PostgreSQL refuse it, so no text of an editor's holds it
_HOLE = re.compile(f"{_MARK}(\\d+){_MARK}")


class Hole(NamedTuple):
    """A template rendered for each visitor, with values from the page."""

    template: str
    values: dict[str, Any]


@dataclass(slots=True)
class Holes:
    """``request.holes`` while a page is rendered for everybody."""

    left: list[Hole] = field(default_factory=list)

    def leave(self, template: str, values: dict[str, Any]) -> str:
        """Add a hole and return its placeholder. The values are cached, so they must be plain."""
        self.left.append(Hole(template, values))
        return f"{_MARK}{len(self.left) - 1}{_MARK}"


@dataclass(frozen=True, slots=True)
class CachedPage:
    """``parts``: HTML and numbers of holes in turn; ``until``: UTC, when it expires."""

    parts: tuple[str, ...]
    holes: tuple[Hole, ...]
    content_type: str
    until: datetime

    def filled(self, request: HttpRequest) -> str:
        """The page for this visitor."""
        filled = [render_to_string(hole.template, hole.values, request) for hole in self.holes]
        return "".join(filled[int(part)] if at % 2 else part for at, part in enumerate(self.parts))


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """The whole answer to a request without cookies."""

    content: bytes
    headers: dict[str, str]
    until: datetime


def cached_page(view: View, *, may_keep: Callable[[HttpResponse], bool] = lambda response: True) -> View:
    """Wrap a view so that its pages are rendered once for everybody.

    The view is called with an anonymous request. Its response is cached if it is a 200 and ``may_keep`` agrees;
    otherwise the view is called again with the real request.
    """

    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key(request, "cached-page")
        if key is None:
            return view(request, *args, **kwargs)
        page: CachedPage | None = cache.get(key) if settings.PAGE_CACHE_SECONDS else None
        if page is None or page.until <= clock.now():
            stranger = _as_stranger(request)
            response = view(stranger, *args, **kwargs)
            if response.status_code != 200 or not may_keep(response):
                return view(request, *args, **kwargs)
            page = _rendered(response, stranger)
            _keep(key, page)
        answer = HttpResponse(page.filled(request), content_type=page.content_type)
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.kept_until = page.until  # type: ignore[attr-defined]
        return answer

    return serve


class AnonymousPageCache:
    """Middleware: caches the whole answer to requests without cookies.

    A proxy may cache it too, for a minute, if it bypasses its cache for requests with a cookie of the shop's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = _key(request, "cached-response") if not request.COOKIES.keys() - {settings.CSRF_COOKIE_NAME} else None
        if key is None:
            return self.get_response(request)
        answer: CachedResponse | None = cache.get(key) if settings.PAGE_CACHE_SECONDS else None
        if answer is None or answer.until <= clock.now():
            response = self.get_response(request)
            until: datetime | None = getattr(response, "kept_until", None)
            if until is None or response.status_code != 200 or response.cookies:
                return response
            answer = CachedResponse(response.content, _headers(response), until)
            _keep(key, answer)
        return _answer(request, answer)


def _answer(request: HttpRequest, answer: CachedResponse) -> HttpResponse:
    response = HttpResponse(answer.content, headers=answer.headers)
    left = max(0, int((answer.until - clock.now()).total_seconds()))
    shared = min(SHARED_SECONDS, left)
    stale = min(STALE_SECONDS, left - shared)
    response.headers["Cache-Control"] = (
        f"public, max-age=0, s-maxage={shared}" + f", stale-while-revalidate={stale}" * (stale > 0)
    )
    return get_conditional_response(request, etag=answer.headers["ETag"], response=response) or response


def _headers(response: HttpResponse) -> dict[str, str]:
    """Without ``Vary: Cookie``: requests with cookies are never answered from this cache."""
    headers = {name: value for name, value in response.headers.items() if name not in ("Vary", "Cache-Control")}
    others = [name for name in response.headers.get("Vary", "").split(", ") if name and name.lower() != "cookie"]
    headers |= {"Vary": ", ".join(others)} if others else {}
    return headers | {"ETag": f'"{hashlib.blake2b(response.content, digest_size=16).hexdigest()}"'}


def _key(request: HttpRequest, kind: str) -> str | None:
    """The cache key; None for a request whose answer is not cached.

    The address alone says which page and language it is; prices are the seller's home prices in the shop's first
    currency. Addresses with an unknown query are not cached: their number has no limit.
    """
    if request.method not in ("GET", "HEAD") or getattr(request, "is_preview", False):
        return None
    if country_choice.current() or not currency_choice.is_usual():
        return None
    query = request.META.get("QUERY_STRING", "")
    if query:
        name, _, number = query.partition("=")
        if name != "page" or number not in _PAGE_NUMBERS:
            return None
    place = f"{request.scheme}://{request.get_host()}{request.path}?{query}"
    digest = hashlib.blake2b(place.encode(), digest_size=16).hexdigest()
    version = content_version.current() if settings.PAGE_CACHE_SECONDS else 0
    return f"{kind}:{version}:{digest}"


def _as_stranger(request: HttpRequest) -> HttpRequest:
    """The same request, anonymous; templates leave holes."""
    stranger = copy.copy(request)
    stranger.COOKIES = {}
    stranger.user = AnonymousUser()
    stranger.session = import_module(settings.SESSION_ENGINE).SessionStore()
    stranger.__dict__.pop("cart_session", None)  # the visitor's cart
    stranger.holes = Holes()  # type: ignore[attr-defined]
    return stranger


def _rendered(response: HttpResponse, stranger: HttpRequest) -> CachedPage:
    if isinstance(response, SimpleTemplateResponse):
        response.render()
    holes: Holes = stranger.holes  # type: ignore[attr-defined]
    return CachedPage(
        tuple(_HOLE.split(response.content.decode())), tuple(holes.left), response.headers["Content-Type"], _until()
    )


def _until() -> datetime:
    now = clock.now()
    if not settings.PAGE_CACHE_SECONDS:
        return now
    moments = [now + timedelta(seconds=settings.PAGE_CACHE_SECONDS)]
    for path in settings.PAGE_CACHE_MOMENTS:
        moment: datetime | None = import_string(path)(now)
        moments += [moment] if moment else []
    return min(moments)


def _keep(key: str, value: CachedPage | CachedResponse) -> None:
    seconds = (value.until - clock.now()).total_seconds()
    if seconds > 0:
        cache.set(key, value, seconds)
