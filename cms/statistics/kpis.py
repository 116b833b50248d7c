"""The tiles at the top of the dashboard: what was sold, and what needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.statistics.days import DAYS
from cms.statistics.formatting import amounts, compared
from cms.statistics.open_items import SOON, URGENT, Ending, Unpaid
from cms.statistics.report import Numbers
from cms.statistics.visits import Steps
from storefront.core import money
from storefront.core.figures import number, rate


@dataclass(frozen=True, slots=True)
class Tile:
    """``trend``: "up", "down", "same" or ""; ``is_warning``: somebody should look at it."""

    label: str
    value: str
    note: str
    trend: str = ""
    is_warning: bool = False


def tiles(numbers: Numbers) -> list[Tile]:
    span, before, currencies, owed = numbers.span, numbers.span.before, numbers.currencies, numbers.unpaid
    orders, orders_before = numbers.orders(span)[0], numbers.orders(before)[0]
    orders_trend, orders_note = compared(orders, orders_before, number(orders_before))
    steps = numbers.steps(span)
    paid_trend, paid_note = _conversion(steps, numbers.steps(before))
    unpaid = amounts(owed.amounts, currencies) if owed.count else "0"
    ending = numbers.ending
    return [
        Tile(_("Orders"), number(orders), orders_note, orders_trend),
        *(_income(numbers, currency) for currency in currencies),
        Tile(_("Visitors who paid"), rate(steps.paid, steps.viewers), paid_note, paid_trend),
        Tile(_("Unpaid invoices"), unpaid, _unpaid(owed), is_warning=bool(owed.overdue)),
        Tile(_("Licenses that end"), number(ending.soon), _ending(ending), is_warning=bool(ending.urgent)),
    ]


def _income(numbers: Numbers, currency: str) -> Tile:
    now, before = numbers.income(numbers.span, currency), numbers.income(numbers.span.before, currency)
    trend, note = compared(now, before, money.display(before, currency))
    label = _("Income") if len(numbers.currencies) == 1 else _("Income, %(currency)s") % {"currency": currency}
    return Tile(label, money.display(now, currency), note, trend)


def _conversion(now: Steps, before: Steps) -> tuple[str, str]:
    if not now.viewers or not before.viewers:
        return "", _("nothing to compare with in the %(days)d days before") % {"days": DAYS}
    change = Decimal(now.paid) / now.viewers - Decimal(before.paid) / before.viewers
    words = {"before": rate(before.paid, before.viewers), "days": DAYS}
    trend = "up" if change > 0 else "down" if change < 0 else "same"
    return trend, _("%(before)s in the %(days)d days before") % words


def _unpaid(owed: Unpaid) -> str:
    return invoices_text(owed) if owed.count else _("everything is paid")


def invoices_text(owed: Unpaid) -> str:
    """ "3 invoices, 1 overdue"."""
    text = ngettext("%(number)s invoice", "%(number)s invoices", owed.count) % {"number": number(owed.count)}
    if owed.overdue:
        text = _("%(invoices)s, %(number)s overdue") % {"invoices": text, "number": number(owed.overdue)}
    return text


def _ending(ending: Ending) -> str:
    text = _("within %(days)d days") % {"days": SOON}
    if ending.urgent:
        words = {"soon": text, "number": number(ending.urgent), "days": URGENT}
        text = _("%(soon)s, %(number)s of them within %(days)d") % words
    return text
