"""The ledger against a plain dictionary: whatever is done to it, in whatever order, the sums are the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from storefront.billing.models import Allocation, LedgerEntry, LedgerTransaction
from storefront.billing.services import ledger
from tests.billing.building import make_payment

pytestmark = pytest.mark.django_db

amounts = st.integers(min_value=1, max_value=20_000).map(lambda cents: Decimal(cents) / 100)
wrong_amounts = st.sampled_from([Decimal("0"), Decimal("-1"), Decimal("0.001"), Decimal("NaN"), Decimal("Infinity")])


class LedgerMachine(RuleBasedStateMachine):
    """Top-up, spend, refund, repeat, refuse; two customers; the model is a dictionary of balances."""

    people: list

    def __init__(self):
        super().__init__()
        self.sid = transaction.savepoint()
        self.payments = {person.pk: make_payment(person) for person in self.people}
        self.balance = {person.pk: Decimal(0) for person in self.people}
        self.spent: dict[int, Decimal] = {person.pk: Decimal(0) for person in self.people}
        self.done: list[tuple[str, dict]] = []

    def teardown(self):
        transaction.savepoint_rollback(self.sid)

    def key(self):
        return f"k{len(self.done)}"

    @rule(who=st.integers(0, 1), amount=amounts)
    def top_up(self, who, amount):
        person = self.people[who]
        act = {"customer": person, "payment": self.payments[person.pk], "amount": amount, "currency": "EUR"}
        ledger.credit(**act, key=self.key())
        self.done.append(("credit", act | {"key": self.key()}))
        self.balance[person.pk] += amount

    @rule(who=st.integers(0, 1), amount=amounts)
    def spend(self, who, amount):
        person = self.people[who]
        payment = self.payments[person.pk]
        act = {
            "customer": person,
            "invoice": payment.invoice,
            "amount": amount,
            "currency": "EUR",
            "taken_from": [(payment, amount)],
        }
        if amount > self.balance[person.pk]:
            with pytest.raises(ledger.InsufficientBalance):
                ledger.debit(**act, key=self.key())
            return
        ledger.debit(**act, key=self.key())
        self.done.append(("debit", act | {"key": self.key()}))
        self.balance[person.pk] -= amount
        self.spent[person.pk] += amount

    @rule(who=st.integers(0, 1), part=st.integers(1, 100))
    def take_back_and_pay_out(self, who, part):
        person = self.people[who]
        payment = self.payments[person.pk]
        amount = (self.spent[person.pk] * part / 100).quantize(Decimal("0.01"))
        if not amount:
            return
        act = {"customer": person, "payment": payment, "amount": amount, "currency": "EUR"}
        ledger.take_back(**act, invoice=payment.invoice, key=f"{self.key()}-goods")
        ledger.pay_out(**act, key=self.key())
        self.done.append(("pay_out", act | {"key": self.key()}))
        self.spent[person.pk] -= amount

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def repeat(self, data):
        name, act = data.draw(st.sampled_from(self.done))
        before = LedgerTransaction.objects.count()
        getattr(ledger, name)(**act)
        assert LedgerTransaction.objects.count() == before

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def repeat_with_another_amount(self, data):
        name, act = data.draw(st.sampled_from([each for each in self.done if each[0] != "debit"] or [("", {})]))
        if name:
            with pytest.raises(ledger.KeyConflict):
                getattr(ledger, name)(**act | {"amount": act["amount"] + 1})

    @rule(amount=wrong_amounts)
    def refuse_what_is_no_amount(self, amount):
        person = self.people[0]
        with pytest.raises((ledger.LedgerError, ValueError)):
            ledger.credit(
                customer=person, payment=self.payments[person.pk], amount=amount, currency="EUR", key=self.key()
            )

    @invariant()
    def balances_are_the_models(self):
        for person in self.people:
            assert ledger.balance_of(person, "EUR") == self.balance[person.pk]
            assert ledger.balance_of(person, "USD") == 0

    @invariant()
    def everything_sums_to_zero(self):
        assert not (LedgerEntry.objects.aggregate(total=Sum("amount"))["total"] or 0)
        sums = LedgerTransaction.objects.annotate(total=Sum("entries__amount")).values_list("total", flat=True)
        assert not any(sums)

    @invariant()
    def each_expense_names_its_money(self):
        named = Allocation.objects.aggregate(total=Sum("amount"))["total"] or 0
        spent = LedgerEntry.objects.filter(transaction__kind="purchase", amount__lt=0).aggregate(total=Sum("amount"))
        assert named == -(spent["total"] or 0)


def test_the_ledger_is_a_dictionary_of_sums(customer, make_customer):
    class Machine(LedgerMachine):
        people = [customer, make_customer("second@example.com")]

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )


def test_parts_that_do_not_add_up_are_refused(customer):
    payment = make_payment(customer)
    ledger.credit(customer=customer, payment=payment, amount=Decimal("96"), currency="EUR", key="a")
    with pytest.raises(ledger.LedgerError):
        ledger.debit(
            customer=customer,
            invoice=payment.invoice,
            amount=Decimal("96"),
            currency="EUR",
            key="b",
            taken_from=[(payment, Decimal("95"))],
        )


def test_money_on_one_currency_pays_nothing_in_another(customer):
    payment = make_payment(customer)
    ledger.credit(customer=customer, payment=payment, amount=Decimal("96"), currency="EUR", key="a")
    with pytest.raises(ledger.InsufficientBalance):
        ledger.debit(
            customer=customer,
            invoice=payment.invoice,
            amount=Decimal("1"),
            currency="USD",
            key="b",
            taken_from=[(payment, Decimal("1"))],
        )


def test_nothing_moves_from_an_account_to_itself(customer):
    account = ledger.personal_account(customer, "EUR")
    with pytest.raises(ledger.LedgerError):
        ledger.move(key="a", kind="test", source=account, target=account, amount=Decimal("1"))
