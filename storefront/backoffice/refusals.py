"""The answers to staff who may not do something (403, logged, with a page that says who can give them the right), and
who ask for what is not there (404)."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.template.response import TemplateResponse
from wagtail.admin.localization import get_localized_response

from storefront.core import error_pages
from storefront.users import staffing
from storefront.users.roles import ENTER

logger = logging.getLogger(__name__)


def refuse(request: HttpRequest, needed: Iterable[str] = ()) -> HttpResponse:
    """The page in the dress of the back office. ``needed``: the permissions one of which would have been enough.

    It stands in for ``wagtail.admin.auth.permission_denied``, which redirects to the start page, and has its contract:
    raises PermissionDenied for requests of scripts, which get the bare answer.
    """
    logger.warning(
        "refused: user %s, %s %s%s",
        request.user.pk, request.method, request.path, f", needs {' or '.join(needed)}" if needed else "",
    )  # fmt: skip
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        raise PermissionDenied
    response: HttpResponse = get_localized_response(_page, request)
    return response


def not_found(request: HttpRequest, exception: Exception | str, template_name: str = "") -> HttpResponse:
    """The page in the dress of the back office. It stands in for the view of Django's that Wagtail's admin shows for
    each Http404, in English (``storefront.urls``); scripts, and who may not enter, get the bare answer."""
    if request.headers.get("x-requested-with") == "XMLHttpRequest" or not request.user.has_perm(ENTER):
        return HttpResponseNotFound()
    response: HttpResponse = get_localized_response(_not_found_page, request)
    return response


def not_found_anywhere(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler404``: pages of the back office that do not pass through Wagtail's addresses have its dress, too."""
    user = getattr(request, "user", None)
    if request.path_info.startswith(settings.WAGTAIL_PATH) and user is not None and user.has_perm(ENTER):
        return not_found(request, exception or "")
    return error_pages.not_found(request, exception)


def _not_found_page(request: HttpRequest) -> TemplateResponse:
    return TemplateResponse(request, "backoffice/not_found.html", status=404)


def _page(request: HttpRequest) -> TemplateResponse:
    owners = staffing.owners().exclude(pk=request.user.pk).order_by("name", "email")
    return TemplateResponse(request, "backoffice/forbidden.html", {"owners": owners}, status=403)
