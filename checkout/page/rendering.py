"""Putting the checkout page together."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from checkout.cart import changes, presentation
from checkout.cart.loading import Cart
from checkout.page import portal, seal
from checkout.page.forms import CheckoutForm
from checkout.services.wishes import Shown
from storefront.core.money import display


def render_page(
    request: HttpRequest,
    cart: Cart,
    form: CheckoutForm,
    *,
    notice: str = "",
    has_account: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page with ``form``, the summary of ``cart`` and what both show sealed into a hidden field.

    New prices are named once, here as in the cart.
    """
    price_changes = presentation.price_changes(cart)
    if request.method != "HEAD":
        changes.remember_prices(cart.lines)
    versions = tuple(version.pk for version in form.versions)
    context = {
        "form": form,
        "portal_field": form[portal.FIELD] if portal.FIELD in form.fields else None,
        "reading": form.reading or portal.read(form.initial.get(portal.FIELD) or None),
        "summary": _summary(cart),
        "seal_name": seal.FIELD,
        "seal": seal.seal(Shown(cart.basket.pk, cart.total, cart.currency, versions)),
        "notice": notice,
        "price_changes": price_changes,
        "has_account": has_account,
        "foreign_extension": next((line.license for line in cart.lines if line.license), None)
        if not request.user.is_authenticated
        else None,
        "login_next": "/checkout/",
    }
    return render(request, "checkout/checkout.html", context, status=status)


def _summary(cart: Cart) -> dict[str, object]:
    """The order summary with every amount as text."""
    return {
        "lines": [
            {
                "title": line.title,
                "detail": f"{line.term.plan_name}, {line.term.period_name}" if line.term else "",
                "quantity": line.quantity,
                "extends": line.license.number if line.license else "",
                "total": display(line.total, cart.currency),
            }
            for line in cart.on_sale
        ],
        "subtotal": display(cart.subtotal, cart.currency),
        "discounts": presentation.discounts(cart),
        "total": display(cart.total, cart.currency),
    }
