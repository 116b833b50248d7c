"""``{% load cart %}{% cart_count as count %}``: how many items are in the visitor's cart."""

from __future__ import annotations

from django import template
from django.db.models import Q, Sum
from django.http import HttpRequest
from oscar.apps.basket.models import Basket, Line

from checkout.cart.session import cookie_basket_id, session_of

register = template.Library()


@register.simple_tag(takes_context=True)
def cart_count(context: template.Context) -> int:
    """The figure in the header. No query without a cart, one sum otherwise: lines, products and offers are not loaded.

    On pages that have read the cart it counts what they show.
    """
    request: HttpRequest | None = context.get("request")
    if request is None:
        return 0
    session = session_of(request)
    if session is not None and session.cart is not None:
        return session.cart.pieces
    baskets = _baskets_of(request)
    if not baskets:
        return 0
    lines = Line.objects.filter(baskets, basket__status=Basket.OPEN)
    return lines.aggregate(pieces=Sum("quantity"))["pieces"] or 0


def _baskets_of(request: HttpRequest) -> Q:
    """The condition that finds the visitor's baskets: that of their cookie, that of their account, or both; else
    empty."""
    baskets = Q()
    if basket_id := cookie_basket_id(request):
        baskets |= Q(basket=basket_id, basket__owner=None)
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        baskets |= Q(basket__owner=user.pk)
    return baskets
