"""Fields in the form of a license type for its price in each currency but the shop's first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalogue.plans.models import Plan
from cms.shop.forms.decimals import DecimalField
from cms.shop.forms.price_rules import exact_price
from cms.shop.forms.questions import about_price
from storefront.core import currencies, money

ABOVE_ZERO = _("The price must be above zero.")


def field_name(currency: str) -> str:
    """The form field of the price in ``currency``, which may be the shop's first."""
    return f"price_{currency.lower()}" if currency in currencies.others() else "monthly_price"


def in_currency(currency: str) -> Any:
    """The label of a price per month, lazy."""
    return format_lazy("{label}, {currency}", label=_("Price per month"), currency=currency)


def add(form: Any) -> None:
    """Give a form of a ``Plan`` its fields, filled with the stored prices."""
    for currency in currencies.others():
        name = field_name(currency)
        form.fields[name] = DecimalField(
            label=in_currency(currency),
            required=False,
            max_digits=12,
            decimal_places=max(2, money.places(currency)),
            min_value=money.minor_unit(currency),
            error_messages={"min_value": ABOVE_ZERO},
            help_text=_("Before any discount. Leave empty: not sold in this currency."),
        )
        form.initial.setdefault(name, form.instance.price_in(currency))


def clean(form: Any) -> None:
    """Check the typed prices and put them on the form's instance. Part of the form's ``clean``."""
    stored: Plan = form.instance
    prices = dict(stored.other_prices)
    for currency in currencies.others():
        name = field_name(currency)
        typed: Decimal | None = form.cleaned_data.get(name)
        if typed is None:
            prices.pop(currency, None)
            continue
        try:
            exact_price(typed, currency)
        except ValidationError as error:
            form.add_error(name, error)
            continue
        form.ask(name, about_price(typed, before=form.initial.get(name), currency=currency))
        prices[currency] = money.plain(typed, currency)
    stored.other_prices = prices
