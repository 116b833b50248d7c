"""The other log-in doors of the libraries, closed: each leads to the one log-in, which throttles and asks for the
second factor. Included before Oscar's and Wagtail's own addresses.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode


def to_login(request: HttpRequest, home: str = "/") -> HttpResponse:
    """To the one log-in, keeping a ``next`` that stays on this site."""
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        wanted = home
    return redirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")


urlpatterns = [
    path("admin/login/", to_login, {"home": "/admin/"}),
    path("dashboard/login/", to_login, {"home": "/dashboard/"}),
    path("_util/login/", to_login),
]
