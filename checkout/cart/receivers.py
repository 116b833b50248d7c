"""What log-in and log-out do to the cart; and vouchers are kept with the code that buyers' input is read as."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import pre_save
from django.http import HttpRequest
from oscar.apps.basket.models import Basket
from oscar.apps.voucher.models import Voucher

from checkout.cart import merging
from checkout.cart.session import find_basket, forget_basket
from storefront.core.user_input import characters
from storefront.users.models import User


def put_together(sender: Any, request: HttpRequest | None, **kwargs: Any) -> None:
    """The visitor's cart joins the customer's at once, so that the very next page counts it right."""
    if request is None or not hasattr(request, "_basket_cache"):
        return
    if request._basket_cache is not None and request._basket_cache.status != Basket.OPEN:
        return  # the log-in is that of a buyer whose cart has just become an order
    forget_basket(request)
    find_basket(request)


def keep_plain_lines(sender: Any, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    """The visitor goes on seeing what anybody could buy; the middleware hands him the cookie for it."""
    if request is None or user is None or not hasattr(request, "_basket_cache"):
        return
    forget_basket(request)
    request._has_logged_out = True  # type: ignore[attr-defined]
    request._basket_cache = merging.copy_for_visitor(user)  # type: ignore[attr-defined]


def clean_code(sender: type, instance: Voucher, **kwargs: Any) -> None:
    """Staff paste codes as well: one with an unseen character could be used by nobody."""
    instance.code = characters.code(instance.code)


def connect() -> None:
    pre_save.connect(clean_code, sender=Voucher, dispatch_uid="checkout.cart.clean_code")
    user_logged_in.connect(put_together, dispatch_uid="checkout.cart.put_together")
    user_logged_out.connect(keep_plain_lines, dispatch_uid="checkout.cart.keep_plain_lines")
