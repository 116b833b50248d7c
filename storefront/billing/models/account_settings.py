"""What the seller has decided about personal accounts."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountSettings(models.Model):
    """The part of the seller that says what customers may do with their personal accounts.

    ``takes_advance_payments``: they may add funds; ``takes_direct_payments``: an invoice may be paid by itself, not
    only from the account. The limits of what is added are amounts in major units with their currency, such as
    ``10.00 EUR; 500.00 RUB``; none for a currency that is not named.
    """

    takes_advance_payments = models.BooleanField(_("customers may add funds"), default=True)
    takes_direct_payments = models.BooleanField(_("invoices may be paid directly"), default=True)
    top_up_smallest = models.CharField(_("smallest amount to add"), max_length=200, blank=True, default="")
    top_up_largest = models.CharField(_("largest amount to add"), max_length=200, blank=True, default="")
    top_up_a_day = models.CharField(_("most to add a day"), max_length=200, blank=True, default="")

    class Meta:
        abstract = True


def limit_in(currency: str, amounts: str) -> Decimal | None:
    """The one of the ``amounts`` that is of a currency, major units."""
    for amount in filter(None, (part.strip() for part in amounts.split(";"))):
        figure, _blank, code = amount.rpartition(" ")
        if code == currency:
            return Decimal(figure)
    return None
