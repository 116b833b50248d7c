"""What the page of a month shows: the sums of its files, made by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from storefront.billing.accounting import accounts, registers
from storefront.billing.accounting.accounts import SALES, TAX, Account
from storefront.billing.accounting.tax_rows import TaxRow
from storefront.billing.models import LedgerAccount, LedgerEntry
from storefront.billing.models.ledger import AccountKind
from storefront.core import money
from storefront.core.money import MoneySum
from storefront.core.spans import Span


@dataclass(frozen=True, slots=True)
class Turnover:
    """What a month changed on an account: ``amount`` above zero in credit, below in debit, major units."""

    account: Account
    currency: str
    amount: Decimal

    @property
    def debit(self) -> Decimal:
        return max(-self.amount, Decimal(0))

    @property
    def credit(self) -> Decimal:
        return max(self.amount, Decimal(0))


@dataclass(frozen=True, slots=True)
class Flow:
    """Payments or refunds of a month in one currency."""

    currency: str
    count: int
    amount: Decimal


def turnovers(span: Span, tax: list[TaxRow]) -> list[Turnover]:
    """By account and currency; they add up to zero in each currency. ``tax``: that of the same month and snapshot."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for kind, name, currency, amount in _booked(span):
        if kind != AccountKind.SALES:
            sums[accounts.slot_of(LedgerAccount(kind=kind, name=name)), currency] += amount
    for row in tax:
        sums[f"{SALES}{row.treatment}", row.currency] += row.net
        sums[f"{TAX}{row.treatment}", row.currency] += row.tax
    chart = accounts.chart()
    return [
        Turnover(chart.get(slot) or Account(slot, accounts.name_of(slot)), currency, money.quantize(amount, currency))
        for (slot, currency), amount in sorted(sums.items(), key=lambda pair: (pair[0][1], pair[0][0]))
        if amount
    ]


def _booked(span: Span) -> Iterator[tuple[str, str, str, Decimal]]:
    entries = LedgerEntry.objects.filter(created_at__gte=span.start, created_at__lt=span.end)
    of_accounts = entries.order_by().values_list("account__kind", "account__name", "account__currency")
    return iter(of_accounts.annotate(sum=MoneySum("amount")))


def flows(span: Span, kinds: tuple[str, ...], sign: int) -> list[Flow]:
    """``sign``: -1 for payments, which make a provider's account smaller, 1 for refunds."""
    entries = registers.received(span, kinds).order_by().values_list("account__currency")
    return [
        Flow(currency, count, money.quantize(sign * amount, currency))
        for currency, count, amount in sorted(entries.annotate(count=Count("pk"), sum=MoneySum("amount")))
    ]
