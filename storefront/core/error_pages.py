"""Error pages. Something is broken when they are shown, so they must depend on as little as possible.

A missing page, a refusal or an outdated form is rendered in the shop's own layout, with menu, cart and chat. That needs
session, cache and database; if one of them fails, the page is rendered again in the bare layout, which needs settings
and translations only: no query, no cache, no user, no complete manifest of static files. Server errors (500), a lost
database (503) and untrusted requests (400, another host, say) get the bare layout at once.

The language is that of the address (``/ru/...``), determined here again: the failure may have come before the
middleware that sets it.
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

from storefront.core import outage, request_id

logger = logging.getLogger(__name__)

BARE_FRAME = "errors/frame.html"
STYLES = ("css/fonts.css", "css/tokens.css", "css/base.css", "css/components.css", "css/errors.css")
#: Seconds, for the Retry-After header of 503.
RETRY_AFTER = 5
#: For when not even a template can be rendered.
FALLBACK_HTML = (
    "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Not available</title>"
    "<h1>Something went wrong on our side</h1><p>Orders and payments already made are safe.</p><p><a href='/'>/</a></p>"
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not even the host name can be trusted, so nothing is looked up."""
    return _bare(request, "errors/400.html", 400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from another site: say so and offer the way back."""
    return _page(request, "errors/csrf.html", 403)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "errors/403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """With the editors' own text and suggestions, if there are any."""
    return _page(request, "errors/404.html", 404)


def not_allowed(request: HttpRequest) -> HttpResponse:
    """The address of a form was opened as a page."""
    return _page(request, "errors/405.html", 405)


def too_many(request: HttpRequest, *, minutes: int | None = None) -> HttpResponse:
    """Too many attempts; ``minutes`` until the next one may succeed, if known. allauth calls it as ``handler429``."""
    return _page(request, "errors/429.html", 429, minutes=minutes)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; a database that is down, busy or full is no bug: 503."""
    fault = sys.exception()
    if isinstance(fault, (OperationalError, InterfaceError)):
        if outage.is_lost(fault):
            outage.known.begin()
        return unavailable(request)
    return _last(request, "errors/500.html", 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After: the request was fine and can be repeated."""
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
    """Middleware: render a page for GET requests answered 405; Django's response is empty."""

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
    """In the shop's layout if that can be rendered, else in the bare one."""
    try:
        with translation.override(_language(request)):
            return render(request, template, values, status=status)
    except Exception:
        # Not only database errors: the layout also uses the cache, the session and other apps' templates.
        logger.exception("the page for status %s had to do without the shop's frame", status)
        return _bare(request, template, status, **values)


def _bare(request: HttpRequest, template: str, status: int, **values: Any) -> HttpResponse:
    """Without the request, so that no context processor runs."""
    known = {
        "shop_name": settings.SHOP_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "frame": BARE_FRAME,
        "is_bare": True,
        "request_id": request_id.of(request),
    }
    assets = {"styles": [_asset(path) for path in STYLES], "icon": _asset("img/favicon.svg")}
    with translation.override(_language(request)):
        return HttpResponse(loader.render_to_string(template, values | known | assets), status=status)


def _language(request: HttpRequest) -> str:
    """That of the address; for addresses without one, the active language (pages inside portals)."""
    return translation.get_language_from_path(request.path_info) or translation.get_language() or settings.LANGUAGE_CODE


def _asset(path: str) -> str:
    """The URL of a static file, also of one that production's storage does not know: styles are not worth an error."""
    try:
        return static(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"
