"""The cap: what may still be charged in a calendar month of the customer's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

from django.db.models import Q

from storefront.billing.models import AutoTopUp, AutoTopUpCharge, PaymentAttempt
from storefront.billing.models.auto_top_ups import AutoTopUpStatus
from storefront.billing.models.saved_methods import Scope
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus, InvoiceStatus
from storefront.core import time_zones
from storefront.core.money import MoneySum

_NOTHING = Decimal(0)
_COUNTED = (*OPEN_ATTEMPT, AttemptStatus.SUCCEEDED)


def month_of(moment: datetime, time_zone: str) -> date:
    """The first day of the month that a moment lies in, in a time zone."""
    return moment.astimezone(time_zones.zone(time_zone)).date().replace(day=1)


def bounds(month: date, time_zone: str) -> tuple[datetime, datetime]:
    """When a month begins and is over in a time zone, UTC."""
    zone = time_zones.zone(time_zone)
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    begin, end = (datetime.combine(day, time.min, zone).astimezone(UTC) for day in (month, following))
    return begin, end


def used(top_up: AutoTopUp, at: datetime) -> Decimal:
    """What was charged in the month of ``at``, or is being charged: a charge counts in the month in which it was begun,
    under whichever mandate. Invoices that were sent instead count in the month in which they were. Two queries."""
    begin, end = bounds(month_of(at, top_up.time_zone), top_up.time_zone)
    charged = PaymentAttempt.objects.filter(
        mandate__scope=Scope.TOP_UP,
        invoice__customer=top_up.customer_id,
        currency=top_up.currency,
        status__in=_COUNTED,
        created_at__gte=begin,
        created_at__lt=end,
    )
    invoiced = AutoTopUpCharge.objects.filter(
        Q(status=AutoTopUpStatus.INVOICED) | Q(status=AutoTopUpStatus.PAID, tries=0),
        auto_top_up__customer=top_up.customer_id,
        auto_top_up__currency=top_up.currency,
        noticed_at__gte=begin,
        noticed_at__lt=end,
    ).exclude(invoice__status=InvoiceStatus.VOID)
    sums = (rows.aggregate(sum=MoneySum("amount"))["sum"] or _NOTHING for rows in (charged, invoiced))
    return sum(sums, _NOTHING)


def left(top_up: AutoTopUp, at: datetime) -> Decimal:
    """What of the cap is left in the month of ``at``. For a decision under the customer's lock."""
    return max(_NOTHING, top_up.monthly_cap - used(top_up, at))
