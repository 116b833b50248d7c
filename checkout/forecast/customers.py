"""A customer's next twelve months, line by line: what renews, what is charged and from what, what stops when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from checkout.forecast import months, renewals
from checkout.forecast.renewals import Outlook, UpcomingRenewal
from storefront.billing.models import AutoTopUpCharge
from storefront.billing.models.auto_top_ups import LIVE_CHARGE
from storefront.core import clock
from storefront.core.instants import day_of
from storefront.licensing.models import License, Subscription
from storefront.licensing.states import PaysFrom
from storefront.users.models import User


class What(StrEnum):
    RENEWS = "renews"
    STOPS = "stops"
    FILLS = "fills"  # auto payment charges for the personal account


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastLine:
    """``at``: when it is charged, or the license ends. ``total``: with tax, major units of ``currency``; None where
    nothing is charged. ``source``: from what, "" for nothing. ``note``: what may be in the way, "" for nothing."""

    at: datetime
    what: What
    license: License | None = None
    total: Decimal | None = None
    currency: str = ""
    source: str = ""
    note: str = ""

    @property
    def words(self) -> str:
        names = {What.RENEWS: _("Renews"), What.STOPS: _("Ends"), What.FILLS: _("Auto payment fills your account")}
        return names[self.what]


@dataclass(frozen=True, slots=True)
class ForecastMonth:
    """``sums``: what is charged in the month, by currency. What auto payment charges is not added: it pays the rest."""

    month: date
    lines: list[ForecastLine]
    sums: list[tuple[str, Decimal]]


def of(customer: User) -> list[ForecastMonth]:
    """Months in which something happens. Texts in the active language."""
    by_month: dict[date, list[ForecastLine]] = {}
    for line in lines(customer):
        by_month.setdefault(day_of(line.at).replace(day=1), []).append(line)
    return [ForecastMonth(month, found, _sums(found)) for month, found in by_month.items()]


def lines(customer: User) -> list[ForecastLine]:
    """The nearest first. The number of queries does not depend on that of the licenses."""
    now = clock.now()
    mine = Subscription.objects.filter(customer=customer)
    found: list[ForecastLine] = []
    over: set[int] = set()
    upcoming = renewals.upcoming(mine, until=months.until(now))
    for each in sorted(upcoming, key=lambda each: each.due_at):
        if each.license.pk not in over:
            found.append(_renews(each) if each.outlook in _GOES_ON else _stops(each))
        if each.outlook not in _GOES_ON and each.outlook is not Outlook.SKIPPED:
            over.add(each.license.pk)
    ends = months.ending(License.objects.filter(customer=customer), now)
    found += [ForecastLine(at=each.valid_until, what=What.STOPS, license=each) for each in ends]
    charges = AutoTopUpCharge.objects.filter(auto_top_up__customer=customer, status__in=LIVE_CHARGE)
    found += [_fills(each) for each in charges.select_related("auto_top_up")]
    return sorted(found, key=lambda line: line.at)


#: What follows is to be expected all the same.
_GOES_ON = (Outlook.CHARGED, Outlook.WAITS, Outlook.NEEDS_CONSENT)


def _renews(each: UpcomingRenewal) -> ForecastLine:
    source = _("Personal account") if each.source == PaysFrom.ACCOUNT else (each.method.label if each.method else "")
    note = ""
    if each.outlook is Outlook.WAITS:
        note = _("A charge was refused: the invoice is unpaid.")
    elif each.outlook is Outlook.NEEDS_CONSENT:
        note = _("The price is above the agreed one: you are asked before.")
    elif each.expires:
        note = _("This card expires before.")
    return ForecastLine(
        at=each.due_at, what=What.RENEWS, license=each.license, total=each.total, currency=each.currency,
        source=source, note=note,
    )  # fmt: skip


def _stops(each: UpcomingRenewal) -> ForecastLine:
    notes = {
        Outlook.SKIPPED: _("This renewal is skipped."),
        Outlook.NOT_SOLD: _("This license type is not sold any more."),
        Outlook.NO_METHOD: _("No payment method can be charged for it."),
    }
    return ForecastLine(at=each.ends_at, what=What.STOPS, license=each.license, note=notes.get(each.outlook, ""))


def _fills(charge: AutoTopUpCharge) -> ForecastLine:
    return ForecastLine(
        at=charge.charge_at, what=What.FILLS, total=charge.amount, currency=charge.auto_top_up.currency,
        source=charge.method_label,
    )  # fmt: skip


def _sums(found: list[ForecastLine]) -> list[tuple[str, Decimal]]:
    sums: dict[str, Decimal] = {}
    for line in found:
        if line.what is What.RENEWS and line.total is not None:
            sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.total
    return sorted(sums.items())
