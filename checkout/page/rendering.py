"""Rendering the checkout page."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from checkout.cart import operations, presentation, taxes, vouchers
from checkout.cart.cart import Cart, CartLine
from checkout.cart.taxes import CartTax
from checkout.orders.order_request import ShownCart
from checkout.page import form_buttons, license_effects, portal_field, vat_ids
from checkout.page.forms import CheckoutForm
from storefront.billing.tax import SellerTax, TaxReason
from storefront.core.money import display
from storefront.users.models import User


def render_page(
    request: HttpRequest,
    cart: Cart,
    form: CheckoutForm,
    *,
    notice: str = "",
    has_account: bool = False,
    voucher_error: str = "",
    status: int = 200,
    seller: SellerTax | None = None,
) -> HttpResponse:
    """Render ``form`` and the summary of ``cart``; what both show is signed into a hidden field. ``seller``: if read.

    A changed price is pointed out once, as in the cart.
    """
    price_changes = presentation.price_changes(cart)
    if request.method != "HEAD":
        operations.remember_prices(cart.lines)
    versions = tuple(version.pk for version in form.versions)
    reading = form.reading or portal_field.read(form.initial.get(portal_field.FIELD) or None)
    customer = current_customer(request)
    tax = taxes.of_cart(cart, form.so_far, seller)
    context = {
        "form": form,
        "portal_field": form[portal_field.FIELD] if portal_field.FIELD in form.fields else None,
        "reading": reading,
        "conditions": cart.conditions,
        "effects": license_effects.of(request, cart, customer, reading.host, tax.decision),
        "summary": _summary(cart, tax),
        "shown_field": ShownCart.FIELD,
        "shown": ShownCart(cart.basket.pk, cart.total, cart.currency, versions, tax.total.gross).signed(),
        "told_field": vat_ids.TOLD,
        "told": form.so_far.vat_id if _says_invalid(tax) else "",
        "notice": notice or tax.problem,
        "price_changes": price_changes,
        "has_account": has_account,
        "foreign_extension": None if customer else next((line.license for line in cart.lines if line.license), None),
        "login_address": form_buttons.log_in_address(),
        "voucher_error": voucher_error,
        "typed_code": request.POST.get(form_buttons.CODE, "")[: vouchers.MAX_CODE] if voucher_error else "",
    }
    return render(request, "checkout/checkout.html", context, status=status)


def _says_invalid(tax: CartTax) -> bool:
    return bool(tax.decision.facts.reason == TaxReason.VAT_ID_INVALID)


def _summary(cart: Cart, tax: CartTax) -> dict[str, object]:
    """The order summary, all amounts as text."""
    list_total = sum((_list_total(line) for line in cart.on_sale), Decimal(0))
    return {
        "lines": [
            {
                "title": line.title,
                "detail": f"{line.plan_price.plan_name}, {line.plan_price.period_name}" if line.plan_price else "",
                "quantity": line.quantity,
                "extends": line.license.number if line.license else "",
                "list_total": display(_list_total(line), cart.currency) if _list_total(line) > line.total else "",
                "percent_off": presentation.percent_off(line.plan_price.discount_percent) if line.plan_price else "",
                "total": display(line.total, cart.currency),
            }
            for line in cart.on_sale
        ],
        "list_total": display(list_total, cart.currency) if list_total > cart.subtotal else "",
        "saving": display(cart.subtotal - list_total, cart.currency),
        "voucher_code": cart.voucher_code,
        "voucher_is_idle": cart.voucher_is_idle,
        "subtotal": display(cart.subtotal, cart.currency),
        "discounts": presentation.discounts(cart),
        "tax": tax,
        "total": display(tax.total.gross, cart.currency),
        "is_free": cart.total == 0,
    }


def _list_total(line: CartLine) -> Decimal:
    """What the line would cost by the month; never less than it costs."""
    return max(line.plan_price.list_amount * line.quantity, line.total) if line.plan_price else line.total


def current_customer(request: HttpRequest) -> User | None:
    """The logged-in user, if any, as the middleware's lazy object: services lock and re-read the row."""
    return cast(User, request.user) if request.user.is_authenticated else None
