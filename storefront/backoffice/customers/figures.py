"""Numbers of customers for lists: six queries for any number of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from oscar.apps.order.models import Order

from storefront.billing.models import Invoice, Payment
from storefront.billing.reports.unpaid import owed
from storefront.core import clock, money
from storefront.core.money import MoneySum
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus
from storefront.notifications.models import MailAddress
from storefront.users.models import User

Sums = dict[str, Decimal]


@dataclass(slots=True)
class Figures:
    """``paid``: received less what refunds and disputes took back; ``unpaid``: open invoices; both by currency, major
    units. ``licenses``: all that there ever were, ``active``: those that run now."""

    licenses: int = 0
    active: int = 0
    paid: Sums = field(default_factory=dict)
    unpaid: Sums = field(default_factory=dict)
    last_order_at: datetime | None = None
    is_bounced: bool = False
    is_complained: bool = False


def figures_of(customers: Iterable[User]) -> dict[int, Figures]:
    """The figures of each customer, by key."""
    customers = list(customers)
    keys = [customer.pk for customer in customers]
    found: dict[int, Figures] = defaultdict(Figures)
    for key, count, active in _licenses(keys):
        found[key].licenses, found[key].active = count, active
    kept = F("amount") - F("amount_refunded") - F("amount_paid_out") - F("amount_lost")
    for key, currency, total in _sums(Payment.objects.filter(customer__in=keys), kept):
        found[key].paid[currency] = total
    for key, currency, total in _sums(owed().filter(customer__in=keys), F("amount")):
        found[key].unpaid[currency] = total
    for key, last in Order.objects.filter(user__in=keys).order_by().values_list("user").annotate(Max("date_placed")):
        found[key].last_order_at = last
    addresses = MailAddress.objects.in_bulk([customer.email for customer in customers], field_name="email")
    for customer in customers:
        if address := addresses.get(customer.email):
            found[customer.pk].is_bounced, found[customer.pk].is_complained = address.is_bounced, address.is_complained
    return found


def active_licenses() -> QuerySet[License]:
    return License.objects.filter(status=LicenseStatus.ACTIVE, valid_until__gt=clock.now())


def written(sums: Sums) -> str:
    """€96.00 · 1 200 ₽; "" for nothing."""
    return " · ".join(money.display(total, currency) for currency, total in sorted(sums.items()) if total)


def _licenses(keys: list[int]) -> Iterable[tuple[int, int, int]]:
    runs = Q(status=LicenseStatus.ACTIVE, valid_until__gt=clock.now())
    rows = License.objects.filter(customer__in=keys).order_by().values("customer")
    return rows.annotate(count=Count("pk"), active=Count("pk", filter=runs)).values_list("customer", "count", "active")


def _sums(
    rows: QuerySet[Payment] | QuerySet[Invoice], amount: F | CombinedExpression
) -> Iterable[tuple[int, str, Decimal]]:
    grouped = rows.order_by().values("customer", "currency").annotate(total=MoneySum(amount))
    for key, currency, total in grouped.values_list("customer", "currency", "total"):
        yield key, currency, money.quantize(total, currency)
