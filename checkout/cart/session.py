"""Oscar's basket middleware with our way of finding and reading the basket; nothing happens before it is used."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.signing import Signer
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from oscar.apps.basket import middleware
from oscar.apps.basket.models import Basket

from checkout.cart import discounts, merging
from checkout.cart.cart import Cart, read_cart

#: Says that this browser showed the cart of an account. It opens nothing: once the session has ended, the cart's page
#: can say where the cart is.
ACCOUNT_CART_COOKIE = "cart_in_account"
#: In the cart's address after a form of a browser that sent no cookies: whether it keeps any shows there.
AGAIN = "?again=1"


class CartMiddleware(middleware.BasketMiddleware):
    """Sets ``request.basket`` and ``request.strategy`` as Oscar's does, both lazily, and keeps the cart's cookie.

    Pages that do not touch the cart load neither session nor user for it.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.cookies_to_delete = []  # type: ignore[attr-defined]
        request.strategy = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: middleware.selector.strategy(request=request, user=request.user)
        )
        request._basket_cache = None  # type: ignore[attr-defined]
        request._cart = None  # type: ignore[attr-defined]
        request.basket = SimpleLazyObject(lambda: _oscar_basket(request))  # type: ignore[attr-defined]
        request.basket_hash = SimpleLazyObject(lambda: self._hash(request))  # type: ignore[attr-defined]
        return self.process_response(request, self.get_response(request))

    def _hash(self, request: HttpRequest) -> str | None:
        basket = self.get_basket(request)
        return self.get_basket_hash(basket.pk) if basket.pk else None

    def get_basket(self, request: HttpRequest) -> Basket:
        return find_basket(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Point the cookie to the visitor's basket, or take it away once it points to none."""
        basket: Basket | None = request._basket_cache  # type: ignore[attr-defined]
        if getattr(request, "_has_logged_out", False) and ACCOUNT_CART_COOKIE in request.COOKIES:
            response.delete_cookie(ACCOUNT_CART_COOKIE)
        if basket is None:
            return response
        _note_account_cart(request, response, basket)
        key = settings.OSCAR_BASKET_COOKIE_OPEN  # type: ignore[misc]
        if basket.pk is None or basket.owner_id is not None or basket.status != Basket.OPEN:
            if key in request.COOKIES:
                response.delete_cookie(key)
        elif merging.cookie_basket_id(request) != basket.pk or request.method == "POST":
            response.set_cookie(
                key,
                Signer().sign(basket.pk),
                max_age=settings.OSCAR_BASKET_COOKIE_LIFETIME,
                secure=settings.OSCAR_BASKET_COOKIE_SECURE,  # type: ignore[misc]
                httponly=True,
                samesite="Lax",
            )
        return response


def find_basket(request: HttpRequest) -> Basket:
    """The visitor's basket, its lines not read yet."""
    if request._basket_cache is None:  # type: ignore[attr-defined]
        basket, is_merged = merging.open_basket(request)
        request._basket_cache = basket  # type: ignore[attr-defined]
        if is_merged:
            messages.info(request, _("Your cart now also holds what was in it when you were here before."))
    return request._basket_cache  # type: ignore[attr-defined]


def has_cart_in_account(request: HttpRequest) -> bool:
    """Whether a visitor without log-in had an account's cart before them in this browser."""
    return bool(request.COOKIES.get(ACCOUNT_CART_COOKIE)) and not request.user.is_authenticated


def _note_account_cart(request: HttpRequest, response: HttpResponse, basket: Basket) -> None:
    is_noted = bool(request.COOKIES.get(ACCOUNT_CART_COOKIE))
    cart: Cart | None = request._cart  # type: ignore[attr-defined]
    if basket.owner_id is None:
        if is_noted and basket.pk:  # a new cart was begun
            response.delete_cookie(ACCOUNT_CART_COOKIE)
    elif cart is not None:
        has_lines = bool(cart.lines) and basket.status == Basket.OPEN
        if is_noted and not has_lines:
            response.delete_cookie(ACCOUNT_CART_COOKIE)
        elif has_lines and not is_noted:
            response.set_cookie(
                ACCOUNT_CART_COOKIE,
                "1",
                max_age=settings.OSCAR_BASKET_COOKIE_LIFETIME,
                secure=settings.OSCAR_BASKET_COOKIE_SECURE,  # type: ignore[misc]
                httponly=True,
                samesite="Lax",
            )


def forget_basket(request: HttpRequest) -> None:
    """Look the visitor's basket up anew when it is needed next."""
    request._basket_cache = request._cart = None  # type: ignore[attr-defined]


def give(request: HttpRequest, basket: Basket) -> None:
    """``basket`` is the visitor's from now on; the cookie follows with the answer."""
    forget_basket(request)
    request._basket_cache = basket  # type: ignore[attr-defined]


def cart_of(request: HttpRequest) -> Cart:
    """The visitor's cart, read once per request."""
    if request._cart is None:  # type: ignore[attr-defined]
        request._cart = read_again(request)  # type: ignore[attr-defined]
    return request._cart  # type: ignore[attr-defined]


def read_again(request: HttpRequest) -> Cart:
    """Read the cart anew, after a change."""
    cart = read_cart(find_basket(request))
    if cart.has_offers:
        strategy: Any = request.strategy  # type: ignore[attr-defined]
        discounts.apply(cart, strategy=strategy, user=request.user, request=request)
    request._cart = cart  # type: ignore[attr-defined]
    return cart


def _oscar_basket(request: HttpRequest) -> Basket:
    """The basket as Oscar's code expects it: with strategy, lines and discounts."""
    cart = cart_of(request)
    if not cart.has_offers:
        strategy: Any = request.strategy  # type: ignore[attr-defined]
        discounts.apply(cart, strategy=strategy, user=request.user, request=request)
    return cart.basket
