"""What is on a customer's personal accounts, and what of it can be spent. Amounts are in major units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from storefront.billing.models import Allocation, LedgerEntry, PartPayment, Payment, Refund
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import ledger
from storefront.billing.states import RESERVED_REFUND, InvoiceKind
from storefront.core import currencies, money
from storefront.core.money import MoneySum
from storefront.users.models import User

_NOTHING = Decimal(0)


class Balance(NamedTuple):
    amount: Decimal
    currency: str


class Source(NamedTuple):
    """A payment, and what of it can be spent."""

    payment: Payment
    amount: Decimal


def of(customer: User) -> list[Balance]:
    """What is on each account that is not empty, the shop's currencies first. One query."""
    entries = entries_of(customer).values_list("account__currency").annotate(sum=MoneySum("amount"))
    found = {currency: money.quantize(amount, currency) for currency, amount in entries if amount}
    order = [*(code for code in currencies.sold() if code in found), *sorted(found)]
    return [Balance(found[code], code) for code in dict.fromkeys(order)]


def entries_of(customer: User, currency: str = "") -> QuerySet[LedgerEntry]:
    """What came to and went from the customer's accounts, in one currency or in all."""
    entries = LedgerEntry.objects.filter(account__kind=AccountKind.CUSTOMER, account__customer_id=customer.pk)
    return entries.filter(account__currency=currency) if currency else entries


def spendable(customer: User, currency: str) -> Decimal:
    """What can be spent of the account in a currency; 0 where the customer owes us money."""
    return sum((each.amount for each in sources(customer, currency)), _NOTHING)


def sources(customer: User, currency: str) -> list[Source]:
    """The payments whose money can be spent, the oldest first; together they never exceed what is on the account. Not
    what a bank disputes: it may take that back.

    The number of queries does not depend on that of the payments. For a decision under the customer's lock.
    """
    free = _free(customer, currency)
    left = min(ledger.balance_of(customer, currency) - _kept(customer, currency), sum(free.values(), _NOTHING))
    found = []
    for payment in Payment.objects.filter(pk__in=free, currency=currency, is_disputed=False).order_by("pk"):
        part = min(free[payment.pk], left)
        if part > 0:
            found.append(Source(payment, part))
            left -= part
    return found


def _free(customer: User, currency: str) -> dict[int, Decimal]:
    """By payment, what of it lies on the account and is neither kept for an invoice nor about to be refunded."""
    free: dict[int, Decimal] = defaultdict(Decimal)
    mine = {"payment__customer_id": customer.pk, "payment__currency": currency}
    entries = entries_of(customer, currency).exclude(transaction__payment=None)
    for payment, amount in _sums(entries.exclude(transaction__kind="purchase"), "transaction__payment"):
        free[payment] += amount
    for payment, amount in _sums(Allocation.objects.filter(**mine), "payment"):
        free[payment] -= amount
    for payment, amount in _sums(PartPayment.objects.filter(released_at=None, **mine), "payment"):
        free[payment] -= amount
    for payment, amount in _sums(_reserved(mine), "payment"):
        free[payment] -= amount
    return {payment: amount for payment, amount in free.items() if amount > 0}


def _kept(customer: User, currency: str) -> Decimal:
    """What must stay on the account: it is kept for invoices, or about to be refunded."""
    mine = {"payment__customer_id": customer.pk, "payment__currency": currency}
    parts = PartPayment.objects.filter(released_at=None, **mine)
    return sum((amount for rows in (parts, _reserved(mine)) for _payment, amount in _sums(rows, "payment")), _NOTHING)


def _reserved(mine: dict[str, Any]) -> QuerySet[Refund]:
    """Refunds under way of money that bought nothing."""
    under_way = Refund.objects.filter(status__in=RESERVED_REFUND, **mine)
    return under_way.filter(invoice=None) | under_way.filter(invoice__kind=InvoiceKind.ADVANCE_PAYMENT)


def _sums(rows: QuerySet[Any], by: str) -> Iterable[tuple[int, Decimal]]:
    return rows.order_by().values_list(F(by)).annotate(sum=MoneySum("amount"))
