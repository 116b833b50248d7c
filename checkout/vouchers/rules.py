"""What a voucher may be used for: by whom, how often, for which products and periods."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher, VoucherApplication

from checkout.cart.cart import CartLine
from checkout.models import VoucherRule
from storefront.billing.services.orders import CANCELLED
from storefront.users.models import User

_OF_MONEY = (Benefit.FIXED, Benefit.FIXED_UNIT, Benefit.FIXED_PRICE)


def rule_of(voucher: Voucher) -> VoucherRule | None:
    """The rule of a voucher or of its set; None for one made without."""
    of_set = Q(voucher_set=voucher.voucher_set_id) if voucher.voucher_set_id else Q(pk=None)
    return VoucherRule.objects.filter(Q(voucher=voucher.pk) | of_set).first()


def problem(rule: VoucherRule | None, customer: User | None) -> str:
    """Why ``customer`` cannot use a voucher with this rule now, in words for them; "" if they can.

    None is a visitor, whose voucher is looked at again when they order.

    Where the answer must not change until the order is written, hold locks on the voucher and the customer.
    """
    if rule is None:
        return ""
    if rule.is_paused:
        return _("This voucher cannot be used at the moment.")
    if rule.max_uses is not None and uses(rule).count() >= rule.max_uses:
        return _("This voucher has been used as often as it can be.")
    if customer is None:
        return _("This voucher is for certain customers: please log in first.") if rule.customers.exists() else ""
    if not rule.customers.filter(pk=customer.pk).exists() and rule.customers.exists():
        return _("This voucher is for other customers.")
    if rule.is_first_purchase_only and Order.objects.filter(user=customer).exclude(status=CANCELLED).exists():
        return _("This voucher is for a first purchase only.")
    limit = rule.max_uses_per_customer
    if limit is not None and uses(rule).filter(user=customer).count() >= limit:
        return _("You have used this voucher as often as you can.")
    return ""


def is_of_money(offer: ConditionalOffer) -> bool:
    """Whether an offer takes off, or asks for, a sum of money: it is one in the shop's first currency."""
    return offer.benefit.type in _OF_MONEY or offer.condition.type == Condition.VALUE


def currency_problem(voucher: Voucher, currency: str) -> str:
    """Why a voucher takes nothing off a cart in ``currency``, in words for the buyer; "" if it may."""
    if currency == settings.SHOP_CURRENCY or not any(is_of_money(offer) for offer in voucher.offers.all()):
        return ""
    return _("This voucher is for carts in %(currency)s.") % {"currency": settings.SHOP_CURRENCY}


def uses(rule: VoucherRule) -> QuerySet[VoucherApplication]:
    """Its uses, one for each order; a cancelled order gives its use back."""
    return VoucherApplication.objects.filter(Q(voucher__rule=rule) | Q(voucher__voucher_set__rule=rule))


def covered(rule: VoucherRule, lines: Iterable[CartLine]) -> set[int]:
    """Ids of Oscar's products among ``lines`` to which the voucher applies."""
    software: Collection[int] = set(rule.products.values_list("pk", flat=True))
    return {
        line.product_id
        for line in lines
        if line.plan_price is not None
        and (not software or line.plan_price.software_id in software)
        and (not rule.months or line.plan_price.months in rule.months)
    }
