"""A cart as its page shows it: every amount formatted once, every choice list built once per product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from checkout.cart.loading import Cart, CartLine
from checkout.cart.terms import Term
from storefront.core.money import display

_MARK = "\x00{}\x00"  # where "selected" may go; cannot stand in an escaped name


@dataclass(slots=True)
class Row:
    """One line on the page."""

    pk: int
    action: str
    title: str
    url: str
    plan: str
    period: str
    quantity: str
    unit_price: str
    total: str
    list_total: str = ""
    saving: str = ""
    options: SafeString = field(default_factory=SafeString)
    extends: str = ""
    problem: str = ""
    error: str = ""
    error_field: str = ""


@dataclass(slots=True)
class CartPage:
    """The cart's page. ``price_changes`` are sentences naming old and new price."""

    rows: list[Row]
    price_changes: list[str]
    subtotal: str
    discounts: list[tuple[str, str]]
    total: str
    voucher_code: str
    voucher_is_idle: bool
    needs_portal: bool
    can_be_ordered: bool
    pieces: int
    max_quantity: int
    voucher_error: str = ""
    typed_code: str = ""


@dataclass(frozen=True, slots=True)
class LineError:
    """What was wrong with a change of one line, and what was typed as its quantity."""

    message: str
    field: str
    quantity: str


def page(cart: Cart, errors: Mapping[int, LineError] | None = None) -> CartPage:
    """Build the page; asks the database nothing that reading the cart did not bring."""
    choices = {software: _choices(terms) for software, terms in cart.siblings.items()}
    voucher = next(iter(cart.basket.vouchers.all()), None) if cart.lines else None
    given = discounts(cart)
    return CartPage(
        rows=[_row(line, choices, (errors or {}).get(line.line.pk)) for line in cart.lines],
        price_changes=price_changes(cart),
        subtotal=display(cart.subtotal, cart.currency),
        discounts=given,
        total=display(cart.total, cart.currency),
        voucher_code=voucher.code if voucher else "",
        voucher_is_idle=voucher is not None and not cart.basket.voucher_discounts,
        needs_portal=cart.needs_portal,
        can_be_ordered=cart.can_be_ordered,
        pieces=sum(line.line.quantity for line in cart.on_sale),
        max_quantity=settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD,
    )


def price_changes(cart: Cart) -> list[str]:
    """For each line whose price is another than the visitor saw last: which, from what to what."""
    return [
        _("The price of %(product)s has changed from %(old)s to %(new)s since you last saw it.")
        % {
            "product": line.term.description if line.term else line.line.product.get_title(),
            "old": display(line.line.price_incl_tax, cart.currency),
            "new": display(line.unit_price, cart.currency),
        }
        for line in cart.on_sale
        if line.has_new_price
    ]


def discounts(cart: Cart) -> list[tuple[str, str]]:
    """Name and amount of each offer and voucher that takes something off."""
    return [
        (application["voucher"].name if application["voucher"] else application["name"],
         display(-application["discount"], cart.currency))
        for application in cart.basket.offer_applications
        if application["discount"] > 0
    ]  # fmt: skip


def _row(line: CartLine, choices: dict[int, str], error: LineError | None) -> Row:
    term, oscar_line = line.term, line.line
    row = Row(
        pk=oscar_line.pk,
        action=reverse("cart-line", args=[oscar_line.pk]),
        title=term.title if term else oscar_line.product.get_title(),
        url=f"/products/{term.slug}/" if term else "",
        plan=term.plan_name if term else "",
        period=term.period_name if term else "",
        quantity=str(oscar_line.quantity),
        unit_price="",
        total="",
        extends=(line.license.number if line.license else "") if line.extends else "",
        problem=line.problem,
    )
    if error:
        row.error, row.error_field, row.quantity = error.message, error.field, error.quantity
    if term and not line.problem:
        _put_prices(row, line, term)
        row.options = _selected(choices[term.software_id], term.pk)
    return row


def _put_prices(row: Row, line: CartLine, term: Term) -> None:
    row.unit_price = display(line.unit_price, term.currency)
    row.total = display(line.total, term.currency)
    saving = (term.list_amount - line.unit_price) * line.line.quantity
    if saving > 0:
        row.list_total = display(line.total + saving, term.currency)
        row.saving = display(saving, term.currency)


def _choices(terms: list[Term]) -> str:
    """The choice of terms on sale as HTML, with a mark in each option."""
    parts: list[str] = []
    plan_id = None
    for term in terms:
        if not term.is_on_sale:
            continue
        if term.plan_id != plan_id:
            parts.append(("</optgroup>" if plan_id else "") + format_html('<optgroup label="{}">', term.plan_name))
            plan_id = term.plan_id
        label = f"{term.plan_name}, {term.period_name} · {display(term.amount, term.currency)}"
        parts.append(f'<option value="{term.pk}"{_MARK.format(term.pk)}>{escape(label)}</option>')
    return "".join(parts) + ("</optgroup>" if plan_id else "")


def _selected(choices: str, term_id: int) -> SafeString:
    html = choices.replace(_MARK.format(term_id), " selected")
    if "\x00" in html:
        html = "".join(html.split("\x00")[::2])
    return mark_safe(html)  # noqa: S308  (every name in it was escaped by _choices)
