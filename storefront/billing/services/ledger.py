"""The ledger: money moves from one account to another, in one currency, once per key.

Accounts hold what we owe: a customer's personal account is positive when the money on it is theirs. A provider's
account is the source of what it collected for us, so it is negative by exactly what the provider holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from storefront.billing.models import Allocation, Invoice, LedgerAccount, LedgerEntry, LedgerTransaction, Payment
from storefront.billing.models.ledger import AccountKind
from storefront.core import clock, money, states
from storefront.core.money import MoneySum
from storefront.users.models import User

#: Name of the account, among the providers', of what comes and goes by bank transfer: our bank's.
BANK_TRANSFER = "bank_transfer"
#: Where earlier releases booked what we paid out by bank transfer, of kind ``bank``.
EARLIER_PAYOUTS = "refunds"


class LedgerError(Exception):
    """A movement that must not be: wrong amount, same source and target, too little on the account."""


class InsufficientBalance(LedgerError):
    """The personal account holds less than is to be taken from it."""


class KeyConflict(LedgerError):
    """The key was used before for another movement."""


def personal_account(customer: User, currency: str) -> LedgerAccount:
    """The customer's account in a currency, made on first use."""
    account, _ = LedgerAccount.objects.get_or_create(
        kind=AccountKind.CUSTOMER, customer=customer, currency=currency, defaults={"name": ""}
    )
    return account


def own_account(kind: AccountKind, name: str, currency: str) -> LedgerAccount:
    """One of our own accounts (a provider's, or sales), made on first use."""
    account, _ = LedgerAccount.objects.get_or_create(kind=kind, name=name, currency=currency, customer=None)
    return account


def balance_of(customer: User, currency: str) -> Decimal:
    """What is on the customer's personal account, in major units: the sum of its entries."""
    entries = LedgerEntry.objects.filter(
        account__kind=AccountKind.CUSTOMER, account__customer=customer, account__currency=currency
    )
    return money.quantize(entries.aggregate(total=MoneySum("amount"))["total"] or Decimal(0), currency)


def credit(
    *, customer: User, payment: Payment, amount: Decimal, currency: str, key: str, kind: str = "payment"
) -> LedgerTransaction:
    """Money a provider collected goes to the customer's personal account. ``amount`` > 0, major units."""
    source = own_account(AccountKind.PROVIDER, payment.gateway, currency)
    target = personal_account(customer, currency)
    return move(key=key, kind=kind, source=source, target=target, amount=amount, payment=payment)


def debit(
    *,
    customer: User,
    invoice: Invoice,
    amount: Decimal,
    currency: str,
    key: str,
    taken_from: Sequence[tuple[Payment, Decimal]],
    kind: str = "purchase",
) -> LedgerTransaction:
    """Money leaves the personal account for goods; ``taken_from`` names the payments it came with, adding up to it.

    Raises InsufficientBalance, checked under the account's lock, and LedgerError if the parts do not add up.
    """
    if sum((part for _, part in taken_from), Decimal(0)) != amount:
        raise LedgerError("the parts do not add up to the amount")
    with transaction.atomic():
        source = states.lock(personal_account(customer, currency))
        if not LedgerTransaction.objects.filter(key=key).exists() and balance_of(customer, currency) < amount:
            raise InsufficientBalance(f"{key}: less than {amount} {currency} on the account")
        target = own_account(AccountKind.SALES, "", currency)
        payment = taken_from[0][0] if len(taken_from) == 1 else None
        moved = move(key=key, kind=kind, source=source, target=target, amount=amount, payment=payment, invoice=invoice)
        entry = moved.entries.get(account=source)
        if not entry.allocations.exists():
            Allocation.objects.bulk_create(Allocation(entry=entry, payment=p, amount=part) for p, part in taken_from)
        return moved


def take_back(
    *, customer: User, payment: Payment, invoice: Invoice, amount: Decimal, currency: str, key: str
) -> LedgerTransaction:
    """Undo a purchase, whole or part: from sales to the personal account."""
    return move(
        key=key, kind="purchase_reversed", source=own_account(AccountKind.SALES, "", currency),
        target=personal_account(customer, currency), amount=amount, payment=payment, invoice=invoice,
    )  # fmt: skip


def pay_out(*, customer: User, payment: Payment, amount: Decimal, currency: str, key: str) -> LedgerTransaction:
    """A provider gave money back to the buyer: from the personal account to the provider's.

    The provider has already paid it out, so the balance may go negative; the caller must file a review item.
    """
    return move(
        key=key, kind="refund", source=personal_account(customer, currency),
        target=own_account(AccountKind.PROVIDER, payment.gateway, currency), amount=amount, payment=payment,
    )  # fmt: skip


def pay_out_by_bank(*, customer: User, payment: Payment, amount: Decimal, currency: str, key: str) -> LedgerTransaction:
    """We gave money back by bank transfer: from the personal account to our bank's, on which what customers transfer is
    booked as well."""
    return move(
        key=key, kind="refund", source=personal_account(customer, currency),
        target=own_account(AccountKind.PROVIDER, BANK_TRANSFER, currency), amount=amount, payment=payment,
    )  # fmt: skip


def pay_back_in(*, paid_by: str, payment: Payment, amount: Decimal, key: str) -> LedgerTransaction:
    """A transfer by which we gave money back has been returned by the bank: the same way back. ``paid_by``: the key of
    the movement that gave it."""
    source = LedgerEntry.objects.select_related("account").get(transaction__key=paid_by, amount__gt=0).account
    target = personal_account(payment.customer, payment.currency)
    return move(key=key, kind="refund_failed", source=source, target=target, amount=amount, payment=payment)


def move(
    *,
    key: str,
    kind: str,
    source: LedgerAccount,
    target: LedgerAccount,
    amount: Decimal,
    payment: Payment | None = None,
    invoice: Invoice | None = None,
    at: datetime | None = None,
) -> LedgerTransaction:
    """Write one movement and its two entries: ``amount`` > 0, major units, less on ``source``, more on ``target``.

    ``at``: when it happened, if not now. The same key again returns the first, or raises KeyConflict. Raises
    LedgerError for what cannot be moved.
    """
    if not money.is_exact(amount, source.currency) or amount <= 0:
        raise LedgerError(f"{key}: {amount} {source.currency} is not an amount to move")
    if source.pk == target.pk or source.currency != target.currency:
        raise LedgerError(f"{key}: from {source} to {target}")
    at = at or clock.now()
    with transaction.atomic():
        moved, is_new = LedgerTransaction.objects.get_or_create(
            key=key, defaults={"kind": kind, "payment": payment, "invoice": invoice, "created_at": at}
        )
        if not is_new:
            _check_same(moved, {source.pk: -amount, target.pk: amount})
            return moved
        LedgerEntry.objects.bulk_create(
            [
                LedgerEntry(transaction=moved, account=source, amount=-amount, created_at=at),
                LedgerEntry(transaction=moved, account=target, amount=amount, created_at=at),
            ]
        )
        return moved


def _check_same(moved: LedgerTransaction, wanted: dict[Any, Decimal]) -> None:
    if dict(moved.entries.values_list("account_id", "amount")) != wanted:
        raise KeyConflict(moved.key)
