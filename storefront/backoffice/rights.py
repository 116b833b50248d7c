"""Who may do what: permissions as ``app.codename``, and the answer to those who may not."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from storefront.core import error_pages
from storefront.users.models import User

logger = logging.getLogger(__name__)


def has_any(user: User | AnonymousUser | Any, permissions: Iterable[str]) -> bool:
    """Whether the user has one of ``permissions``."""
    return any(user.has_perm(permission) for permission in permissions)


class StaffOnly:
    """Mixin of views: only users with one of ``permissions`` get in; others get 403, which is logged.

    It answers itself: a PermissionDenied is turned by Wagtail into a redirect to the start page.
    """

    permissions: tuple[str, ...]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_any(request.user, self.permissions):
            needed = " or ".join(self.permissions)
            logger.warning("refused: user %s, %s %s, needs %s", request.user.pk, request.method, request.path, needed)
            return error_pages.forbidden(request)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response
