"""CSRF protection without a token for forms on public pages: browsers say where a form comes from.

So these pages are the same for everybody, and a first visit sets no cookie. Where the browser says nothing, and for all
other forms, Django's token is required.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware

View = Callable[..., HttpResponse]


def without_token(view: View) -> View:
    """Mark a view that accepts forms without a token if the browser says that they come from this site."""
    view.takes_forms_without_token = True  # type: ignore[attr-defined]
    return view


class SameOriginOrToken(CsrfViewMiddleware):
    """Django's protection, satisfied for views marked by ``without_token`` by a form from this site.

    ``Sec-Fetch-Site`` is set by the browser and cannot be changed by scripts: https://www.w3.org/TR/fetch-metadata/.
    Browsers without it send ``Origin`` with every POST. Any other origin is left to Django, which requires one of
    settings.CSRF_TRUSTED_ORIGINS and a token.
    """

    def process_view(self, request: HttpRequest, callback: Any, args: Any, kwargs: Any) -> HttpResponseForbidden | None:
        if getattr(callback, "takes_forms_without_token", False) and is_from_here(request):
            return None
        return super().process_view(request, callback, args, kwargs)


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this site sent the request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and origin in (f"{request.scheme}://{request.get_host()}", settings.SITE_URL)
