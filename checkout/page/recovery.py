"""Forms that come too late or twice: the session ended, cookies were cleared, or another window was quicker.

None of these is a dead end. A signed field says which cart the page showed, so the cart or its order is found again;
what was typed is kept; the next page says what happened and what to do.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from checkout.cart import session
from checkout.cart.session import AGAIN
from checkout.orders.from_cart import order_of
from checkout.orders.order_request import ShownCart
from checkout.page import drafts, form_buttons
from storefront.billing.links import next_path
from storefront.billing.models import Invoice
from storefront.core import error_pages
from storefront.core.csrf import is_from_here
from storefront.core.htmx import HtmxRequest


def answer(request: HttpRequest, shown: ShownCart | None) -> HttpResponse:
    """Answer a checkout form whose cart this visitor does not have (any more)."""
    if order := redirect_to_order(request, shown):
        return order
    drafts.keep(request)
    if shown and _is_in_account(request, shown):
        messages.warning(request, _("You have been logged out. Log in again: your cart and what you typed are kept."))
        return redirect(form_buttons.log_in_address())
    if shown and restore(request, shown):
        messages.warning(
            request, _("Your browser had lost its cookies of this shop. Your cart and what you typed are back: go on.")
        )
        return redirect("checkout")
    messages.warning(
        request, _("This cart was emptied in another window, so there is nothing to order. What you typed is kept.")
    )
    return redirect("cart")


def nothing_to_order(request: HttpRequest) -> HttpResponse:
    """Answer a visit to the checkout without a cart."""
    if session.has_cart_in_account(request):
        messages.warning(request, _("You have been logged out. Log in again: your cart is kept in your account."))
        return redirect(form_buttons.log_in_address())
    if "again" in request.GET:
        return redirect(reverse("cart") + AGAIN)
    return redirect("cart")  # it says so, and offers the order that the cart may have become


def redirect_to_order(request: HttpRequest, shown: ShownCart | None) -> HttpResponse | None:
    """Redirect to the order that the cart named by form or cookie became; None if there is none they may see.

    Customers may see their own orders, a visitor the order of the cart whose signed cookie they still have.
    """
    cookie = session.cookie_basket_id(request)
    basket_id = shown.basket_id if shown else cookie
    order = order_of(basket_id) if basket_id else None
    if order is None:
        return None
    is_own = request.user.is_authenticated and order.user_id == request.user.pk
    if not is_own and basket_id != cookie:
        return None
    text = _("Your cart became order %(number)s already. There is no need to order again.") % {"number": order.number}
    messages.info(request, text)
    return to_pay(order)


def to_pay(order: Order) -> HttpResponse:
    """Redirect to the order's pay page, which also says if it is paid or void; to the result page if it is zero."""
    invoice = Invoice.objects.filter(order=order).order_by("-pk").first()
    return redirect(next_path(invoice)) if invoice else redirect("cart")


def restore(request: HttpRequest, shown: ShownCart) -> bool:
    """Give a visitor without a cart the anonymous one that their page showed; the middleware sets the cookie.

    Returns whether there was one.
    """
    if request.user.is_authenticated:
        return False
    basket = Basket.open.filter(pk=shown.basket_id, owner=None).first()
    if basket is None or not basket.lines.exists():
        return False
    session.give(request, basket)
    return True


def csrf_failure(request: HtmxRequest, reason: str = "") -> HttpResponse:
    """Reload the page of one of our forms that came without a valid token, with a message (CSRF_FAILURE_VIEW).

    It happens when cookies were cleared, and to every open page when the visitor logs in or places a first order in
    another window. Forms from other sites are refused; nothing of them is kept.
    """
    name = request.resolver_match.url_name if request.resolver_match else ""
    if not is_from_here(request) or name not in _ANSWERS:
        return error_pages.csrf_failure(request, reason)
    response = _ANSWERS[name](request)
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": response["Location"]})
    return response


def _checkout(request: HttpRequest) -> HttpResponse:
    shown, _is_forged = ShownCart.read_posted(request.POST)
    cart = session.cart_of(request)
    if not cart.lines:
        response = answer(request, shown)
        if response["Location"].endswith(("/checkout/", "/basket/")):
            response["Location"] += AGAIN
        return response
    drafts.keep(request)
    _say_again(request)
    return redirect("checkout")


def _page_itself(request: HttpRequest) -> HttpResponse:
    _say_again(request)
    return redirect(request.path + AGAIN)


def _cart(request: HttpRequest) -> HttpResponse:
    _say_again(request)
    response = redirect("cart")
    response["Location"] += AGAIN
    return response


def _page_before(request: HttpRequest) -> HttpResponse:
    """'Buy' is on many kinds of pages: go back to the one it was pressed on."""
    referrer = urlsplit(request.headers.get("Referer", ""))
    if referrer[:2] != (request.scheme, request.get_host()):
        return _cart(request)
    _say_again(request)
    return redirect(referrer.path)


def _say_again(request: HttpRequest) -> None:
    messages.warning(
        request,
        _(
            "This page was out of date: you logged in or ordered in another window, or your browser had lost its "
            "cookies. Nothing was sent. It is up to date now: please press the button again."
        ),
    )


def _is_in_account(request: HttpRequest, shown: ShownCart) -> bool:
    owned = Basket.open.filter(pk=shown.basket_id, owner__isnull=False)
    return not request.user.is_authenticated and owned.exists()


_ANSWERS = {
    "checkout": _checkout,
    "pay": _page_itself,
    "pay-result-address": _page_itself,
    "cart-extend": _page_itself,
    "cart-add": _page_before,
    "cart-line": _cart,
    "cart-voucher": _cart,
}
