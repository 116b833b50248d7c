"""What is open now: unpaid invoices and licenses that end soon."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from storefront.billing.models import InvoiceLine
from storefront.billing.reports.unpaid import owed
from storefront.core import clock, money
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus

#: A license ends soon within so many days, and urgently within so many.
SOON, URGENT = 30, 7


@dataclass(slots=True)
class Unpaid:
    """Open invoices and those of them that are overdue: how many, and their sums by currency in major units."""

    count: int = 0
    overdue: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    overdue_amounts: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ending:
    """Licenses in force that end within ``SOON`` days, and those of them that end within ``URGENT`` days."""

    soon: int = 0
    urgent: int = 0


def unpaid() -> tuple[Unpaid, dict[int | None, Unpaid]]:
    """The whole shop's, and each product's share of it (its lines alone). Two queries."""
    overdue = Q(due_at__lte=clock.now())
    whole = Unpaid()
    rows = owed().order_by().values_list("currency")
    for row in rows.annotate(
        number=Count("pk"),
        sum=Sum("amount"),
        late=Count("pk", filter=overdue),
        late_sum=Sum("amount", filter=overdue, default=Decimal(0)),
    ):
        _add(whole, *row)
    return whole, _unpaid_by_product()


def ending() -> dict[int, Ending]:
    """Licenses that end soon, per product; one that waits for its portal runs all the same. One query."""
    urgent = Q(valid_until__lte=clock.now() + timedelta(days=URGENT))
    rows = ending_soon().order_by().values_list("software").annotate(number=Count("pk"), few=Count("pk", filter=urgent))
    return {software: Ending(number, few) for software, number, few in rows}


def ending_soon() -> QuerySet[License]:
    """Licenses in force whose last paid period ends within ``SOON`` days."""
    now = clock.now()
    running = License.objects.filter(status__in=(LicenseStatus.PENDING, LicenseStatus.ACTIVE))
    return running.filter(valid_until__gt=now, valid_until__lte=now + timedelta(days=SOON))


def _unpaid_by_product() -> dict[int | None, Unpaid]:
    unpaid: dict[int | None, Unpaid] = defaultdict(Unpaid)
    overdue = Q(invoice__due_at__lte=clock.now())
    lines = InvoiceLine.objects.filter(invoice__in=owed().values("pk")).order_by()
    rows = lines.values_list("software_id", "invoice__currency").annotate(
        number=Count("invoice", distinct=True),
        sum=Sum("amount"),
        late=Count("invoice", distinct=True, filter=overdue),
        late_sum=Sum("amount", filter=overdue, default=Decimal(0)),
    )
    for software, *row in rows:
        _add(unpaid[software], *row)
    return dict(unpaid)


def _add(to: Unpaid, currency: str, count: int, amount: Decimal, late: int, late_amount: Decimal) -> None:
    to.count += count
    to.overdue += late
    to.amounts[currency] = money.quantize(amount, currency)
    if late:
        to.overdue_amounts[currency] = money.quantize(late_amount, currency)
