"""What is owed now: open invoices that still ask for money, by how long they are overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Case, Count, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from storefront.billing.models import Invoice
from storefront.billing.services import orders
from storefront.billing.states import InvoiceStatus
from storefront.core import money


class Age(models.TextChoices):
    """Days since the end of the due day."""

    NOT_DUE = "not-due", _("Not due yet")
    WEEK = "0-7", _("Up to 7 days overdue")
    MONTH = "8-30", _("8 to 30 days overdue")
    QUARTER = "31-90", _("31 to 90 days overdue")
    OLDER = "91", _("More than 90 days overdue")


_DAYS = {Age.WEEK: (0, 7), Age.MONTH: (7, 30), Age.QUARTER: (30, 90), Age.OLDER: (90, None)}


@dataclass(frozen=True, slots=True)
class Owed:
    """How many invoices, and their sum in major units of ``currency``."""

    age: Age
    currency: str
    count: int
    amount: Decimal


def owed() -> QuerySet[Invoice]:
    """Open invoices without those of cancelled orders: they become void soon, and nobody has to pay them."""
    return Invoice.objects.filter(status=InvoiceStatus.OPEN).exclude(order__status=orders.CANCELLED)


def of_age(age: Age, now: datetime) -> Q:
    """The condition for invoices that are so old at ``now``."""
    if age == Age.NOT_DUE:
        return Q(due_at__gt=now)
    least, most = _DAYS[age]
    late = Q(due_at__lte=now - timedelta(days=least))
    return late & Q(due_at__gt=now - timedelta(days=most)) if most else late


def by_age(now: datetime) -> list[Owed]:
    """One query; the currencies by name, the newest debts of each first, ages without any left out."""
    age = Case(*(When(of_age(each, now), then=Value(each)) for each in Age))
    rows = owed().order_by().annotate(age=age).values_list("age", "currency").annotate(n=Count("pk"), sum=Sum("amount"))
    found = [Owed(Age(each), code, count, money.quantize(sum, code)) for each, code, count, sum in rows]
    return sorted(found, key=lambda each: (each.currency, list(Age).index(each.age)))
