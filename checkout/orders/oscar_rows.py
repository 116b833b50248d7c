"""Writing Oscar's rows of an order, with or without a basket behind it.

Oscar's ``place_order`` needs a basket, and tells its listeners inside the transaction: their counters then insert and
update rows in the order of the lines, and two orders of the same products can deadlock. Here they are told after the
commit; nothing depends on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from oscar.apps.basket.models import Basket
from oscar.apps.basket.models import Line as BasketLine
from oscar.apps.order.models import Line, LineAttribute, Order
from oscar.apps.order.signals import order_placed
from oscar.apps.order.utils import OrderCreator
from oscar.apps.shipping.methods import NoShippingRequired
from oscar.apps.voucher.models import Voucher
from oscar.core.prices import Price

from catalogue.models import Option  # type: ignore[attr-defined]
from checkout.cart.cart import EXTENDS
from checkout.orders.order_lines import OrderLine
from storefront.billing.services.orders import NEW
from storefront.billing.tax import TaxDecision
from storefront.core import clock, references
from storefront.core.money import TaxedAmount
from storefront.users.models import User


def write(
    *, customer: User, lines: Sequence[OrderLine], currency: str, basket: Basket | None, tax_decision: TaxDecision
) -> tuple[Order, list[Line]]:
    """Write order and lines, with and without tax; returns the lines in the same order. Needs the caller's transaction.

    What lines cost before discounts and by the piece is taxed on its own: only what is charged must add up.
    """
    amounts = tax_decision.charge([line.amount for line in lines], currency)
    total = TaxedAmount.total(amounts)
    creator = OrderCreator()
    order = creator.create_order_model(
        customer,
        basket,
        shipping_address=None,
        shipping_method=NoShippingRequired(),
        shipping_charge=Price(currency=currency, excl_tax=Decimal(0), incl_tax=Decimal(0)),
        billing_address=None,
        total=Price(currency=currency, excl_tax=total.net, incl_tax=total.gross),
        order_number=_free_number(),
        status=NEW,
        date_placed=clock.now(),
    )
    rows = Line.objects.bulk_create(
        _row(order, line, amount, tax_decision) for line, amount in zip(lines, amounts, strict=True)
    )
    _name_extended_licenses(rows, lines)
    for row in sorted(rows, key=lambda row: row.stockrecord_id):
        creator.update_stock_records(row)  # only of products whose stock is counted; ours never are
    # What the listeners count, in one query.
    prefetch_related_objects([order], Prefetch("lines", Line.objects.select_related("product")))
    transaction.on_commit(lambda: order_placed.send_robust(sender=creator, order=order, user=customer), robust=True)
    return order, rows


def write_discounts(
    *, order: Order, lines: Sequence[Line], basket: Basket, basket_lines: Sequence[BasketLine], customer: User
) -> None:
    """Note what offers and vouchers took off, and count their uses.

    ``basket_lines`` are those that ``lines`` were made of, with their discounts, as ``cart.discounts.apply`` left them.
    Needs the caller's transaction and its locks on vouchers and offers.
    """
    creator = OrderCreator()
    vouchers: dict[int, Voucher] = {}
    for application in basket.offer_applications:
        application["message"] = application["offer"].apply_deferred_benefit(basket, order, application)
        creator.create_discount_model(order, application)
        application["offer"].record_usage(application)
        if application["voucher"] and application["discount"] > Decimal(0):
            voucher = vouchers.setdefault(application["voucher"].pk, application["voucher"])
            voucher.record_discount(application)
    for voucher in vouchers.values():
        voucher.record_usage(order, customer)
    for line, basket_line in zip(lines, basket_lines, strict=True):
        creator.create_line_discount_models(order, line, basket_line)


def _row(order: Order, line: OrderLine, amount: TaxedAmount, tax_decision: TaxDecision) -> Line:
    stock = line.stockrecord
    (full,) = tax_decision.charge([line.unit_price * line.quantity], order.currency)
    (unit,) = tax_decision.charge([line.unit_price], order.currency)
    return Line(
        order=order,
        partner=stock.partner,
        partner_name=stock.partner.name,
        partner_sku=stock.partner_sku,
        stockrecord=stock,
        product=line.product,
        title=line.product.get_title(),
        upc=line.product.upc,
        quantity=line.quantity,
        line_price_excl_tax=amount.net,
        line_price_incl_tax=amount.gross,
        line_price_before_discounts_excl_tax=full.net,
        line_price_before_discounts_incl_tax=full.gross,
        unit_price_excl_tax=unit.net,
        unit_price_incl_tax=unit.gross,
        num_allocated=line.quantity,
        status=NEW,
    )


def _name_extended_licenses(rows: Sequence[Line], lines: Sequence[OrderLine]) -> None:
    """What a line extends, as an attribute of Oscar's."""
    extending = [(row, line.license_terms.extends_license) for row, line in zip(rows, lines, strict=True)]
    extending = [(row, public_id) for row, public_id in extending if public_id]
    option = Option.objects.filter(code=EXTENDS).first() if extending else None
    LineAttribute.objects.bulk_create(
        LineAttribute(line=row, option=option, type=EXTENDS, value=public_id) for row, public_id in extending
    )


def _free_number() -> str:
    """A random number that no order has."""
    while True:
        number = references.human_number("SO")
        if not Order.objects.filter(number=number).exists():
            return number
