"""Oscar's staff dashboard as this shop mounts it: sales, vouchers and offers, and nothing that writes what is sold.

Products, license types, prices and stock are made in Wagtail, and ``publishing.publish`` alone writes them to Oscar.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from oscar.apps.dashboard.apps import DashboardConfig as OscarDashboardConfig

View = Callable[..., HttpResponseBase]

#: Names of routes, or what they begin with. A route that is not named here is not found: one that a later version of
#: Oscar adds as well.
OPEN = tuple(
    "index login logout order- users-index user-detail user-password-reset reports-index offer- range- voucher-".split()
)
#: Shows what is sold, without a form.
READ_ONLY = ("catalogue-product",)


class DashboardConfig(OscarDashboardConfig):
    def get_url_decorator(self, pattern: URLPattern) -> Callable[[View], View] | None:
        """Oscar's place to wrap the views of the dashboard; it asks for those of all its parts."""
        name = pattern.name or ""
        if name in READ_ONLY:
            return _read_only
        if not name.startswith(OPEN):
            return _closed
        decorator: Callable[[View], View] | None = super().get_url_decorator(pattern)
        return decorator


def _closed(view: View) -> View:
    def not_found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        raise Http404

    return not_found


def _read_only(view: View) -> View:
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            raise Http404
        return view(request, *args, **kwargs)

    return shown
