"""A cart as its pages show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalogue.addresses import product_path
from checkout.cart.cart import Cart, CartLine
from checkout.cart.prices import CartPrice
from checkout.orders import order_lines
from storefront.core import percentages
from storefront.core.money import display
from storefront.licensing.effects import OrderedLine, effects_of

#: License types of one software by name, each with its prices: primary key and text.
Choices = list[tuple[str, list[tuple[int, str]]]]


@dataclass(frozen=True, slots=True)
class LineError:
    """What was wrong with a change of one line, and what was typed as its quantity."""

    message: str
    field: str
    quantity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CartRow:
    """One line on the cart's page. ``options``: the prices it may be switched to, as HTML, "" for a line that cannot
    be bought; ``license_note``: what it does to licenses; ``list_total``: what it would cost by the month, and
    ``saving`` what is saved against that, major units."""

    line: CartLine
    url: str
    detail: str
    list_total: Decimal
    saving: Decimal
    percent_off: str
    options: SafeString
    license_note: str
    error: LineError | None


def rows(cart: Cart, errors: Mapping[int, LineError]) -> list[CartRow]:
    """The lines as rows, with errors by the line's primary key. Queries only for licenses that lines extend."""
    choices = {software_id: _choices(prices, cart.currency) for software_id, prices in cart.siblings.items()}
    extensions = _extensions(cart)
    return [_row(line, choices, extensions.get(line.pk), errors.get(line.pk)) for line in cart.lines]


def price_changes(cart: Cart) -> list[str]:
    """A sentence for each line whose price differs from the one that the visitor saw last: from what to what."""
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
    return f"−{percentages.display(percent)}" if percent else ""


def discounts(cart: Cart) -> list[tuple[str, str]]:
    """Name and amount, with its minus, of each offer and voucher that takes something off."""
    return [(name, display(-amount, cart.currency)) for name, amount in cart.discounts]


def _row(line: CartLine, choices: Mapping[int, Choices], extension: str | None, error: LineError | None) -> CartRow:
    price = line.plan_price
    detail = f"{price.plan_name}, {price.period_name}" if price else ""
    saving, options, note = Decimal(0), SafeString(), ""
    if price and not line.problem:
        each = _("%(amount)s each") % {"amount": display(line.price, line.currency)}
        detail = f"{detail} · {each}"
        saving = max((price.list_amount - line.price) * line.quantity, Decimal(0))
        options = _options(choices[price.software_id], price.pk)
        note = extension or _new_license(price)
    return CartRow(
        line=line,
        url=product_path(price.slug) if price else "",
        detail=detail,
        list_total=line.total + saving,
        saving=saving,
        percent_off=percent_off(price.discount_percent) if price and saving else "",
        options=options,
        license_note=note,
        error=error,
    )


def _new_license(price: CartPrice) -> str:
    if price.is_portal_bound:
        return _("A new license, or more time for the one that your Bitrix24 has: you see which at the checkout.")
    return _("A new license. Its time begins with the payment.")


def _extensions(cart: Cart) -> dict[int, str]:
    """By line: what those that name a license do to it, one after the other."""
    lines = [line for line in cart.on_sale if line.plan_price and line.license]
    if not lines:
        return {}
    ordered = [OrderedLine(order_lines.license_terms(line, cart, ""), line.quantity, line.total) for line in lines]
    effects = effects_of(ordered, customer=cart.basket.owner, currency=cart.currency)
    return {line.pk: effect.text for line, effect in zip(lines, effects, strict=True)}


def _choices(prices: Iterable[CartPrice], currency: str) -> Choices:
    on_sale = (price for price in prices if price.is_on_sale)
    return [
        (
            name,
            [(each.pk, f"{name}, {each.period_name} · {display(each.amount, currency)}") for each in of_plan],
        )
        for name, of_plan in groupby(on_sale, key=lambda price: price.plan_name)
    ]


def _options(choices: Choices, selected: int) -> SafeString:
    """As the options of a select element."""
    return format_html_join(
        "",
        '<optgroup label="{}">{}</optgroup>',
        (
            (
                name,
                format_html_join(
                    "",
                    '<option value="{}"{}>{}</option>',
                    ((pk, " selected" if pk == selected else "", text) for pk, text in of_plan),
                ),
            )
            for name, of_plan in choices
        ),
    )
