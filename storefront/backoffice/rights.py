"""Who may do what: permissions as ``app.codename``, and the answer to those who may not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from storefront.backoffice.refusals import refuse
from storefront.users.fresh_login import require_fresh_login
from storefront.users.models import User

#: Whoever keeps the books reads what the invoices of an erased customer say of them; nobody else does.
KEEPS_BOOKS = "accounting.export_month"


def has_any(user: User | AnonymousUser | Any, permissions: Iterable[str]) -> bool:
    """Whether the user has one of ``permissions``."""
    return any(user.has_perm(permission) for permission in permissions)


class StaffOnly:
    """Mixin of views: only users with one of ``permissions`` get in; others get 403, which is logged.

    ``needs_fresh_login``: they must also have shown password or second factor again within five minutes. A view that
    knows only from its form whether an act is serious calls ``require_fresh_login(request)`` itself.
    """

    permissions: tuple[str, ...]
    needs_fresh_login = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_any(request.user, self.permissions):
            return refuse(request, self.permissions)
        if self.needs_fresh_login:
            require_fresh_login(request)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response
