"""What the pages for paying have in common: private, and allowed to redirect to the provider."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, cast

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from storefront.billing import gateway_registry
from storefront.gateways.errors import ConfigurationError

View = Callable[..., HttpResponse]


class HttpResponseSeeOther(HttpResponseRedirect):
    """303: the browser follows with GET."""

    status_code = 303


def private(view: View) -> View:
    """Keep a page out of caches and search engines, and let its form redirect to the provider's page.

    The referrer policy is ``same-origin``: other sites never see the link. ``no-referrer`` would make browsers send
    ``Origin: null`` with the form, which the CSRF check refuses.
    """

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Browsers apply form-action to redirects after the form, too.
        allowing = cast(View, csp_update({"form-action": _provider_pages()})(view))
        response = allowing(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return wrapper


def _provider_pages() -> list[str]:
    pages: set[str] = set()
    for name in gateway_registry.names():
        with suppress(ConfigurationError):  # opening a charge says so, and logs it
            pages.update(gateway_registry.gateway(name).redirect_origins)
    return sorted(pages)
