"""The cart's page and its forms. Everything works as a plain form; with htmx only the cart's body is rendered anew."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from oscar.apps.basket.signals import basket_addition

from catalogue.models import Product
from checkout.cart import choices, operations, presentation, taxes, vouchers
from checkout.cart.errors import CartError, CartOrdered
from checkout.cart.presentation import LineError
from checkout.cart.prices import CartPrice
from checkout.cart.repricing import change_currency
from checkout.cart.session import AGAIN, cart_of, find_basket, forget_basket, has_cart_in_account, read_again
from checkout.page import drafts
from storefront.core import countries, country_choice, currency_choice
from storefront.core.csrf import without_token
from storefront.core.htmx import HtmxRequest
from storefront.core.throttle import throttled


@never_cache
@require_safe
def show(request: HtmxRequest) -> HttpResponse:
    """The cart. New prices are named once: those shown are kept as seen."""
    return _render(request)


@without_token
@require_POST
def add(request: HtmxRequest) -> HttpResponse:
    """Put a price into the cart (fields term, quantity) and show the cart."""
    try:
        quantity = operations.read_quantity(request.POST.get("quantity", "1"))
        price_id = operations.read_id(request.POST.get("term", ""))
        price = _add(request, price_id, quantity)
    except CartError as exc:
        messages.error(request, exc.message)
    else:
        product = Product(pk=price.product_id)
        basket_addition.send_robust(sender=None, product=product, user=request.user, request=request)
    return _to_cart(request, "" if request.COOKIES else AGAIN)


@never_cache
@require_POST
def change(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change one line (fields quantity and, to switch its price, term) or take it out (field remove)."""
    basket, typed = find_basket(request), request.POST.get("quantity", "")
    try:
        if request.POST.get("remove"):
            operations.remove_line(basket=basket, line_id=pk)
        else:
            price_id = request.POST.get("term")
            operations.change_line(
                basket=basket,
                line_id=pk,
                quantity=operations.read_quantity(typed),
                price_id=operations.read_id(price_id) if price_id is not None else None,
            )
    except CartError as exc:
        if exc.field:
            return _render(request, errors={pk: LineError(exc.message, exc.field, typed[:10])})
        return _answer(request, messages.ERROR, exc.message)
    return _answer(request)


@never_cache
@require_POST
@throttled("cart-voucher")
def voucher(request: HtmxRequest) -> HttpResponse:
    """Put a voucher in (field code) or take it out (field remove)."""
    basket = find_basket(request)
    try:
        if request.POST.get("remove"):
            vouchers.remove(basket=basket)
            return _answer(request)
        code = request.POST.get("code", "")
        added = vouchers.put_in(request, code)
    except CartError as exc:
        return _render(request, voucher_error=exc.message, typed_code=request.POST.get("code", "")[: vouchers.MAX_CODE])
    return _answer(request, messages.SUCCESS, _("Voucher %(code)s is in your cart.") % {"code": added.code})


@without_token
@require_POST
def choose_currency(request: HtmxRequest) -> HttpResponse:
    """Show prices in another currency (field currency), put the cart into it and go back to the page (field next)."""
    currency = request.POST.get("currency", "")
    if currency not in choices.choosable():
        return _back(request)
    response = _back(request)
    _use_currency(request, response, currency)
    return response


@without_token
@require_POST
def choose_country(request: HtmxRequest) -> HttpResponse:
    """Show prices with the tax of a country (field country, "" for none) and go back to the page (field next). The
    currency follows it, unless the visitor had chosen another one than that of the country of before."""
    country = request.POST.get("country", "")
    response = _back(request)
    if country and country not in countries.codes():
        return response
    was, wanted = (choices.currency_of(each) for each in (country_choice.current(), country))
    if currency_choice.current() == was != wanted:
        _use_currency(request, response, wanted)
    drafts.put_country(request, country)
    country_choice.remember(response, country)
    return response


def _use_currency(request: HtmxRequest, response: HttpResponse, currency: str) -> None:
    basket = find_basket(request)
    try:
        missing = change_currency(basket=basket, currency=currency) if basket.pk else []
    except CartOrdered:
        forget_basket(request)
        missing = []
    for price in missing:
        text = _("%(product)s in your cart is not sold in %(currency)s.")
        messages.warning(request, text % {"product": price.description, "currency": currency})
    currency_choice.remember(response, currency)


def _back(request: HtmxRequest) -> HttpResponse:
    """To the page that a form came from, or to the cart."""
    target = request.POST.get("next", "")
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if is_ours else reverse("cart"))


def _add(request: HtmxRequest, price_id: int, quantity: int) -> CartPrice:
    try:
        return operations.add_line(basket=find_basket(request), price_id=price_id, quantity=quantity)
    except CartOrdered:
        # 'Checkout' was pressed in another window meanwhile: what is bought now starts a new cart.
        forget_basket(request)
        return operations.add_line(basket=find_basket(request), price_id=price_id, quantity=quantity)


def _to_cart(request: HtmxRequest, query: str = "") -> HttpResponse:
    response = redirect(reverse("cart") + query)
    if request.htmx:
        # The script would follow a redirect; this header makes the browser itself go there.
        return HttpResponse(headers={"HX-Redirect": response.url})
    return response


def _answer(request: HtmxRequest, level: int | None = None, text: str = "") -> HttpResponse:
    """After a change: the new body for htmx, else a redirect to the cart's page."""
    if level is not None:
        messages.add_message(request, level, text)
    return _render(request) if request.htmx else redirect("cart")


def _render(
    request: HtmxRequest,
    *,
    errors: dict[int, LineError] | None = None,
    voucher_error: str = "",
    typed_code: str = "",
) -> HttpResponse:
    cart = cart_of(request) if request.method != "POST" else read_again(request)
    tax = taxes.of_visitor(cart, request.user) if cart.lines else None
    price_changes = presentation.price_changes(cart)
    if request.method != "HEAD":
        operations.remember_prices(cart.lines)
    context = {
        "cart": cart,
        "rows": presentation.rows(cart, errors or {}, tax.decision) if tax else [],
        "price_changes": price_changes,
        "discounts": presentation.discounts(cart),
        "tax": tax,
        "payment_problem": cart.payment_problem,
        "tax_problem": tax.problem if tax else "",
        "voucher_error": voucher_error,
        "typed_code": typed_code,
        # One token for all forms of the page: masking it for each of forty would cost more than the queries.
        "csrf_field": format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request)),
        "login_next": reverse("cart"),
        "is_in_account": has_cart_in_account(request),
        "is_fragment": bool(request.htmx),
    }
    template = "checkout/cart_body.html" if request.htmx else "checkout/cart.html"
    return render(request, template, context)
