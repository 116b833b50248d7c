"""A line of a document in the terms of EN 16931: price of a piece, discount, amount without tax.

A discount is one of the line (BG-27), as we give it; the price is the one before it, without tax. We sell at prices
with tax, so that price is a quotient: it has up to four places, and where even those do not give the amount of the
line back, it is the price of all its pieces together (BT-149), which always does.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from storefront.billing.documents.content import ContentLine, TaxCategory
from storefront.billing.documents.einvoice.terms import Terms, clean, figure
from storefront.core import money

#: Places of a price of one piece: as many as readers of e-invoices take.
PRICE_UNIT = Decimal("0.0001")
#: 'Discount', UNTDID 5189: https://service.unece.org/trade/untdid/d16b/tred/tred5189.htm
DISCOUNT = "95"


def line_terms(line: ContentLine, currency: str) -> Terms:
    """BG-25 of one line."""
    price, pieces = price_of(line, currency)
    terms: Terms = {
        "BT-126": str(line.position),
        "BT-129": figure(line.quantity),
        "BT-130": line.unit,
        "BT-131": money.plain(line.net, currency),
        "BT-146": price,
        "BT-151": line.category.value,
        "BT-153": clean(line.description),
    }
    if pieces != 1:
        terms["BT-149"] = figure(pieces)
    if line.category != TaxCategory.OUT_OF_SCOPE:
        terms["BT-152"] = figure(line.rate)
    if line.discount:
        terms["BG-27"] = [{"amount": money.plain(line.discount, currency), "reason_code": DISCOUNT}]
    if line.period:
        terms["BT-134"], terms["BT-135"] = line.period
    return terms


def price_of(line: ContentLine, currency: str) -> tuple[str, Decimal]:
    """The price without tax and discount, and of how many pieces it is."""
    each = (line.net_before_discount / line.quantity).quantize(PRICE_UNIT, rounding=ROUND_HALF_UP)
    if money.quantize(each * line.quantity, currency) != line.net_before_discount:
        return money.plain(line.net_before_discount, currency), line.quantity
    return (money.plain(each, currency) if money.is_exact(each, currency) else figure(each)), Decimal(1)
