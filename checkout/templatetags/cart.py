"""``{% load cart %}``: how many items are in the visitor's cart, and in which currencies prices can be read."""

from __future__ import annotations

from babel.numbers import get_currency_name
from django import template
from django.db.models import Q, Sum
from django.http import HttpRequest
from django.utils.translation import to_locale
from oscar.apps.basket.models import Basket, Line

from checkout.cart import choices
from checkout.cart.session import cookie_basket_id, session_of
from storefront.core import currency_choice
from storefront.core.language import current_language

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


@register.simple_tag
def currency_switch() -> list[tuple[str, str, bool]]:
    """The currencies that a visitor may choose from: code, name, whether prices are in it now. Empty where there is no
    choice. One query in a shop of several."""
    codes, now = choices.choosable(), currency_choice.current()
    locale = to_locale(current_language())
    return [(code, get_currency_name(code, locale=locale), code == now) for code in codes]


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
