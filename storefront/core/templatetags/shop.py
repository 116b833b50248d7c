"""What every template of the shop may use: ``{% load shop %}``."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from django import template
from django.apps import apps
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Q, Sum
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from storefront.core import money as amounts

register = template.Library()


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    """An amount in major units as people read it: ``{{ line.amount|money:line.currency }}`` -> €96.00.

    Without a currency it is the shop's own. Nothing for None.
    """
    if amount is None:
        return ""
    return amounts.display(amount, currency or settings.SHOP_CURRENCY)


@register.filter
def percent(value: Decimal) -> str:
    """A discount without needless zeros: 20.00 -> 20 %."""
    text = f"{value:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


@lru_cache(maxsize=64)
def _address(name: str) -> str:
    return reverse(name)


@register.simple_tag
def href(name: str) -> str:
    """The address of a URL name without arguments. Looked up once per process: the header asks on every page."""
    try:
        return _address(name)
    except NoReverseMatch:
        return "#"


@register.simple_tag(takes_context=True)
def cart_count(context: template.Context) -> int:
    """How many items are in the visitor's cart. No query without a cart, one sum otherwise.

    Does not load the basket (lines, products, offers) just for a figure in the header; on pages that have
    loaded it already it counts what they show.
    """
    request: HttpRequest | None = context.get("request")
    if request is None:
        return 0
    loaded = getattr(request, "_basket_cache", None)
    if loaded is not None:
        return sum(line.quantity for line in loaded.all_lines()) if loaded.pk else 0
    wanted = _carts_of(request)
    if wanted is None:
        return 0
    lines = apps.get_model("basket", "Line").objects.filter(wanted, basket__status="Open")
    return lines.aggregate(total=Sum("quantity"))["total"] or 0


def _carts_of(request: HttpRequest) -> Q | None:
    """The condition that finds the visitor's carts: the one of his cookie, the one of his account, or both."""
    wanted: Q | None = None
    signed = request.COOKIES.get(settings.OSCAR_BASKET_COOKIE_OPEN)
    if signed:
        try:
            wanted = Q(basket=int(Signer().unsign(signed)), basket__owner=None)
        except (BadSignature, ValueError):
            wanted = None
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        own = Q(basket__owner=user.pk)
        wanted = own if wanted is None else wanted | own
    return wanted
