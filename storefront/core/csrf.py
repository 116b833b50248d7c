"""Forms on public pages need no token: every browser says where a form comes from.

So these pages are the same for everybody, and a first visit sets no cookie. Where the browser says nothing, and for
every other form, Django's token is asked for as always.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware

View = Callable[..., HttpResponse]


def without_token(view: View) -> View:
    """The view takes forms of pages that hold no token, if the browser says that they come from here."""
    view.takes_forms_without_token = True  # type: ignore[attr-defined]
    return view


class SameOriginOrToken(CsrfViewMiddleware):
    """Django's protection; for a view marked by ``without_token`` a form that comes from the shop itself satisfies it.

    ``Sec-Fetch-Site`` is set by the browser, and scripts cannot change it: https://www.w3.org/TR/fetch-metadata/.
    Browsers that do not send it send ``Origin`` with every POST. All that they say is another place is left to Django,
    which wants one of settings.CSRF_TRUSTED_ORIGINS and a token.
    """

    def process_view(self, request: HttpRequest, callback: Any, args: Any, kwargs: Any) -> HttpResponseForbidden | None:
        if getattr(callback, "takes_forms_without_token", False) and is_from_here(request):
            return None
        return super().process_view(request, callback, args, kwargs)


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages sent this request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and origin in (f"{request.scheme}://{request.get_host()}", settings.SITE_URL)
