"""Pages for what went wrong. Something is broken when they are shown, so each must stand when all else has fallen.

Two frames. A missing page, a refusal or a form out of date is nobody's breakdown: these pages stand in the shop's own
frame, with its menu, cart and chat. That frame asks the session, the cache and the database; if one of them fails
while the page is made, the page is made again in the bare frame. That one knows the settings and the translations and
nothing else: no query, no cache, no user, no manifest of static files that must be complete. A broken shop (500), one
without its database (503) and a request that cannot be trusted (400, such as one for another host) get the bare frame
at once.

The language is that of the address (``/ru/...``), worked out here again: what failed may have failed before the
middleware that settles it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.templatetags.static import static
from django.utils import translation

from storefront.core import outage

logger = logging.getLogger(__name__)

BARE_FRAME = "errors/frame.html"
STYLES = ("css/fonts.css", "css/tokens.css", "css/base.css", "css/components.css", "css/errors.css")
#: Seconds after which somebody who was told "not now" may ask again.
RETRY_AFTER = 5
#: When not even a template can be rendered. Nothing in it can fail.
FALLBACK_HTML = (
    "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Not available</title>"
    "<h1>Something went wrong on our side</h1><p>Orders and payments already made are safe.</p><p><a href='/'>/</a></p>"
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not even its host name may be believed: nothing is looked up for it."""
    return _bare(request, "errors/400.html", 400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere: say so and offer the way back."""
    return _page(request, "errors/csrf.html", 403)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "errors/403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """With the editors' own words and suggestions, if they wrote any."""
    return _page(request, "errors/404.html", 404)


def not_allowed(request: HttpRequest) -> HttpResponse:
    """The address of a button was opened as a page."""
    return _page(request, "errors/405.html", 405)


def too_many(request: HttpRequest, *, minutes: int | None = None) -> HttpResponse:
    """Too many tries; ``minutes`` until the next one may succeed, if known. allauth finds it as ``handler429``."""
    return _page(request, "errors/429.html", 429, minutes=minutes)


def server_error(request: HttpRequest) -> HttpResponse:
    """Whatever broke must not break this page too. A database that is away, busy or full is no bug: 503."""
    fault = sys.exception()
    if isinstance(fault, (OperationalError, InterfaceError)):
        if outage.is_lost(fault):
            outage.known.begin()
        return unavailable(request)
    return _last(request, "errors/500.html", 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After: nothing is wrong with the request, it can be repeated in a moment."""
    again = request.get_full_path() if request.method == "GET" else ""
    response = _last(request, "errors/503.html", 503, again=again)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def _last(request: HttpRequest, template: str, status: int, **values: Any) -> HttpResponse:
    try:
        return _bare(request, template, status, **values)
    except Exception:
        logger.exception("the page for status %d is broken", status)
        return HttpResponse(FALLBACK_HTML, status=status)


class MethodNotAllowedPage:
    """Middleware: a person who opens an address that takes only forms gets a page instead of Django's empty answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code != 405 or request.method != "GET" or answer.streaming or answer.content:
            return answer
        page = not_allowed(request)
        page["Allow"] = answer.get("Allow", "")
        return page


def _page(request: HttpRequest, template: str, status: int, **values: Any) -> HttpResponse:
    """In the shop's frame if that can be made, else in the bare one."""
    try:
        with translation.override(_language(request)):
            return render(request, template, values, status=status)
    except Exception:
        # Not only errors of the database: the frame also asks the cache, the session and other apps' templates.
        logger.exception("the page for status %s had to do without the shop's frame", status)
        return _bare(request, template, status, **values)


def _bare(request: HttpRequest, template: str, status: int, **values: Any) -> HttpResponse:
    """Rendered without the request, so that no context processor runs."""
    known = {
        "shop_name": settings.SHOP_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "frame": BARE_FRAME,
        "is_bare": True,
    }
    assets = {"styles": [_asset(path) for path in STYLES], "icon": _asset("img/favicon.svg")}
    with translation.override(_language(request)):
        return HttpResponse(loader.render_to_string(template, values | known | assets), status=status)


def _language(request: HttpRequest) -> str:
    """That of the address; for addresses that have none, the one that is spoken already (pages inside portals)."""
    return translation.get_language_from_path(request.path_info) or translation.get_language() or settings.LANGUAGE_CODE


def _asset(path: str) -> str:
    """Its address. Production's storage refuses files it does not know; a page without styles is better than none."""
    try:
        return static(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"
