"""Figures as people read them, in the language they read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from cms.statistics import charts
from cms.statistics.days import DAYS
from storefront.core import money, percentages


def day_text(day: date) -> str:
    return str(date_format(day, "j M"))


def number(value: Decimal | int) -> str:
    return str(number_format(value, force_grouping=True))


def rate(part: Decimal | int, whole: Decimal | int) -> str:
    """A share in per cent; a dash where there is no whole."""
    found = charts.percent(part, whole)
    if found is None:
        return "–"
    return percentages.display(found)


def amounts(by_currency: Mapping[str, Decimal], currencies: list[str]) -> str:
    """Amounts in several currencies one after the other; nothing is zero of the shop's own."""
    named = [money.display(by_currency[code], code) for code in currencies if by_currency.get(code)]
    return " + ".join(named) or money.display(Decimal(0), currencies[0])


def compared(now: Decimal | int, before: Decimal | int, shown: str) -> tuple[str, str]:
    """How a figure stands to the one before: its trend (up, down, same, "" for nothing to compare) and that in words.

    ``shown``: the one before as it is read.
    """
    if not before:
        return "up" if now > 0 else "", _("nothing in the %(days)d days before") % {"days": DAYS}
    change = charts.percent(Decimal(now) - Decimal(before), abs(Decimal(before))) or Decimal(0)
    words = {"change": percentages.display(abs(change)), "before": shown, "days": DAYS}
    if change > 0:
        return "up", _("%(change)s more than %(before)s in the %(days)d days before") % words
    if change < 0:
        return "down", _("%(change)s less than %(before)s in the %(days)d days before") % words
    return "same", _("as in the %(days)d days before") % words
