"""Sessions: listed for their owners, ended after idle time for staff; pages behind the log-in are never cached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import ngettext

from storefront.core import clock

#: Session keys: set once the session is in its owner's list; and staff's last activity (seconds since 1970).
LISTED, STAFF_SEEN = "session_listed", "staff_seen"
#: Polled by every open editor: no activity of a person.
_NO_ACTIVITY = (f"{settings.WAGTAIL_PATH}editing-sessions/",)
#: Seconds between two writes of the last activity.
_STEP = 60
#: Tokens of a User-Agent, the most specific first, each with the name to show where it differs.
_BROWSERS = (
    "Edg:Edge", "OPR:Opera", "YaBrowser:Yandex", "SamsungBrowser:Samsung Internet", "Firefox", "FxiOS:Firefox",
    "CriOS:Chrome", "Chrome", "Safari",
)  # fmt: skip
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "CrOS:ChromeOS", "Mac OS X:macOS", "Linux")
_PRIVATE = ("account", settings.WAGTAIL_PATH.strip("/"))


def begun(request: HttpRequest, user: Any) -> None:
    """List a new session, or one from before there was a list; watch it if it is one of staff."""
    UserSession.objects.create_from_request(request, user=user)
    request.session[LISTED] = True
    if user.is_staff or user.has_perm("wagtailadmin.access_admin"):
        request.session[STAFF_SEEN] = int(clock.now().timestamp())


class SessionActivityMiddleware:
    """Lists sessions older than the list, and ends those of staff after STAFF_IDLE_MINUTES without activity."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Creates no session, and pages of visitors without one do not vary by it.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.get(SESSION_KEY):
            self._look(request)
        return self.get_response(request)

    def _look(self, request: HttpRequest) -> None:
        if not request.session.get(LISTED) and request.user.is_authenticated:
            begun(request, request.user)
        is_staff = STAFF_SEEN in request.session or request.path_info.startswith(settings.WAGTAIL_PATH)
        if is_staff and request.user.is_authenticated:
            self._watch(request)

    def _watch(self, request: HttpRequest) -> None:
        now, seen = int(clock.now().timestamp()), request.session.get(STAFF_SEEN)
        if seen is not None and now - seen > settings.STAFF_IDLE_MINUTES * 60:
            logout(request)
            minutes = settings.STAFF_IDLE_MINUTES
            text = ngettext(
                "You were logged out: nothing was done for %(minutes)s minute.",
                "You were logged out: nothing was done for %(minutes)s minutes.",
                minutes,
            )
            messages.info(request, text % {"minutes": minutes})
        elif (seen is None or now - seen >= _STEP) and not request.path_info.startswith(_NO_ACTIVITY):
            request.session[STAFF_SEEN] = now


class RaceProofSessionMiddleware(SessionMiddleware):
    """Answers a request whose session another one has ended meanwhile as if it had been answered just before that.

    Who orders gets a new session while the form's own background requests still run; Django answers these with 400:
    https://docs.djangoproject.com/en/5.2/ref/exceptions/#sessioninterrupted. One that arrives only then finds no
    session any more: its answer must not take away the cookie of the new one, with which the buyer is logged in.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.session.yields = _is_in_background(request)  # type: ignore[attr-defined]

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            response = super().process_response(request, response)
        except SessionInterrupted:  # nothing was saved, and the cookie stays as it is
            patch_vary_headers(response, ("Cookie",))
            return response
        sent = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        answered = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if sent and answered and answered.value != sent and _is_in_background(request):
            del response.cookies[settings.SESSION_COOKIE_NAME]
        return response


def _is_in_background(request: HttpRequest) -> bool:
    """Whether a script sent it, by what browsers say: https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


class PrivatePagesMiddleware:
    """Forbids browsers and proxies to cache pages behind the log-in: account, password, second factor, back office."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _is_private(request.path_info):
            add_never_cache_headers(response)
        return response


def _is_private(path: str) -> bool:
    first, _slash, rest = path.lstrip("/").partition("/")
    if first in settings.LANGUAGE_CODES:
        first = rest.partition("/")[0]
    return first in _PRIVATE


def described(user_agent: str) -> str:
    """Browser and operating system: 'Firefox, Windows'; "" if neither is known."""
    return ", ".join(filter(None, (_first(user_agent, _BROWSERS), _first(user_agent, _SYSTEMS))))


def _first(text: str, signs: tuple[str, ...]) -> str:
    return next((sign.rpartition(":")[2] for sign in signs if sign.partition(":")[0] in text), "")
