"""The same cart sent again: a second click, a second tab, the back button. It leads to the order it became."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from oscar.apps.order.models import Order

from checkout.cart import session
from checkout.orders.from_cart import order_of
from checkout.orders.order_request import ShownCart
from storefront.billing.links import next_path
from storefront.billing.models import Invoice


def redirect_to_order(request: HttpRequest, shown: ShownCart | None) -> HttpResponse | None:
    """To the order of the cart that this visitor's form or cookie names, if they may see it; None if there is none.

    Customers may see their own orders; a visitor the one of the cart whose signed cookie they still have.
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
    """To the order's pay page, which also tells when it is paid or void; to the result where nothing is to be paid."""
    invoice = Invoice.objects.filter(order=order).order_by("-pk").first()
    return redirect(next_path(invoice)) if invoice else redirect("cart")
