"""Whether the total of a cart can be paid, and vouchers that would leave one that cannot."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from oscar.apps.voucher.models import Voucher

from checkout.cart import vouchers
from checkout.cart.cart import Cart
from checkout.cart.errors import CartError
from checkout.cart.session import find_basket, read_again
from storefront.billing import payment_limits


def problem(cart: Cart) -> str:
    """Why the total cannot be paid by any payment method, in words for the buyer; "" if it can, or if it is zero."""
    found = payment_limits.problem(cart.total, cart.currency) if cart.on_sale else None
    return payment_limits.sentence(found, cart.currency) if found else ""


def put_in_voucher(request: HttpRequest, code: str) -> Voucher:
    """Put a voucher into the visitor's cart.

    Raises CartError as ``vouchers.add`` does, and for a voucher that would leave a total nobody can pay: it is not
    put in then.
    """
    basket = find_basket(request)
    added = vouchers.add(basket=basket, code=code, user=request.user)
    cart = read_again(request)
    text = "" if cart.voucher_is_idle else problem(cart)
    if not text:
        return added
    vouchers.remove(basket=basket)
    if problem(read_again(request)):
        return vouchers.add(basket=basket, code=code, user=request.user)  # not the voucher's fault
    raise CartError(f"{text} {_('The voucher was not used; put something more into the cart.')}", field="code")
