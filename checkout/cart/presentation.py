"""A cart as its page shows it: every amount formatted once, every choice list built once per product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

from babel.numbers import format_percent
from django.conf import settings
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from catalogue.addresses import product_path
from catalogue.plans.models import months_label
from checkout.cart.cart import Cart, CartLine
from checkout.cart.prices import CartPrice
from checkout.orders import order_lines
from storefront.core.money import display, displayer
from storefront.licensing.effects import OrderedLine, effects_of

_MARK = "\x00{}\x00"  # where "selected" may go; cannot stand in an escaped name


@dataclass(slots=True)
class Row:
    """One line on the page, every text ready to print. ``extends``: what it does to the license it names;
    ``decides``: what any other line comes to."""

    pk: str
    action: str
    title: str
    url: str
    detail: str
    quantity: str
    total: str = ""
    list_total: str = ""
    saving: str = ""
    percent_off: str = ""
    options: SafeString = field(default_factory=SafeString)
    extends: str = ""
    decides: str = ""
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
    payment_problem: str = ""
    voucher_error: str = ""
    typed_code: str = ""


@dataclass(frozen=True, slots=True)
class LineError:
    """What was wrong with a change of one line, and what was typed as its quantity."""

    message: str
    field: str
    quantity: str


class _Wording:
    """Amounts, periods and phrases of one page in the active language; each is looked up once, not per line."""

    def __init__(self, cart: Cart) -> None:
        self.amount = displayer(cart.currency)
        months = {term.months for terms in cart.siblings.values() for term in terms}
        self.periods = {count: months_label(count) for count in months}
        self.each = _("%(amount)s each")
        self.saving = _("You save %(amount)s")
        self.bound = _("A new license, or more time for the one that your Bitrix24 has: you see which at the checkout.")
        self.free = _("A new license. Its time begins with the payment.")
        self.choices = {software: self._choices(terms) for software, terms in cart.siblings.items()}

    def name(self, term: CartPrice) -> str:
        return f"{term.plan_name}, {self.periods[term.months]}"

    def _choices(self, terms: list[CartPrice]) -> str:
        """The choice of terms on sale as HTML, with a mark in each option."""
        parts: list[str] = []
        for plan_name, of_plan in groupby((term for term in terms if term.is_on_sale), key=lambda term: term.plan_name):
            parts.append(f'<optgroup label="{escape(plan_name)}">')
            for term in of_plan:
                label = escape(f"{self.name(term)} · {self.amount(term.amount)}")
                parts.append(f'<option value="{term.pk}"{_MARK.format(term.pk)}>{label}</option>')
            parts.append("</optgroup>")
        return "".join(parts)


def page(cart: Cart, errors: Mapping[int, LineError] | None = None) -> CartPage:
    """Build the page; asks the database only about licenses that lines extend."""
    wording = _Wording(cart)
    extends = _extends(cart)
    return CartPage(
        rows=[_row(line, wording, (errors or {}).get(line.pk), extends.get(line.pk, "")) for line in cart.lines],
        price_changes=price_changes(cart),
        subtotal=wording.amount(cart.subtotal),
        discounts=discounts(cart),
        total=wording.amount(cart.total),
        voucher_code=cart.voucher_code,
        voucher_is_idle=cart.voucher_is_idle,
        needs_portal=cart.needs_portal,
        can_be_ordered=cart.can_be_ordered,
        payment_problem=cart.payment_problem,
        pieces=cart.pieces,
    )


def price_changes(cart: Cart) -> list[str]:
    """For each line whose price is another than the visitor saw last: which, from what to what."""
    return [
        _("The price of %(product)s has changed from %(old)s to %(new)s since you last saw it.")
        % {
            "product": line.plan_price.description if line.plan_price else line.title,
            "old": display(line.seen_price or line.price, cart.currency),
            "new": display(line.price, cart.currency),
        }
        for line in cart.lines
        if line.has_new_price
    ]


def percent_off(percent: Decimal) -> str:
    """What a period takes off the price by the month, for example 20% with its minus; "" if nothing."""
    if not percent:
        return ""
    locale = to_locale(get_language() or settings.LANGUAGE_CODE)
    return f"−{format_percent(percent / 100, locale=locale, decimal_quantization=False)}"


def discounts(cart: Cart) -> list[tuple[str, str]]:
    """Name and amount, with its minus, of each offer and voucher that takes something off."""
    return [(name, display(-amount, cart.currency)) for name, amount in cart.discounts]


def _row(line: CartLine, wording: _Wording, error: LineError | None, extends: str) -> Row:
    term = line.plan_price
    row = Row(
        pk=str(line.pk),
        action=f"{_line_path_in(get_language())}{line.pk}/",
        title=line.title,
        url=product_path(term.slug) if term else "",
        detail=wording.name(term) if term else "",
        quantity=str(line.quantity),
        problem=line.problem,
    )
    if error:
        row.error, row.error_field, row.quantity = error.message, error.field, error.quantity
    if term and not line.problem:
        row.extends = extends
        row.decides = "" if extends else wording.bound if term.is_portal_bound else wording.free
        _put_prices(row, line, term, wording)
        row.options = _selected(wording.choices[term.software_id], term.pk)
    return row


def _extends(cart: Cart) -> dict[int, str]:
    """By line: what those that name a license do to it, one after the other."""
    lines = [line for line in cart.on_sale if line.plan_price and line.license]
    wanted = [OrderedLine(order_lines.license_terms(line, cart, ""), line.quantity, line.total) for line in lines]
    told = effects_of(wanted, customer=cart.basket.owner, currency=cart.currency) if wanted else []
    return {line.pk: effect.text for line, effect in zip(lines, told, strict=True)}


def _put_prices(row: Row, line: CartLine, term: CartPrice, wording: _Wording) -> None:
    row.detail = f"{row.detail} · {wording.each % {'amount': wording.amount(line.price)}}"
    row.total = wording.amount(line.total)
    saving = (term.list_amount - line.price) * line.quantity
    if saving > 0:
        row.list_total = wording.amount(line.total + saving)
        row.percent_off = percent_off(term.discount_percent)
        row.saving = wording.saving % {"amount": wording.amount(saving)}


def _selected(choices: str, price_id: int) -> SafeString:
    html = choices.replace(_MARK.format(price_id), " selected")
    return mark_safe("".join(html.split("\x00")[::2]))  # noqa: S308  (every name in it was escaped)


@lru_cache(maxsize=16)
def _line_path_in(language: str | None) -> str:
    """The address of a line's form without its number: reversing it for every line costs more than the line."""
    return reverse("cart-line", args=[0]).removesuffix("0/")
