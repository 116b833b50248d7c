"""Why a period costs another sum than the one before: tax, price, discount. Compared in percent and without tax, so
that one change is not told as two."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from checkout.renewals.quotes import Quote
from storefront.billing.models import InvoiceLine
from storefront.core import percentages

_NOTHING, _HUNDRED = Decimal(0), Decimal(100)
#: Percent that rounding to the currency's units may make.
_ROUNDING = Decimal("0.5")


def why(before: InvoiceLine, now: Quote) -> str:
    """Sentences for the customer, in the active language; "" where nothing of it tells."""
    return " ".join(filter(None, [_tax(before, now), _price(before, now), _discount(before, now)]))


def _tax(before: InvoiceLine, now: Quote) -> str:
    old, new = before.tax_rate, now.charged.rate or _NOTHING
    if old == new:
        return ""
    return _("The tax in it was %(old)s, and is %(new)s now.") % {
        "old": percentages.display(old),
        "new": percentages.display(new),
    }


def _price(before: InvoiceLine, now: Quote) -> str:
    """The price without discount and tax."""
    if not (before.amount and now.price.amount):
        return ""
    old = before.list_amount * before.net / before.amount
    new = now.price.list_amount * now.charged.net / now.price.amount
    if abs(new - old) * _HUNDRED <= old * _ROUNDING:
        return ""
    return _("The price has risen.") if new > old else _("The price has fallen.")


def _discount(before: InvoiceLine, now: Quote) -> str:
    """Of the period, or of a voucher."""
    old = before.discount / before.list_amount * _HUNDRED if before.list_amount else _NOTHING
    new = now.price.discount_percent
    if abs(new - old) <= _ROUNDING:
        return ""
    shown = {"old": percentages.display(old.quantize(Decimal(1))), "new": percentages.display(new)}
    if not new:
        return _("It had a discount of %(old)s; there is none now.") % shown
    if old <= 0:
        return _("There is a discount of %(new)s now.") % shown
    return _("Its discount was %(old)s, and is %(new)s now.") % shown
