"""Where visits are noticed. The request pays for a few look-ups in memory; everything else happens later."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from cms.numbers import days
from cms.numbers.buffer import buffer
from cms.numbers.models import Step
from cms.numbers.sights import Sight
from storefront.core.visitor import throttle_key

#: Longer ones are cut: what comes after says nothing about who it is.
MAX_AGENT = 300
_FETCHED_AHEAD = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


def product_seen(request: HttpRequest, response: HttpResponse, software_id: int) -> HttpResponse:
    """Count a visitor of a product page, once it is rendered; returns the response.

    Not counted: anything but a page that was really shown (GET, 200), and pages that a browser fetches ahead.
    Previews do not come this way. Programs and staff are told apart later, see ``writing``.
    """
    if request.method != "GET" or response.status_code != 200 or _is_fetched_ahead(request):
        return response
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        # By then the page's header has found out who is logged in, so asking for it costs nothing.
        response.add_post_render_callback(lambda _: _note(request, Step.VIEW, software_id))
    else:
        _note(request, Step.VIEW, software_id)
    return response


def put_in_cart(sender: Any, *, product: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Receiver of Oscar's ``basket_addition``: ``product`` is the child that was put in."""
    _note(request, Step.CART, product.pk)


def _note(request: HttpRequest, step: Step, key: int) -> None:
    user = getattr(request, "_cached_user", None)  # set once somebody asked who is logged in; asking would cost queries
    buffer.note(
        Sight(
            day=days.today(),
            step=step,
            key=key,
            address=throttle_key(request),
            agent=request.META.get("HTTP_USER_AGENT", "")[:MAX_AGENT],
            user_id=user.pk if user is not None else None,
        )
    )


def _is_fetched_ahead(request: HttpRequest) -> bool:
    """Whether a browser asks for a page that nobody may ever look at (a header names the purpose)."""
    return any(request.META.get(name, "").startswith(("prefetch", "prerender", "preview")) for name in _FETCHED_AHEAD)
