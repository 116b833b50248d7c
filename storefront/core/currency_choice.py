"""The currency in which a visitor reads prices: the one they chose, kept in a cookie, else the shop's first.

Public pages are cached in the shop's first currency; for a visitor who chose another one they are rendered anew
(``core.page_cache``). Commands and jobs read prices in the shop's first currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from storefront.core import currencies

COOKIE = "currency"
#: A year, in seconds.
KEPT_FOR = 365 * 24 * 3600

_chosen: ContextVar[str] = ContextVar("currency", default="")


def current() -> str:
    """The currency of prices on the page being rendered."""
    return _chosen.get() or str(settings.SHOP_CURRENCY)


def is_usual() -> bool:
    """Whether it is the shop's first one, in which pages are cached."""
    return current() == settings.SHOP_CURRENCY


@contextmanager
def override(currency: str) -> Iterator[None]:
    """Render in ``currency`` until the block ends."""
    token = _chosen.set(currency)
    try:
        yield
    finally:
        _chosen.reset(token)


def remember(response: HttpResponse, currency: str) -> None:
    """Keep a choice in the visitor's browser; of the shop's first currency nothing need be kept."""
    if currency == settings.SHOP_CURRENCY:
        response.delete_cookie(COOKIE)
        return
    response.set_cookie(
        COOKIE, currency, max_age=KEPT_FOR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


class CurrencyMiddleware:
    """Renders the response in the currency that the cookie names, if the shop sells in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(COOKIE, "")
        if chosen not in currencies.others():
            return self.get_response(request)
        with override(chosen):
            return self.get_response(request)
