"""The answer to staff who may not do something: 403, logged, with a page that says who can give them the right."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from wagtail.admin.localization import get_localized_response

from storefront.users import staffing

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


def _page(request: HttpRequest) -> TemplateResponse:
    owners = staffing.owners().exclude(pk=request.user.pk).order_by("name", "email")
    return TemplateResponse(request, "backoffice/forbidden.html", {"owners": owners}, status=403)
