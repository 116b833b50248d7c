"""The cart's currency: one for all lines, and what becomes of them when it changes.

Every line of a cart has the currency of the cart, ``price_currency``. A line that is not sold in it stays without a
price, until the buyer removes it or changes the currency again.
"""

from __future__ import annotations

from oscar.apps.basket.models import Basket, Line, LineAttribute

from checkout.cart import prices
from checkout.cart.cart import EXTENDS
from checkout.cart.operations import locked, switch_price
from checkout.cart.prices import CartPrice


def change_currency(*, basket: Basket, currency: str) -> list[CartPrice]:
    """Give every line the price of the same license type and period in ``currency``; idempotent.

    Returns the prices of lines that are not sold in it. Raises CartOrdered if the cart was ordered meanwhile.
    """
    with locked(basket):
        lines = list(basket.lines.order_by("pk"))
        published = prices.of_products(line.product_id for line in lines)
        by_product = {price.product_id: price for price in published}
        sold = {
            (each.plan_id, each.months): each for each in published if each.currency == currency and each.is_on_sale
        }
        extends = _extends(basket)
        missing = []
        for line in lines:
            old = by_product.get(line.product_id)
            new = sold.get((old.plan_id, old.months)) if old else None
            if new is not None and (line.price_currency, line.product_id) != (currency, new.product_id):
                switch_price(basket, line, new, line.quantity, extends.get(line.pk, ""))
            elif new is None:
                _leave_without_price(line, currency)
                missing += [old] if old and old.is_on_sale else []
    return missing


def settle_currency(basket: Basket, currency: str) -> None:
    """Before its lines join those of another cart in ``currency``, "" for an empty one. Needs the caller's lock."""
    if currency and basket.lines.exclude(price_currency=currency).exists():
        change_currency(basket=basket, currency=currency)


def currency_of(basket: Basket) -> str:
    """The currency of a cart with lines, "" of an empty one."""
    if basket.pk is None:
        return ""
    return basket.lines.order_by("pk").values_list("price_currency", flat=True).first() or ""


def _extends(basket: Basket) -> dict[int, str]:
    attributes = LineAttribute.objects.filter(line__basket=basket, option__code=EXTENDS)
    return dict(attributes.values_list("line_id", "value"))


def _leave_without_price(line: Line, currency: str) -> None:
    line.price_currency, line.price_incl_tax, line.price_excl_tax = currency, None, None
    line.save(update_fields=["price_currency", "price_incl_tax", "price_excl_tax", "date_updated"])
