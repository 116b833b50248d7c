"""Voucher codes in the cart. What a voucher takes off is worked out by Oscar; here it is put in and taken out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models.signals import pre_save
from django.http import HttpRequest
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket
from oscar.apps.basket.signals import voucher_addition, voucher_removal
from oscar.apps.voucher.models import Voucher

from checkout.cart.errors import CartError
from checkout.cart.operations import locked
from checkout.cart.repricing import currency_of
from checkout.cart.session import find_basket, read_again
from checkout.vouchers import rules
from storefront.core import currency_choice
from storefront.core.instants import instant
from storefront.core.user_input import characters
from storefront.users.models import User

MAX_CODE = 128


def put_in(request: HttpRequest, code: str) -> Voucher:
    """Put a voucher into the visitor's cart.

    Raises CartError as ``add`` does, and for a voucher that would leave a total that no payment method takes; the
    cart is then as before.
    """
    basket = find_basket(request)
    added = add(basket=basket, code=code, user=request.user)
    cart = read_again(request)
    problem = "" if cart.voucher_is_idle else cart.payment_problem
    if not problem:
        return added
    remove(basket=basket)
    if read_again(request).payment_problem:
        return add(basket=basket, code=code, user=request.user)  # not the voucher's fault
    not_used = _("The voucher was not used; put something more into the cart.")
    raise CartError(f"{problem} {not_used}", field="code")


def add(*, basket: Basket, code: str, user: User | AnonymousUser) -> Voucher:
    """Put a voucher into the cart; whether it takes anything off shows once the cart is read again.

    Raises CartError with the reason: unknown, not valid yet or any more, used up, or there is one already.
    """
    voucher = _find(code)
    if voucher is None:
        raise CartError(_("We do not know this voucher code. Please check the spelling."), field="code")
    if voucher.is_expired():
        raise CartError(_("This voucher expired on %(at)s.") % {"at": instant(voucher.end_datetime)}, field="code")
    if not voucher.is_active():
        raise CartError(_("This voucher is valid from %(at)s.") % {"at": instant(voucher.start_datetime)}, field="code")
    is_available, reason = voucher.is_available_to_user(user=user)
    if is_available:
        reason = rules.problem(rules.rule_of(voucher), user if isinstance(user, User) else None)
        reason = reason or rules.currency_problem(voucher, currency_of(basket) or currency_choice.current())
    if reason:
        raise CartError(reason, field="code")
    with locked(basket):
        present = basket.vouchers.first()
        if present is not None and present.pk != voucher.pk:
            message = _("Only one voucher can be used per order. Remove the other one first.")
            raise CartError(message, field="code")
        if present is None:
            basket.vouchers.add(voucher)
            voucher_addition.send(sender=None, basket=basket, voucher=voucher)
    return voucher


def remove(*, basket: Basket) -> None:
    """Take the voucher out; it is no error if there is none."""
    with locked(basket):
        for voucher in basket.vouchers.all():
            basket.vouchers.remove(voucher)
            voucher_removal.send(sender=None, basket=basket, voucher=voucher)


def clean_code(sender: type, instance: Voucher, **kwargs: Any) -> None:
    """Store codes as buyers' input is read. Staff paste them as well: with an unseen character nobody could use one."""
    instance.code = characters.code(instance.code)


def connect() -> None:
    pre_save.connect(clean_code, sender=Voucher, dispatch_uid="checkout.cart.clean_code")


def _find(code: str) -> Voucher | None:
    code = characters.code(code[: MAX_CODE * 4])
    if not code or len(code) > MAX_CODE:
        return None
    # Blanks may belong to the code, or have been copied with it.
    by_code = {voucher.code: voucher for voucher in Voucher.objects.filter(code__in={code, code.replace(" ", "")})}
    return by_code.get(code) or by_code.get(code.replace(" ", ""))
