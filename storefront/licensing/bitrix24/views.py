"""/bitrix24/install/, /bitrix24/app/ and its status, /bitrix24/events/.

Browsers of portal users and the vendor's servers post here: there is no cookie, no CSRF token and no session. Every
request is proven (see ``verification`` and ``events``) before it changes anything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from storefront.core import throttle, visitor
from storefront.core.language import nearest_language
from storefront.gateways.bitrix24 import LaunchData, MalformedMessage, parse_event, parse_launch
from storefront.gateways.bitrix24.events import MAX_MESSAGE
from storefront.inbox.receiving import TooManyWaiting, Unstorable, store
from storefront.inbox.views import fits
from storefront.licensing.bitrix24 import embedded, events, installations, portal_status, verification
from storefront.licensing.bitrix24.config import portal_origin
from storefront.licensing.bitrix24.embedded import Bearer
from storefront.licensing.bitrix24.installations import Tokens, Visit, record_visit
from storefront.licensing.bitrix24.overview import overview
from storefront.licensing.models import Installation
from storefront.licensing.states import PortalRole

logger = logging.getLogger(__name__)
View = Callable[[HttpRequest], HttpResponse]
TABS = ("overview", "payment")
#: What "Try again" posts again: the visitor's own fields, returned to them alone.
_LAUNCH_FIELDS = (
    "AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "SERVER_ENDPOINT", "APPLICATION_TOKEN", "APPLICATION_SCOPE", "member_id",
    "status", "PLACEMENT", "PLACEMENT_OPTIONS",
)  # fmt: skip


class _Refusal(Exception):
    """Ends a request with this answer."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def _in_portal_language(view: View) -> View:
    """Render in the language that the portal's user has chosen there (LANG), if the shop has it."""

    @wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        with translation.override(nearest_language(request.GET.get("LANG", "")[:10])):
            return view(request)

    return wrapper


def _portal_post(view: View) -> View:
    """Accept a POST of at most 64 KiB, without CSRF; answer a GET with a page that explains where the app is."""

    @csrf_exempt
    @_in_portal_language
    @wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            response = render(request, "licensing/only_in_portal.html", status=405)
            response["Allow"] = "POST"
            return response
        if not fits(request.META.get("CONTENT_LENGTH"), MAX_MESSAGE):
            return HttpResponse(status=413)
        _ = request.body  # read before the form is parsed, so that both are available
        try:
            return view(request)
        except _Refusal as refusal:
            return refusal.response

    return wrapper


@_portal_post
def app(request: HttpRequest) -> HttpResponse:
    """The app's page in a portal's frame: tabs Overview and Payment."""
    launch, visit = _visit(request, needs_installed=True)
    installation = record_visit(visit, _tokens(launch), is_installed=False)
    tab = str(launch.placement_options.get("tab", ""))
    context = {
        "overview": overview(installation, role=visit.role),
        "bearer": embedded.bearer_token(Bearer(installation.pk, visit.user_id, visit.role)),
        "tab": tab if tab in TABS else TABS[0],
        "portal_script": settings.BITRIX24_JS_URL,
    }
    return embedded.page(request, "licensing/app.html", context, ancestors=_ancestors(launch, visit.host))


@_portal_post
def install(request: HttpRequest) -> HttpResponse:
    """The installer: a page in a frame, or the server's own ONAPPINSTALL for an app without pages."""
    if "event" in request.POST:
        return _take_event(request)
    launch, visit = _visit(request, needs_installed=False)
    # Bitrix24 shows an installer to administrators only, so anyone it has not called an employee may finish:
    # https://apidocs.bitrix24.com/settings/app-installation/installation-finish.html
    may_finish = visit.role != PortalRole.EMPLOYEE
    installation = record_visit(visit, _tokens(launch), is_installed=may_finish)
    if may_finish:
        portal_status.queue_setup(installation)
    context = {
        "overview": overview(installation, role=visit.role),
        "portal_script": settings.BITRIX24_JS_URL if may_finish else "",
        "may_finish": may_finish,
    }
    return embedded.page(request, "licensing/install.html", context, ancestors=_ancestors(launch, visit.host))


@_portal_post
def receive_event(request: HttpRequest) -> HttpResponse:
    """Authenticate an event of the application's life and store it; the worker acts on it."""
    return _take_event(request)


@require_safe
@_in_portal_language
def status(request: HttpRequest) -> HttpResponse:
    """The changing part of the page, for htmx; 286 tells htmx to stop asking."""
    bearer = embedded.read_bearer(request)
    installation = Installation.objects.filter(pk=bearer.installation_id, is_installed=True).first() if bearer else None
    if bearer is None or installation is None:
        return embedded.page(request, "licensing/status_over.html", {}, ancestors=(), status=286)
    # The same token goes back: polling must not prolong it.
    context = {"overview": overview(installation, role=bearer.role), "bearer": embedded.raw_bearer(request)}
    return embedded.page(request, "licensing/status.html", context, ancestors=[portal_origin(installation.host)])


def _take_event(request: HttpRequest) -> HttpResponse:
    try:
        throttle.hit("bitrix24-events", request)
        event = parse_event(
            request.body,
            content_type=request.headers.get("Content-Type", ""),
            allow_loopback=settings.BITRIX24_ALLOW_LOOPBACK,
            zones=settings.BITRIX24_ZONES,
        )
        store(source=events.SOURCE, message=events.authenticate(event), sender=visitor.throttle_key(request))
    except TooManyWaiting:
        logger.warning("too many unproven Bitrix24 events wait already: one more is refused")
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    except throttle.Throttled as exc:
        return HttpResponse(status=429, headers={"Retry-After": str(exc.retry_after)})
    except (MalformedMessage, RequestDataTooBig, Unstorable) as exc:
        logger.warning("unreadable Bitrix24 event: %s", getattr(exc, "code", "too_long"))
        return HttpResponse(status=400)
    except events.Forged as exc:
        logger.warning("refused Bitrix24 event %s: unproven", exc)
        return HttpResponse(status=403)
    return HttpResponse(status=200)


def _visit(request: HttpRequest, *, needs_installed: bool) -> tuple[LaunchData, Visit]:
    """What the request says, and the visit as it was proven.

    :raises _Refusal: there is none. The portal that the request names may frame that page, because it holds no data
    """
    try:
        launch = parse_launch(request.GET.dict(), request.POST.dict())
    except MalformedMessage as exc:
        logger.warning("unreadable Bitrix24 launch: %s", exc.code)
        raise _Refusal(_refused(request, "malformed", status=400)) from None
    try:
        visit = _verified(request, launch, is_fresh=False)
        if needs_installed and not visit.is_installed:
            visit = _verified(request, launch, is_fresh=True)
    except throttle.Throttled as exc:
        response = _refused(request, "throttled", launch.origin, status=429)
        response["Retry-After"] = str(exc.retry_after)
        raise _Refusal(response) from None
    except verification.Refused:
        raise _Refusal(_refused(request, "refused", launch.origin, status=401)) from None
    except verification.Unverified:
        raise _Refusal(_unverified(request, launch)) from None
    if needs_installed and not visit.is_installed:
        raise _Refusal(_refused(request, "unfinished", launch.origin, status=401))
    return launch, visit


def _refused(request: HttpRequest, reason: str, *ancestors: str, status: int) -> HttpResponse:
    return embedded.page(request, "licensing/refused.html", {"reason": reason}, ancestors=ancestors, status=status)


def _verified(request: HttpRequest, launch: LaunchData, *, is_fresh: bool) -> Visit:
    return verification.verify(
        access_token=launch.access_token,
        member_id=launch.member_id,
        server_endpoint=launch.server_endpoint,
        visitor=visitor.throttle_key(request),
        is_fresh=is_fresh,
    )


def _ancestors(launch: LaunchData, host: str) -> list[str]:
    """Who may frame a page of a proven visit: the portal at its registered address and at the one its user has opened,
    which may differ (a self-hosted Bitrix24 inside its network, a custom domain that was just added)."""
    return [portal_origin(host), launch.origin]


def _unverified(request: HttpRequest, launch: LaunchData) -> HttpResponse:
    """The page for a request that cannot be verified now: try again. It shows the last known state, as an employee may
    see it, only if the request holds the secret that this portal and we share."""
    known = installations.with_application_token(launch.member_id, launch.application_token)
    context: dict[str, Any] = {
        "overview": overview(known, role=PortalRole.EMPLOYEE) if known else None,
        "again": {name: request.POST[name] for name in _LAUNCH_FIELDS if name in request.POST},
    }
    response = embedded.page(request, "licensing/unverified.html", context, ancestors=[launch.origin], status=503)
    response["Retry-After"] = "30"
    return response


def _tokens(launch: LaunchData) -> Tokens:
    return Tokens(launch.access_token, launch.refresh_token, launch.application_token)
