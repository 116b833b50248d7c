"""What is frozen of a cart when it becomes an order."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from oscar.apps.order.models import Line

from checkout.cart.loading import Cart, CartLine
from storefront.billing.services.invoices import NewLine
from storefront.core import money


def invoice_lines(
    cart: Cart, pairs: list[tuple[CartLine, Line]], portal_host: str, *, is_named_by_link: bool = False
) -> list[NewLine]:
    """The lines to be invoiced; their amounts add up to the cart's total, discounts included.

    Oscar has spread offers and vouchers over the lines to the cent already; allocating once more is the proof.
    """
    charged = [line.line_price_incl_tax for _, line in pairs]
    amounts = money.allocate(cart.total, charged, cart.currency)
    return [
        NewLine(
            description=line.term.description,
            quantity=line.quantity,
            list_amount=max(line.term.list_amount * line.quantity, amount),
            amount=amount,
            order_line=order_line,
            license_terms=license_terms(line, portal_host, is_named_by_link=is_named_by_link),
        )
        for (line, order_line), amount in zip(pairs, amounts, strict=True)
        if line.term is not None
    ]


def license_terms(line: CartLine, portal_host: str, *, is_named_by_link: bool = False) -> dict[str, Any]:
    """What paying for the line grants; keys as InvoiceLine says. A license that is extended keeps its own portal, which
    is nothing to whoever pays by a signed link: then ``portal_host`` alone says what the payer may see."""
    term = line.term
    if term is None:
        return {}
    own_portal = line.license.portal_address if line.license and not is_named_by_link else ""
    return {
        "software_id": term.software_id,
        "product_title": term.title,
        "plan_id": term.plan_id,
        "plan_code": term.plan_code,
        "plan_name": term.plan_name,
        "months": term.months,
        "binding_kind": term.binding_kind,
        "bitrix24_app_code": term.bitrix24_app_code,
        "portal_address": (own_portal or portal_host) if term.is_portal_bound else "",
        "extends_license": line.extends,
    }


def fingerprint(cart: Cart, portal_host: str) -> str:
    """What is ordered for which portal, as one hash: equal wishes have equal ones, whatever the price."""
    things = sorted([line.product_id, line.quantity, line.extends] for line in cart.on_sale)
    return hashlib.sha256(json.dumps([things, portal_host]).encode()).hexdigest()
