"""Forms outlive the session of whoever fills them in: before one is sent, the page asks whether the session still is,
and says so in the page if not, so that what was typed is not lost to the log-in page."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail import hooks


@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """For those who are logged in (others are answered 401 before): the token of forms, which a new log-in changed."""
    return JsonResponse({"token": get_token(request)})


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [path("session/", alive, name="backoffice-session")]


@hooks.register("insert_global_admin_js")
def script() -> str:
    texts = {
        "ended": _("Your session has ended: log in in another tab, then go on here. Nothing you typed is lost."),
        "away": _("The shop cannot be reached. Nothing you typed is lost: try again in a moment."),
        "log-in": _("Log in in another tab"),
        "close": _("Close"),
        "url": reverse("backoffice-session"),
        "login": reverse("wagtailadmin_home"),
    }
    data = format_html_join(" ", 'data-{}="{}"', texts.items())
    return format_html('<script src="{}" {}></script>', static("js/admin/session.js"), data)
