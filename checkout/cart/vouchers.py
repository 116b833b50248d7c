"""Voucher codes in the cart. What a voucher gives is Oscar's business; here it is put in and taken out."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket
from oscar.apps.basket.signals import voucher_addition, voucher_removal
from oscar.apps.voucher.models import Voucher

from checkout.cart import merging
from checkout.cart.errors import CartError
from storefront.core.instants import instant
from storefront.core.user_input import characters
from storefront.users.models import User

MAX_CODE = 128


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
    if not is_available:
        raise CartError(reason, field="code")
    with merging.locked(basket):
        present = basket.vouchers.first()
        if present is not None and present.pk != voucher.pk:
            message = _("Only one voucher can be used per order. Remove the other one first.")
            raise CartError(message, field="code")
        if present is None:
            basket.vouchers.add(voucher)
            voucher_addition.send(sender=None, basket=basket, voucher=voucher)
    return voucher


def remove(*, basket: Basket) -> None:
    """Take the voucher out; none there is no error."""
    with merging.locked(basket):
        for voucher in basket.vouchers.all():
            basket.vouchers.remove(voucher)
            voucher_removal.send(sender=None, basket=basket, voucher=voucher)


def _find(code: str) -> Voucher | None:
    code = characters.code(code[: MAX_CODE * 4])
    if not code or len(code) > MAX_CODE:
        return None
    # A code has its blanks, or was copied with some that are not its own.
    found = {voucher.code: voucher for voucher in Voucher.objects.filter(code__in={code, code.replace(" ", "")})}
    return found.get(code) or found.get(code.replace(" ", ""))
