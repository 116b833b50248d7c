"""What customers are worth: the income of each to date, by the month of their first purchase."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Min, Q, Sum

from storefront.billing.models import LedgerEntry
from storefront.billing.models.ledger import AccountKind
from storefront.billing.reports.income import KIND, Kind
from storefront.core import money
from storefront.core.instants import day_of


@dataclass(frozen=True, slots=True)
class Worth:
    """A customer who ever paid in ``currency``: the day of the first purchase, the income since, major units."""

    customer: int
    currency: str
    first_on: date
    income: Decimal


@dataclass(frozen=True, slots=True)
class Cohort:
    """The customers whose first purchase in ``currency`` was in the month that begins at ``month``."""

    month: date
    currency: str
    customers: int
    income: Decimal

    @property
    def average(self) -> Decimal:
        """Rounded to the minor unit: times the number of customers it may differ from the income."""
        return average([self])


def average(cohorts: Sequence[Cohort]) -> Decimal:
    """The income per customer of some cohorts of one currency."""
    people = sum(each.customers for each in cohorts)
    return money.quantize(sum((each.income for each in cohorts), Decimal(0)) / people, cohorts[0].currency)


def worths() -> Iterator[Worth]:
    """Everyone who ever paid, in one query. All that was sold to them less what went back, whenever that was."""
    entries = LedgerEntry.objects.filter(account__kind=AccountKind.SALES).order_by().annotate(why=KIND)
    rows = entries.values_list("transaction__invoice__customer", "account__currency").annotate(
        first=Min("created_at", filter=Q(why=Kind.SOLD)), sum=Sum("amount")
    )
    for customer, currency, first, amount in rows.iterator():
        if first is not None:
            yield Worth(customer, currency, day_of(first), money.quantize(amount, currency))


def cohorts() -> list[Cohort]:
    """By currency, the earliest month first."""
    found: dict[tuple[str, date], list[Decimal]] = defaultdict(list)
    for each in worths():
        found[each.currency, each.first_on.replace(day=1)].append(each.income)
    return [
        Cohort(month, currency, len(incomes), sum(incomes, Decimal(0)))
        for (currency, month), incomes in sorted(found.items())
    ]
