"""What is frozen of a cart when it becomes an order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from oscar.apps.order.models import Line

from checkout.cart.cart import Cart, CartLine
from storefront.billing.services.invoices import NewLine
from storefront.core import money
from storefront.core.license_terms import LicenseTerms
from storefront.licensing.effects import OrderedLine, effects_of
from storefront.notifications import mails
from storefront.users.models import User


def invoice_lines(
    cart: Cart,
    pairs: list[tuple[CartLine, Line]],
    portal_host: str,
    *,
    customer: User,
    change: str = "",
    is_named_by_link: bool = False,
) -> list[NewLine]:
    """The lines to be invoiced; their amounts add up to the cart's total, discounts included.

    Oscar has spread offers and vouchers over the lines to the cent already; allocating once more is the proof.
    """
    charged = [line.line_price_incl_tax for _, line in pairs]
    amounts = money.allocate(cart.total, charged, cart.currency)
    wanted = [
        OrderedLine(
            license_terms(line, cart, portal_host, change, is_named_by_link=is_named_by_link), line.quantity, amount
        )
        for (line, _), amount in zip(pairs, amounts, strict=True)
        if line.plan_price is not None
    ]
    told = effects_of(wanted, customer=customer, currency=cart.currency)
    frozen = iter(replace(each.grant, effect=effect.text) for each, effect in zip(wanted, told, strict=True))
    return [
        NewLine(
            description=line.plan_price.description,
            quantity=line.quantity,
            list_amount=max(line.plan_price.list_amount * line.quantity, amount),
            amount=amount,
            order_line=order_line,
            license_terms=next(frozen),
        )
        for (line, order_line), amount in zip(pairs, amounts, strict=True)
        if line.plan_price is not None
    ]


def license_terms(
    line: CartLine, cart: Cart, portal_host: str, change: str = "", *, is_named_by_link: bool = False
) -> LicenseTerms:
    """What paying for a line on sale grants. A license that is extended keeps its own portal, which is nothing to
    whoever pays by a signed link: then ``portal_host`` alone says what the payer may see."""
    term = line.plan_price
    if term is None:
        raise ValueError("a line that is not on sale grants nothing")
    own_portal = line.license.portal_address if line.license and not is_named_by_link else ""
    of_plan = [each for each in cart.siblings.get(term.software_id, []) if each.plan_id == term.plan_id]
    return LicenseTerms(
        software_id=term.software_id,
        product_title=term.title,
        plan_id=term.plan_id,
        plan_code=term.plan_code,
        plan_name=term.plan_name,
        months=term.months,
        binding_kind=term.binding_kind,
        bitrix24_app_code=term.bitrix24_app_code,
        portal_address=(own_portal or portal_host) if term.is_portal_bound else "",
        extends_license=line.extends,
        starts_at_payment=term.starts_at_payment,
        change=change,
        prices={each.months: each.amount for each in of_plan if each.is_on_sale and each.currency == cart.currency},
    )


def ordered(cart: Cart, portal_host: str, change: str = "") -> list[OrderedLine]:
    """The lines on sale as they would be ordered now, for what is told of them before (discounts of vouchers not
    taken off)."""
    return [
        OrderedLine(license_terms(line, cart, portal_host, change), line.quantity, line.total)
        for line in cart.on_sale
        if line.plan_price is not None
    ]


def mail_lines(lines: Sequence[NewLine]) -> list[mails.MailLine]:
    """The lines as a mail tells them, with what they do to licenses."""
    return [
        mails.MailLine(
            description=line.description,
            quantity=line.quantity,
            amount=line.amount,
            effect=line.license_terms.effect if line.license_terms else "",
        )
        for line in lines
    ]


def fingerprint(cart: Cart, portal_host: str) -> str:
    """What is ordered for which portal, as one hash: equal wishes have equal ones, whatever the price."""
    things = sorted([line.product_id, line.quantity, line.extends] for line in cart.on_sale)
    return hashlib.sha256(json.dumps([things, portal_host]).encode()).hexdigest()
