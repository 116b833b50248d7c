"""Errors for prices that would be rounded to zero."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalogue.plans.models import months_label
from catalogue.plans.price_calculation import Quote
from storefront.core import money


def discount_problem(worthless: Sequence[Quote]) -> str:
    """The error for a discount, with what to do; "" if there is none."""
    if not worthless:
        return ""
    quote = worthless[0]
    return _("%(plan)s for %(period)s would cost nothing: take a smaller discount or raise its price first.") % {
        "plan": quote.plan.text("name"),
        "period": months_label(quote.period.months),
    }


def price_problem(quote: Quote) -> str:
    """The error for a license type's price, with what to do."""
    values = {"period": months_label(quote.period.months), "percent": quote.discount.percent}
    text = _("For %(period)s this comes to nothing (discount: %(percent)s %%). Raise the price or lower the discount.")
    return text % values


def exact_price(price: Decimal, currency: str) -> Decimal:
    """The typed price (major units). Raises ValidationError if ``currency`` has no such decimals."""
    if not money.is_exact(price, currency):
        raise ValidationError(_("Prices in %(currency)s have no decimals.") % {"currency": currency})
    return price
