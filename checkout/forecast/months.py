"""The seller's next twelve months: expected income by month and currency, and what of it is not certain."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from checkout.forecast import renewals
from checkout.forecast.renewals import UpcomingRenewal
from storefront.core import clock
from storefront.core.instants import day_of
from storefront.core.periods import add_months
from storefront.licensing.models import License, Subscription
from storefront.licensing.states import LicenseStatus, PaysFrom, SubscriptionStatus

MONTHS = 12
_NOTHING = Decimal(0)


@dataclass(slots=True)
class MonthSum:
    """One month of one currency, amounts in major units with tax. ``expected``: what renews and can be charged;
    ``from_account`` and ``expiring`` (on cards that are past their last day by then) are parts of it. ``waiting``: what
    does not come by itself, as a method is missing, a charge was refused, or the price needs a new consent."""

    month: date
    currency: str
    count: int = 0
    expected: Decimal = _NOTHING
    from_account: Decimal = _NOTHING
    expiring: Decimal = _NOTHING
    expiring_count: int = 0
    waiting: Decimal = _NOTHING
    waiting_count: int = 0

    def add(self, each: UpcomingRenewal) -> None:
        total = each.total or _NOTHING
        if not each.brings_money:
            is_open = each.outlook not in (renewals.Outlook.SKIPPED, renewals.Outlook.NOT_SOLD)
            self.waiting += total if is_open else _NOTHING
            self.waiting_count += is_open
            return
        self.count += 1
        self.expected += total
        self.from_account += total if each.source == PaysFrom.ACCOUNT else _NOTHING
        self.expiring += total if each.expires else _NOTHING
        self.expiring_count += each.expires


def until(now: datetime) -> datetime:
    """The end of what is forecast."""
    return add_months(now, MONTHS)


def sums(now: datetime | None = None) -> list[MonthSum]:
    """By month of the shop's calendar and currency, in this order. The number of queries depends on that of the
    countries of payers alone."""
    now = now or clock.now()
    found: dict[tuple[date, str], MonthSum] = {}
    for each in renewals.upcoming(Subscription.objects.all(), until=until(now), is_rough=True):
        month = day_of(max(each.due_at, now)).replace(day=1)
        key = (month, each.currency)
        found.setdefault(key, MonthSum(month, each.currency)).add(each)
    return [found[key] for key in sorted(found)]


def stopping(now: datetime | None = None) -> dict[date, int]:
    """By month, how many licenses end and renew by nothing. One query."""
    now = now or clock.now()
    ends = ending(License.objects.all(), now).values_list("valid_until", flat=True)
    return dict(sorted(Counter(day_of(end).replace(day=1) for end in ends).items()))


def ending(licenses: QuerySet[License], now: datetime) -> QuerySet[License]:
    """Of licenses, those that end within the year and renew by nothing."""
    renewing = Subscription.objects.filter(license=OuterRef("pk"), status=SubscriptionStatus.ACTIVE)
    running = licenses.filter(status=LicenseStatus.ACTIVE, begins_by=None)
    return running.filter(valid_until__gt=now, valid_until__lte=until(now)).exclude(Exists(renewing))


def by_currency(found: list[MonthSum]) -> dict[str, list[MonthSum]]:
    tables: dict[str, list[MonthSum]] = defaultdict(list)
    for each in found:
        tables[each.currency].append(each)
    return tables
