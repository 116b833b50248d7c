"""Buttons of the checkout form that do not order: cart, log-in, voucher, language. What is typed is kept, also without
JavaScript."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from checkout.cart import vouchers
from checkout.cart.cart import Cart
from checkout.cart.errors import CartError
from checkout.cart.session import find_basket
from checkout.page import drafts
from storefront.billing.payer_forms import NEW
from storefront.core import countries, country_choice, throttle

#: The name of all these buttons, and of the voucher's field.
BUTTON, CODE = "go", "code"
CART, LOG_IN, VOUCHER, NO_VOUCHER = "cart", "login", "voucher", "no-voucher"


class VoucherProblem(Exception):
    """The typed voucher cannot be used; ``message`` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def answer(request: HttpRequest, cart: Cart) -> HttpResponse | None:
    """Answer the pressed button; None for the one that orders. Raises VoucherProblem and Throttled. The cart and the
    product pages then show prices for the country that was chosen here.

    A typed voucher that is not in the cart yet is put in before anything is ordered: nobody pays more than expected.
    """
    response = _answer(request, cart)
    country = request.POST.get("country", "")
    if response is not None and request.POST.get("payer", NEW) == NEW and country in countries.codes():
        country_choice.remember(response, country)
    return response


def _answer(request: HttpRequest, cart: Cart) -> HttpResponse | None:
    pressed = request.POST.get(BUTTON, "")
    code = request.POST.get(CODE, "").strip()
    if pressed:
        drafts.keep(request)
    if pressed == CART:
        return redirect("cart")
    if pressed == LOG_IN:
        return redirect(log_in_address())
    if pressed in dict(settings.LANGUAGES):
        with translation.override(pressed):
            return redirect("checkout")
    if pressed == NO_VOUCHER:
        vouchers.remove(basket=find_basket(request))
        return redirect("checkout")
    if cart.lines and code and not cart.voucher_code:
        return _put_in(request, code)
    return redirect("checkout") if pressed else None


def log_in_address() -> str:
    """The log-in page, which leads back to the checkout in the current language."""
    return f"{reverse('account_login')}?{urlencode({'next': reverse('checkout')})}"


def _put_in(request: HttpRequest, code: str) -> HttpResponse:
    drafts.keep(request)
    throttle.hit("cart-voucher", request)
    try:
        added = vouchers.put_in(request, code)
    except CartError as exc:
        raise VoucherProblem(exc.message) from exc
    text = _("Voucher %(code)s is in your cart. Please look at the new total.") % {"code": added.code}
    messages.success(request, text)
    return redirect("checkout")
