"""Spending one balance many times at once, and what PostgreSQL itself refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from storefront.billing.models import LedgerAccount, LedgerEntry, LedgerTransaction, Payment
from storefront.billing.services import ledger
from storefront.core import states
from tests.billing.building import make_invoice
from tests.billing.test_frozen_records import (
    frozen,  # noqa: F401  (a fixture of the tests that run here too)
    test_deleting_is_refused,  # noqa: F401
    test_every_change_is_refused,  # noqa: F401
    test_no_trigger_is_forgotten,  # noqa: F401
)
from tests.races.conftest import UNGUARDED, dawdle

CROWDS = [2, 8, 32]
#: How long a racer dawdles between looking at the balance and taking from it, in seconds.
DAWDLE = 0.02


@pytest.fixture
def invoice(customer):
    return make_invoice(customer)


@pytest.fixture
def payment(invoice):
    """A payment whose 10.00 lie on the personal account."""
    row = Payment.objects.create(
        customer=invoice.customer,
        attempt=invoice.attempts.create(gateway="stripe", is_live=False, currency="EUR", amount=invoice.amount),
        gateway="stripe",
        is_live=False,
        currency="EUR",
        amount=Decimal("10.00"),
        reference="top-up",
    )
    ledger.credit(customer=invoice.customer, payment=row, amount=Decimal("10.00"), currency="EUR", key="top-up")
    return row


@pytest.fixture
def dawdling(monkeypatch):
    """A pause between looking at the balance and taking from it."""
    look = ledger.balance_of

    def slowly(customer, currency):
        balance = look(customer, currency)
        dawdle(DAWDLE)
        return balance

    monkeypatch.setattr(ledger, "balance_of", slowly)


def spend(payment, number, amount="1.00"):
    return ledger.debit(
        customer=payment.invoice.customer,
        invoice=payment.invoice,
        amount=Decimal(amount),
        currency="EUR",
        key=f"spend-{number}",
        taken_from=[(payment, Decimal(amount))],
    )


def spends(payment, crowd, **fields):
    return [lambda number=number: spend(payment, number, **fields) for number in range(crowd)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crowd", CROWDS)
def test_a_balance_is_spent_once_however_many_try(payment, race, dawdling, crowd):
    results = race(*spends(payment, crowd, amount="4.00"))
    spent = [result for result in results if isinstance(result, LedgerTransaction)]
    assert len(spent) == 2
    assert all(isinstance(result, ledger.InsufficientBalance) for result in results if result not in spent)
    assert ledger.balance_of(payment.invoice.customer, "EUR") == Decimal("2.00")


@pytest.mark.django_db(transaction=True)
def test_control_run_without_the_lock_a_balance_is_spent_many_times(payment, race, dawdling, monkeypatch):
    monkeypatch.setattr(states, "lock", lambda row: row)
    monkeypatch.setattr(f"{__name__}.DAWDLE", UNGUARDED)
    race(*spends(payment, 8, amount="4.00"))
    assert ledger.balance_of(payment.invoice.customer, "EUR") < 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crowd", [8])
def test_one_key_at_once_moves_money_once(payment, race, crowd):
    results = race(lambda: spend(payment, "one"), copies=crowd)
    assert {result.pk for result in results} == {LedgerTransaction.objects.get(key="spend-one").pk}
    assert LedgerEntry.objects.filter(transaction__key="spend-one").count() == 2
    assert ledger.balance_of(payment.invoice.customer, "EUR") == Decimal("9.00")


@pytest.mark.django_db(transaction=True)
def test_accounts_opened_at_once_are_one_account(customer, race):
    race(lambda: ledger.personal_account(customer, "EUR"), lambda: ledger.own_account("sales", "", "EUR"), copies=8)
    assert LedgerAccount.objects.count() == 2
