"""Writing Oscar's order rows. Oscar's own creator does each step; the steps' order and locks are ours.

Oscar's ``place_order`` tells its listeners inside the transaction; its counters then insert and update rows in
the order of the lines, and two orders of the same products can wait for each other for ever. Here the listeners
are told after the commit: they count, nothing depends on them.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from oscar.apps.basket.models import Line as BasketLine
from oscar.apps.order.models import Line, Order
from oscar.apps.order.signals import order_placed
from oscar.apps.order.utils import OrderCreator
from oscar.apps.shipping.methods import NoShippingRequired
from oscar.apps.voucher.models import Voucher
from oscar.core.prices import Price

from checkout.cart.cart import Cart, CartLine
from storefront.core import references
from storefront.users.models import User


def write(*, cart: Cart, oscar_lines: list[BasketLine], customer: User) -> tuple[Order, list[tuple[CartLine, Line]]]:
    """Write order, lines and discounts of a claimed cart; returns the order and its lines beside the cart's.

    ``oscar_lines`` are the cart's lines on sale with their discounts, as ``cart.discounts.apply`` left them.
    Needs the caller's transaction and its locks on vouchers and offers, whose counters go up here.
    """
    creator, basket = OrderCreator(), cart.basket
    shipping = NoShippingRequired()
    order = creator.create_order_model(
        customer,
        basket,
        shipping_address=None,
        shipping_method=shipping,
        shipping_charge=shipping.calculate(basket),
        billing_address=None,
        total=Price(currency=cart.currency, excl_tax=cart.total, incl_tax=cart.total),
        order_number=_free_number(),
        status="New",
    )
    _write_discounts(creator, order, cart, customer)
    # What the creator asks of each line, in one query for all of them.
    prefetch_related_objects(
        oscar_lines, "product__parent__product_class", "stockrecord__partner", "attributes__option"
    )
    lines = [
        (line, creator.create_line_models(order, oscar_line))
        for line, oscar_line in zip(cart.on_sale, oscar_lines, strict=True)
    ]
    for oscar_line in sorted(oscar_lines, key=lambda line: line.stockrecord_id):
        creator.update_stock_records(oscar_line)
    # The listeners count lines and their products: one query for all of them.
    prefetch_related_objects([order], Prefetch("lines", Line.objects.select_related("product")))
    transaction.on_commit(lambda: order_placed.send_robust(sender=creator, order=order, user=customer), robust=True)
    return order, lines


def _write_discounts(creator: OrderCreator, order: Order, cart: Cart, customer: User) -> None:
    vouchers: dict[int, Voucher] = {}
    for application in cart.basket.offer_applications:
        application["message"] = application["offer"].apply_deferred_benefit(cart.basket, order, application)
        creator.create_discount_model(order, application)
        application["offer"].record_usage(application)
        if application["voucher"] and application["discount"] > Decimal(0):
            voucher = vouchers.setdefault(application["voucher"].pk, application["voucher"])
            voucher.record_discount(application)
    for voucher in vouchers.values():
        voucher.record_usage(order, customer)


def _free_number() -> str:
    """A random number no order has; a collision is a matter of one in a million millions, but costs only a look."""
    while True:
        number = references.human_number("SO")
        if not Order.objects.filter(number=number).exists():
            return number
