"""The log-in pages of Wagtail redirect to the one log-in, which is throttled and asks for the second factor.

Included before Wagtail's own addresses.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode


def to_login(request: HttpRequest, home: str = "/") -> HttpResponse:
    """To the one log-in, keeping a ``next`` that stays on this site."""
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = home
    return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")


urlpatterns = [
    path(f"{settings.WAGTAIL_PATH[1:]}login/", to_login, {"home": settings.WAGTAIL_PATH}),
    path("_util/login/", to_login),
]
