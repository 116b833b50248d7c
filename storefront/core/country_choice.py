"""The country that a visitor named because prices depend on it, kept in a cookie.

Public pages are cached as for the seller's own country; for a visitor who named one they are rendered anew
(``core.page_cache``). It tells nothing about who pays: the payer's own country decides about an order's tax.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from storefront.core import countries
from storefront.core.currency_choice import KEPT_FOR

COOKIE = "country"

_chosen: ContextVar[str] = ContextVar("country", default="")


def current() -> str:
    """The visitor's country, ISO 3166-1; "" if they have not named one."""
    return _chosen.get()


@contextmanager
def override(country: str) -> Iterator[None]:
    """Render for a visitor from ``country`` until the block ends."""
    token = _chosen.set(country)
    try:
        yield
    finally:
        _chosen.reset(token)


def remember(response: HttpResponse, country: str) -> None:
    """Keep a choice in the visitor's browser; "" forgets it."""
    if not country:
        response.delete_cookie(COOKIE)
        return
    response.set_cookie(
        COOKIE, country, max_age=KEPT_FOR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


class CountryMiddleware:
    """Renders the response for the country that the cookie names."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(COOKIE, "")
        if not chosen or chosen not in countries.codes():
            return self.get_response(request)
        with override(chosen):
            return self.get_response(request)
