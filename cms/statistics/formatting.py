"""Figures as people read them, in the active language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.statistics.days import DAYS
from storefront.core import money, percentages
from storefront.core.figures import percent


def day_text(day: date) -> str:
    return str(date_format(day, "j M"))


def amounts(by_currency: Mapping[str, Decimal], currencies: list[str]) -> str:
    """Amounts of several currencies joined by a plus sign; zero in the first currency if there are none."""
    named = [money.display(by_currency[code], code) for code in currencies if by_currency.get(code)]
    return " + ".join(named) or money.display(Decimal(0), currencies[0])


def compared(now: Decimal | int, before: Decimal | int, before_text: str) -> tuple[str, str]:
    """Compare a figure with the one of the days before: its trend ("up", "down", "same", or "" if there is nothing to
    compare with) and the same in words."""
    if not before:
        return "up" if now > 0 else "", _("nothing in the %(days)d days before") % {"days": DAYS}
    change = percent(Decimal(now) - Decimal(before), abs(Decimal(before))) or Decimal(0)
    words = {"change": percentages.display(abs(change)), "before": before_text, "days": DAYS}
    if change > 0:
        return "up", _("%(change)s more than %(before)s in the %(days)d days before") % words
    if change < 0:
        return "down", _("%(change)s less than %(before)s in the %(days)d days before") % words
    return "same", _("as in the %(days)d days before") % words
