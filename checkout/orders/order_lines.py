"""Lines to order: of a cart, or at a published price without any cart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import prefetch_related_objects
from oscar.apps.basket.models import Line as BasketLine
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from checkout.cart import prices
from checkout.cart.cart import Cart, CartLine
from checkout.cart.prices import CartPrice
from storefront.billing.tax import TaxDecision
from storefront.core import money
from storefront.core.license_terms import LicenseTerms
from storefront.licensing.effects import OrderedLine


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line to order, at published prices, whatever tax the buyer bears. Money in major units of the order's
    currency: ``unit_price`` of one piece before vouchers and offers, ``amount`` what the whole line costs,
    ``list_amount`` what it would cost by the month. ``description`` and the texts of ``license_terms`` are in the
    language of the order."""

    product: Product
    stockrecord: StockRecord
    description: str
    quantity: int
    unit_price: Decimal
    amount: Decimal
    list_amount: Decimal
    license_terms: LicenseTerms


def of_cart(
    cart: Cart,
    basket_lines: Sequence[BasketLine],
    portal_host: str,
    *,
    change: str = "",
    is_named_by_link: bool = False,
) -> list[OrderLine]:
    """What is on sale in a cart, discounts included; the amounts add up to the cart's total.

    ``basket_lines`` are Oscar's, as ``cart.discounts.apply`` returned them. Oscar has spread offers and vouchers over
    them to the cent. Raises ValueError if its amounts are not the cart's total.
    """
    prefetch_related_objects(basket_lines, "product__parent__product_class", "stockrecord__partner")
    charged = [line.line_price_incl_tax_incl_discounts for line in basket_lines]
    if sum(charged) != cart.total:
        raise ValueError(f"Oscar charges {charged} for a cart of {cart.total}")
    amounts = money.allocate(cart.total, charged, cart.currency)
    return [
        OrderLine(
            product=basket_line.product,
            stockrecord=basket_line.stockrecord,
            description=line.plan_price.description,
            quantity=line.quantity,
            unit_price=line.price,
            amount=amount,
            list_amount=line.plan_price.list_amount * line.quantity,
            license_terms=license_terms(line, cart, portal_host, change, is_named_by_link=is_named_by_link),
        )
        for line, basket_line, amount in zip(cart.on_sale, basket_lines, amounts, strict=True)
        if line.plan_price is not None
    ]


def at_price(
    price: CartPrice,
    *,
    quantity: int = 1,
    amount: Decimal | None = None,
    portal_host: str = "",
    extends_license: str = "",
    change: str = "",
) -> OrderLine:
    """A line at a published price, texts in the active language; ``amount`` (the whole line's) if it costs something
    else, 0 for a gift. Whether the price is still on sale is for the caller to decide. Two queries."""
    stock = StockRecord.objects.select_related("partner", "product__parent").get(product=price.product_id)
    return OrderLine(
        product=stock.product,
        stockrecord=stock,
        description=price.description,
        quantity=quantity,
        unit_price=price.amount,
        amount=price.amount * quantity if amount is None else amount,
        list_amount=price.list_amount * quantity,
        license_terms=_license_terms(
            price, prices.read_prices(plan=price.plan_id), portal_host, extends_license, change
        ),
    )


def license_terms(
    line: CartLine, cart: Cart, portal_host: str, change: str = "", *, is_named_by_link: bool = False
) -> LicenseTerms:
    """What paying for a line on sale grants.

    A license that is extended keeps its own portal, which its holder alone may learn: for a visitor, and for anybody
    who pays by its signed link, it is ``portal_host``.
    """
    if line.plan_price is None:
        raise ValueError("a line that is not on sale grants nothing")
    is_holder = line.license is not None and line.license.customer_id == cart.basket.owner_id
    own_portal = line.license.portal_address if line.license and is_holder and not is_named_by_link else ""
    siblings = cart.siblings.get(line.plan_price.software_id, [])
    return _license_terms(line.plan_price, siblings, own_portal or portal_host, line.extends, change)


def without_tax(lines: Sequence[OrderedLine], decision: TaxDecision, currency: str) -> list[OrderedLine]:
    """Lines at published prices as this buyer pays them, without tax: what unused time is worth is counted in that."""
    charged = decision.charge([line.amount for line in lines], currency)
    return [
        OrderedLine(_terms_without_tax(line.terms, decision, currency), line.quantity, amount.net)
        for line, amount in zip(lines, charged, strict=True)
    ]


def ordered(cart: Cart, portal_host: str, decision: TaxDecision, change: str = "") -> list[OrderedLine]:
    """The lines on sale as they would be ordered now, discounts included, without tax. ``decision``: the buyer's."""
    published = [
        OrderedLine(license_terms(line, cart, portal_host, change), line.quantity, cart.amount_of(line))
        for line in cart.on_sale
        if line.plan_price is not None
    ]
    return without_tax(published, decision, cart.currency)


def _terms_without_tax(terms: LicenseTerms, decision: TaxDecision, currency: str) -> LicenseTerms:
    prices = {months: decision.charge([amount], currency)[0].net for months, amount in terms.prices.items()}
    return replace(terms, prices=prices)


def fingerprint(lines: Sequence[OrderLine], portal_host: str) -> str:
    """A hash of what is ordered for which portal, whatever the price: equal orders have equal ones."""
    things = sorted([line.product.pk, line.quantity, line.license_terms.extends_license] for line in lines)
    return hashlib.sha256(json.dumps([things, portal_host]).encode()).hexdigest()


def _license_terms(
    price: CartPrice, published: Iterable[CartPrice], portal_host: str, extends_license: str, change: str
) -> LicenseTerms:
    of_plan = [each for each in published if each.plan_id == price.plan_id]
    return LicenseTerms(
        software_id=price.software_id,
        product_title=price.title,
        plan_id=price.plan_id,
        plan_code=price.plan_code,
        plan_name=price.plan_name,
        months=price.months,
        binding_kind=price.binding_kind,
        bitrix24_app_code=price.bitrix24_app_code,
        portal_address=portal_host if price.is_portal_bound else "",
        extends_license=extends_license,
        starts_at_payment=price.starts_at_payment,
        change=change,
        prices={each.months: each.amount for each in of_plan if each.is_on_sale and each.currency == price.currency},
    )
