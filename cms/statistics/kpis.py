"""The headlines above the pictures: what was sold, and what is at stake."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.statistics.days import DAYS
from cms.statistics.formatting import amounts, compared, number, rate
from cms.statistics.open_items import SOON, URGENT
from cms.statistics.report import Numbers
from storefront.core import money


@dataclass(frozen=True, slots=True)
class Tile:
    """What, how much, and a line about it. ``trend``: up, down, same or ""; ``is_warning``: somebody should look."""

    label: str
    value: str
    note: str
    trend: str = ""
    is_warning: bool = False


def tiles(numbers: Numbers) -> list[Tile]:
    return [
        _orders(numbers),
        *(_income(numbers, currency) for currency in numbers.currencies),
        _conversion(numbers),
        _unpaid(numbers),
        _ending(numbers),
    ]


def _orders(numbers: Numbers) -> Tile:
    (placed, _paid), (before, _paid_before) = numbers.orders(numbers.span), numbers.orders(numbers.span.before)
    trend, note = compared(placed, before, number(before))
    return Tile(_("Orders"), number(placed), note, trend)


def _income(numbers: Numbers, currency: str) -> Tile:
    now, before = numbers.income(numbers.span, currency), numbers.income(numbers.span.before, currency)
    trend, note = compared(now, before, money.display(before, currency))
    label = _("Income") if len(numbers.currencies) == 1 else _("Income, %(currency)s") % {"currency": currency}
    return Tile(label, money.display(now, currency), note, trend)


def _conversion(numbers: Numbers) -> Tile:
    now, before = numbers.steps(numbers.span), numbers.steps(numbers.span.before)
    label, value = _("Visitors who paid"), rate(now.paid, now.viewers)
    if not now.viewers or not before.viewers:
        return Tile(label, value, _("nothing to compare with in the %(days)d days before") % {"days": DAYS})
    share, share_before = Decimal(now.paid) / now.viewers, Decimal(before.paid) / before.viewers
    trend = "up" if share > share_before else "down" if share < share_before else "same"
    shown = {"before": rate(before.paid, before.viewers), "days": DAYS}
    return Tile(label, value, _("%(before)s in the %(days)d days before") % shown, trend)


def _unpaid(numbers: Numbers) -> Tile:
    owed = numbers.unpaid
    if not owed.count:
        return Tile(_("Unpaid invoices"), "0", _("everything is paid"))
    note = ngettext("%(number)s invoice", "%(number)s invoices", owed.count) % {"number": number(owed.count)}
    if owed.overdue:
        note = _("%(invoices)s, %(number)s overdue") % {"invoices": note, "number": number(owed.overdue)}
    return Tile(_("Unpaid invoices"), amounts(owed.amounts, numbers.currencies), note, is_warning=bool(owed.overdue))


def _ending(numbers: Numbers) -> Tile:
    few = numbers.ending.urgent
    note = _("within %(days)d days") % {"days": SOON}
    if few:
        words = {"soon": note, "number": number(few), "days": URGENT}
        note = _("%(soon)s, %(number)s of them within %(days)d") % words
    return Tile(_("Licenses that end"), number(numbers.ending.soon), note, is_warning=bool(few))
