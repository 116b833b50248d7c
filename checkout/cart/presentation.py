"""A cart as its pages show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalogue.addresses import product_path
from checkout.cart.cart import Cart, CartLine
from checkout.cart.prices import CartPrice
from checkout.orders import order_lines
from storefront.billing.tax import TaxDecision
from storefront.core import percentages
from storefront.core.money import display
from storefront.licensing.effects import effects_of


@dataclass(frozen=True, slots=True)
class LineError:
    """What was wrong with a change of one line, and what was typed as its quantity."""

    message: str
    field: str
    quantity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CartRow:
    """One line on the cart's page, every amount as text; "" for what does not apply, as to a line that cannot be
    bought. ``list_total``: what it would cost by the month; ``options``: the prices it may be switched to, as HTML;
    ``license_note``: what it does to licenses."""

    line: CartLine
    action: str
    error: LineError | None
    url: str = ""
    detail: str = ""
    total: str = ""
    list_total: str = ""
    saving: str = ""
    percent_off: str = ""
    options: str = ""
    license_note: str = ""


def rows(cart: Cart, errors: Mapping[int, LineError], decision: TaxDecision) -> list[CartRow]:
    """The lines as rows, with errors by the line's primary key. ``decision``: about the buyer's tax. Queries only for
    licenses that lines extend."""
    options = {software_id: _options(prices, cart.currency) for software_id, prices in cart.siblings.items()}
    extensions = _extensions(cart, decision)
    form_path = reverse("cart-line", args=[0]).removesuffix("0/")  # once: reversing costs more than the rest of a line
    return [
        _row(line, f"{form_path}{line.pk}/", options, extensions.get(line.pk), errors.get(line.pk))
        for line in cart.lines
    ]


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


def _row(
    line: CartLine, action: str, options: Mapping[int, SafeString], extension: str | None, error: LineError | None
) -> CartRow:
    price = line.plan_price
    if price is None:
        return CartRow(line=line, action=action, error=error)
    url, name = product_path(price.slug), f"{price.plan_name}, {price.period_name}"
    if line.problem:
        return CartRow(line=line, action=action, error=error, url=url, detail=name)
    each = _("%(amount)s each") % {"amount": display(line.price, line.currency)}
    saving = max((price.list_amount - line.price) * line.quantity, Decimal(0))
    return CartRow(
        line=line,
        action=action,
        error=error,
        url=url,
        detail=f"{name} · {each}",
        total=display(line.total, line.currency),
        list_total=display(line.total + saving, line.currency) if saving else "",
        saving=_("You save %(amount)s") % {"amount": display(saving, line.currency)} if saving else "",
        percent_off=percent_off(price.discount_percent) if saving else "",
        options=_selected(options[price.software_id], price.pk),
        license_note=_new_license(price) if extension is None else extension,
    )


def _new_license(price: CartPrice) -> str:
    if price.is_portal_bound:
        return _("A new license, or more time for the one your Bitrix24 already has: the checkout shows which.")
    return _("A new license. Its time begins with the payment.")


def _extensions(cart: Cart, decision: TaxDecision) -> dict[int, str]:
    """By line: what those that name a license do to it, one after the other."""
    lines = [line for line in cart.on_sale if line.plan_price]
    if not any(line.license for line in lines):
        return {}
    named = [
        (line.pk, ordered)
        for line, ordered in zip(lines, order_lines.ordered(cart, "", decision), strict=True)
        if line.license
    ]
    effects = effects_of([each for _pk, each in named], customer=cart.basket.owner, currency=cart.currency)
    return {pk: effect.text for (pk, _ordered), effect in zip(named, effects, strict=True)}


def _options(prices: Iterable[CartPrice], currency: str) -> SafeString:
    """The prices on sale as the options of a select element, none of them selected."""
    by_plan = groupby(
        (price for price in prices if price.is_on_sale and price.currency == currency),
        key=lambda price: price.plan_name,
    )
    groups = [
        (
            name,
            format_html_join(
                "",
                '<option value="{}">{}, {} · {}</option>',
                ((each.pk, name, each.period_name, display(each.amount, currency)) for each in of_plan),
            ),
        )
        for name, of_plan in by_plan
    ]
    return format_html_join("", '<optgroup label="{}">{}</optgroup>', groups)


def _selected(options: SafeString, price_id: int) -> SafeString:
    # A quotation mark in a name is escaped: only the attribute matches.
    return mark_safe(options.replace(f'value="{price_id}"', f'value="{price_id}" selected', 1))  # noqa: S308
