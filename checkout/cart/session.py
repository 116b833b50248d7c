"""Which basket is the visitor's: by account, by cookie, or none yet. Looked up when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket

from checkout.cart import discounts, merging
from checkout.cart.cart import Cart, read_cart
from storefront.users.models import User

#: Says that this browser showed the cart of an account. It opens nothing: once the session has ended, the cart's page
#: can say where the cart is.
ACCOUNT_CART_COOKIE = "cart_in_account"
#: In the cart's address after a form of a browser that sent no cookies: the next request shows whether it keeps any.
AGAIN = "?again=1"


@dataclass(slots=True)
class CartSession:
    """What one request knows of the visitor's cart; None: not looked up yet."""

    basket: Basket | None = None
    cart: Cart | None = None
    has_logged_out: bool = False


class CartMiddleware:
    """Sets ``request.cart_session`` and, on the way out, the cart's cookies. Takes the place of Oscar's middleware.

    Pages that do not touch the cart load neither session nor user for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.cart_session = session = CartSession()  # type: ignore[attr-defined]
        response = self.get_response(request)
        if session.has_logged_out and ACCOUNT_CART_COOKIE in request.COOKIES:
            response.delete_cookie(ACCOUNT_CART_COOKIE)
        if session.basket is not None:
            _keep_account_cookie(request, response, session.basket)
            _keep_basket_cookie(request, response, session.basket)
        return response


def session_of(request: HttpRequest | None) -> CartSession | None:
    """None for a request that did not pass the middleware, as in a command or a test of another part."""
    return getattr(request, "cart_session", None)


def cookie_basket_id(request: HttpRequest) -> int | None:
    """The number in the visitor's cart cookie, if we signed it."""
    signed = request.COOKIES.get(settings.OSCAR_BASKET_COOKIE_OPEN)  # type: ignore[misc]
    try:
        return int(Signer().unsign(signed)) if signed else None
    except (BadSignature, ValueError):
        return None


def find_basket(request: HttpRequest) -> Basket:
    """The visitor's basket, unsaved if they have none; its lines are not read."""
    session = _session(request)
    if session.basket is None:
        cookie_id = cookie_basket_id(request)
        anonymous = Basket.open.filter(pk=cookie_id, owner=None).first() if cookie_id else None
        user = getattr(request, "user", None)
        if isinstance(user, User) and user.is_authenticated:
            session.basket, is_merged = merging.owned_basket(user, anonymous)
            if is_merged:
                messages.info(request, _("Your cart now also has the items from your last visit."))
        else:
            session.basket = anonymous or Basket()
    return session.basket


def has_cart_in_account(request: HttpRequest) -> bool:
    """Whether a visitor who is not logged in had an account's cart in this browser."""
    return bool(request.COOKIES.get(ACCOUNT_CART_COOKIE)) and not request.user.is_authenticated


def forget_basket(request: HttpRequest) -> None:
    """Look the visitor's basket up anew when it is next needed."""
    session = _session(request)
    session.basket = session.cart = None


def give(request: HttpRequest, basket: Basket) -> None:
    """``basket`` is the visitor's from now on; the response sets the cookie."""
    session = _session(request)
    session.basket, session.cart = basket, None


def cart_of(request: HttpRequest) -> Cart:
    """The visitor's cart with its discounts, read once per request."""
    return _session(request).cart or read_again(request)


def read_again(request: HttpRequest) -> Cart:
    """Read the cart anew, after a change."""
    cart = read_cart(find_basket(request))
    if cart.has_offers:
        discounts.apply(cart, user=request.user, request=request)
    _session(request).cart = cart
    return cart


def after_log_in(sender: Any, request: HttpRequest | None, **kwargs: Any) -> None:
    """The visitor's cart joins the customer's at once, so that the very next page counts it right."""
    session = session_of(request)
    if request is None or session is None:
        return
    if session.basket is not None and session.basket.status != Basket.OPEN:
        return  # the log-in is that of a buyer whose cart has just become an order
    forget_basket(request)
    find_basket(request)


def after_log_out(sender: Any, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    """The visitor keeps what anybody may buy; the response sets the cookie for it."""
    session = session_of(request)
    if session is None or user is None:
        return
    session.basket, session.cart, session.has_logged_out = merging.copy_for_visitor(user), None, True


def connect() -> None:
    user_logged_in.connect(after_log_in, dispatch_uid="checkout.cart.after_log_in")
    user_logged_out.connect(after_log_out, dispatch_uid="checkout.cart.after_log_out")


def _session(request: HttpRequest) -> CartSession:
    session: CartSession = request.cart_session  # type: ignore[attr-defined]
    return session


def _keep_basket_cookie(request: HttpRequest, response: HttpResponse, basket: Basket) -> None:
    """Point the cookie to the visitor's own open basket, or delete it once it points to none."""
    name = settings.OSCAR_BASKET_COOKIE_OPEN  # type: ignore[misc]
    if basket.pk is None or basket.owner_id is not None or basket.status != Basket.OPEN:
        if name in request.COOKIES:
            response.delete_cookie(name)
    elif cookie_basket_id(request) != basket.pk or request.method == "POST":
        _set_cookie(response, name, Signer().sign(basket.pk))


def _keep_account_cookie(request: HttpRequest, response: HttpResponse, basket: Basket) -> None:
    is_noted = bool(request.COOKIES.get(ACCOUNT_CART_COOKIE))
    cart = _session(request).cart
    if basket.owner_id is None:
        if is_noted and basket.pk:  # a new cart was begun
            response.delete_cookie(ACCOUNT_CART_COOKIE)
    elif cart is not None:
        has_lines = bool(cart.lines) and basket.status == Basket.OPEN
        if is_noted and not has_lines:
            response.delete_cookie(ACCOUNT_CART_COOKIE)
        elif has_lines and not is_noted:
            _set_cookie(response, ACCOUNT_CART_COOKIE, "1")


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=settings.OSCAR_BASKET_COOKIE_LIFETIME,
        secure=settings.OSCAR_BASKET_COOKIE_SECURE,  # type: ignore[misc]
        httponly=True,
        samesite="Lax",
    )
