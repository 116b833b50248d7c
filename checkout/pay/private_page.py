"""What the pages of paying have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

View = Callable[..., HttpResponse]


class HttpResponseSeeOther(HttpResponseRedirect):
    """303: the browser goes on by GET, whatever it came with."""

    status_code = 303


def private(view: View) -> View:
    """Kept by no cache and found by no search engine; and the form may lead on to the provider's own page.

    The referrer policy stays ``same-origin``: the link never reaches another site. ``no-referrer`` would make browsers
    send ``Origin: null`` with the form, which the protection against forged requests refuses.
    """

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Browsers apply form-action to the redirect that answers a form, too.
        allowing = cast(View, csp_update({"form-action": _provider_pages()})(view))
        response = allowing(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return wrapper


def _provider_pages() -> list[str]:
    base = urlsplit(settings.STRIPE_API_BASE)
    return ["https:"] if base.scheme == "https" else [f"{base.scheme}://{base.netloc}"]
