"""Paying from the personal account: whole, a part beside a charge, and never more than there is."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from storefront.billing.errors import AlreadyPaid, MethodNotOpen
from storefront.billing.models import Invoice, PartPayment, PaymentAttempt
from storefront.billing.personal_account import audit, balances, paying
from storefront.billing.services import invoices, ledger, part_payments, refunds, sales
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.core import clock
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db

#: What is left of 96.00 beside 12.40.
REST = Decimal("83.60")


def fund(stripe: Any, customer: Any, amount: str) -> Any:
    """The payment of an advance invoice."""
    invoice = make_invoice(customer, amount, with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)
    return paid(stripe, start(invoice=invoice, gateway_name="stripe")).payment


def paid(stripe: Any, attempt: PaymentAttempt) -> PaymentAttempt:
    stripe.pay(attempt.provider_reference)
    return settle(attempt_id=attempt.pk)


def with_a_part(stripe: Any, customer: Any) -> Invoice:
    """An invoice of 96.00, for which the 12.40 on the account are reserved."""
    fund(stripe, customer, "12.40")
    invoice = make_invoice(customer)
    paying.use_part(invoice=invoice, method="stripe", rest=REST)
    return invoice


def status(invoice: Invoice) -> str:
    invoice.refresh_from_db()
    return invoice.status


def test_what_the_account_covers_is_paid_at_once(stripe: Any, customer: Any, outbox: Any, audited: Any) -> None:
    fund(stripe, customer, "100.00")
    invoice = make_invoice(customer)
    paying.pay(invoice=invoice)
    assert status(invoice) == InvoiceStatus.PAID and ledger.balance_of(customer, "EUR") == Decimal("4.00")
    assert outbox("payment_received:") == [f"payment_received:{invoice.number}"]
    assert audited() == []


def test_the_oldest_money_goes_first_and_the_expense_names_it(stripe: Any, customer: Any, audited: Any) -> None:
    first, second = fund(stripe, customer, "60.00"), fund(stripe, customer, "60.00")
    invoice = make_invoice(customer)
    paying.pay(invoice=invoice)
    parts = {each.payment: each.amount for each in first.allocations.all()}
    parts |= {each.payment: each.amount for each in second.allocations.all()}
    assert parts == {first: Decimal(60), second: Decimal(36)} and audited() == []


def test_what_it_does_not_cover_is_left_as_it_is(stripe: Any, customer: Any, audited: Any) -> None:
    fund(stripe, customer, "95.99")
    invoice = make_invoice(customer)
    with pytest.raises(paying.NotEnough):
        paying.pay(invoice=invoice)
    assert status(invoice) == InvoiceStatus.OPEN and ledger.balance_of(customer, "EUR") == Decimal("95.99")
    assert audited() == []


def test_an_open_charge_is_closed_at_its_provider_first(stripe: Any, customer: Any, audited: Any) -> None:
    fund(stripe, customer, "100.00")
    invoice = make_invoice(customer)
    attempt = start(invoice=invoice, gateway_name="stripe")
    paying.pay(invoice=invoice)
    attempt.refresh_from_db()
    assert (status(invoice), attempt.status) == (InvoiceStatus.PAID, "cancelled")
    assert audited() == []
    assert {each["id"]: each["status"] for each in stripe.sessions()}[attempt.provider_reference] == "expired"


def test_it_fills_no_account_and_pays_no_other_currency(stripe: Any, customer: Any) -> None:
    fund(stripe, customer, "100.00")
    advance = make_invoice(customer, "10.00", with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)
    for invoice in (advance, make_invoice(customer, "10.00", currency="USD")):
        with pytest.raises(paying.NotEnough):
            paying.pay(invoice=invoice)


def test_money_about_to_be_refunded_cannot_be_spent(stripe: Any, customer: Any, audited: Any) -> None:
    payment = fund(stripe, customer, "100.00")
    payment.refunds.create(amount=Decimal("50.00"), status="awaiting", reason="Not needed", is_ours=True)
    assert balances.spendable(customer, "EUR") == Decimal("50.00")
    with pytest.raises(paying.NotEnough):
        paying.pay(invoice=make_invoice(customer))
    assert audited() == []


def test_a_part_beside_a_charge(stripe: Any, customer: Any, audited: Any) -> None:
    invoice = with_a_part(stripe, customer)
    attempt = start(invoice=invoice, gateway_name="stripe")
    assert attempt.amount == REST and balances.spendable(customer, "EUR") == 0
    paid(stripe, attempt)
    assert status(invoice) == InvoiceStatus.PAID and ledger.balance_of(customer, "EUR") == 0
    assert not PartPayment.objects.filter(released_at=None).exists() and audited() == []


def test_the_part_is_free_again_once_the_charge_has_failed(stripe: Any, customer: Any, audited: Any) -> None:
    invoice = with_a_part(stripe, customer)
    attempt = start(invoice=invoice, gateway_name="stripe")
    later = clock.now() + timedelta(minutes=5)
    with time_machine.travel(later):
        assert paying.release_unused() == 0, "the charge is open"
        stripe.expire(attempt.provider_reference)
        settle(attempt_id=attempt.pk)
        assert paying.release_unused() == 1
    assert balances.spendable(customer, "EUR") == Decimal("12.40") and part_payments.due(invoice) == Decimal(96)
    assert audited() == []


def test_a_reservation_that_nobody_frees_is_found(stripe: Any, customer: Any) -> None:
    with_a_part(stripe, customer)
    assert list(audit.checks()) == []
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        (finding,) = audit.checks()
        assert "reserved-without-charge" in str(finding)
        paying.release_unused()
        assert list(audit.checks()) == []


def test_who_does_not_want_it_any_more_is_charged_the_whole(stripe: Any, customer: Any, audited: Any) -> None:
    invoice = with_a_part(stripe, customer)
    first = start(invoice=invoice, gateway_name="stripe")
    paying.give_back(invoice=invoice, method="stripe")
    second = start(invoice=invoice, gateway_name="stripe")
    first.refresh_from_db()
    assert (first.status, second.amount) == ("cancelled", Decimal(96))
    paid(stripe, second)
    assert status(invoice) == InvoiceStatus.PAID and ledger.balance_of(customer, "EUR") == Decimal("12.40")
    assert audited() == []


def test_who_has_paid_the_rest_takes_nothing_back(stripe: Any, customer: Any, audited: Any) -> None:
    invoice = with_a_part(stripe, customer)
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)  # in another window, and the message is late
    with pytest.raises(AlreadyPaid):
        paying.give_back(invoice=invoice, method="stripe")
    assert status(invoice) == InvoiceStatus.PAID and ledger.balance_of(customer, "EUR") == 0
    assert audited() == []


def test_a_charge_that_pays_after_its_part_was_freed_loses_nothing(stripe: Any, customer: Any, audited: Any) -> None:
    invoice = with_a_part(stripe, customer)
    attempt = start(invoice=invoice, gateway_name="stripe")
    part_payments.give_back(invoice)
    paid(stripe, attempt)
    assert status(invoice) == InvoiceStatus.OPEN and part_payments.due(invoice) == Decimal("12.40")
    paying.pay(invoice=invoice)
    assert status(invoice) == InvoiceStatus.PAID and ledger.balance_of(customer, "EUR") == 0 and audited() == []


@pytest.mark.parametrize("came", ["10.00", "200.00"])
def test_no_other_rest_is_charged_than_the_one_agreed_to(stripe: Any, customer: Any, came: str) -> None:
    fund(stripe, customer, "12.40")
    invoice = make_invoice(customer)
    fund(stripe, customer, came)  # in another window
    for rest in (REST, Decimal(0), Decimal(-1), Decimal(96)):
        with pytest.raises(paying.SumsDiffer):
            paying.use_part(invoice=invoice, method="stripe", rest=rest)
    assert part_payments.reserved(invoice) == 0 and not invoice.attempts.exists()


def test_what_was_reserved_long_ago_is_so_anew_when_a_charge_is_opened(stripe: Any, customer: Any) -> None:
    invoice = with_a_part(stripe, customer)
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        paying.use_part(invoice=invoice, method="stripe", rest=REST)
        assert paying.release_unused() == 0, "its charge is about to be opened"
        assert start(invoice=invoice, gateway_name="stripe").amount == REST


def test_no_rest_is_left_that_the_method_does_not_take(stripe: Any, customer: Any) -> None:
    fund(stripe, customer, "95.80")
    invoice = make_invoice(customer)
    with pytest.raises(MethodNotOpen):
        paying.use_part(invoice=invoice, method="stripe", rest=Decimal("0.20"))
    assert part_payments.reserved(invoice) == 0 and balances.spendable(customer, "EUR") == Decimal("95.80")


def test_what_a_bank_disputes_cannot_be_spent(stripe: Any, customer: Any) -> None:
    payment = fund(stripe, customer, "100.00")
    type(payment).objects.filter(pk=payment.pk).update(is_disputed=True)
    with pytest.raises(paying.NotEnough):
        paying.pay(invoice=make_invoice(customer))


def test_a_void_invoice_frees_its_part_without_a_word(stripe: Any, customer: Any, outbox: Any, audited: Any) -> None:
    invoice = with_a_part(stripe, customer)
    invoices.void(invoice=invoice, reason="test")
    assert balances.spendable(customer, "EUR") == Decimal("12.40") and outbox("late-payment") == []
    assert audited() == []


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["fund", "buy", "refund", "keep"]), st.integers(100, 5000)), max_size=9))
def test_what_can_be_spent_is_what_each_payment_has_left(
    stripe: Any, make_customer: Any, steps: list[tuple[str, int]]
) -> None:
    """The sums by payment say the same as looking at each payment by itself."""
    customer = make_customer(f"buyer{clock.now().timestamp()}@example.com")
    for step, cents in steps:
        amount = Decimal(cents) / 100
        there = balances.sources(customer, "EUR")
        if step == "fund":
            fund(stripe, customer, str(amount))
        elif step == "buy" and balances.spendable(customer, "EUR") >= amount:
            paying.pay(invoice=make_invoice(customer, str(amount)))
        elif step == "refund" and there:
            refunds.start(payment=there[0].payment, amount=min(amount, there[0].amount), reason="x")
        elif step == "keep":
            rest = amount - balances.spendable(customer, "EUR")
            with suppress(paying.SumsDiffer, MethodNotOpen):
                paying.use_part(invoice=make_invoice(customer, str(amount)), method="stripe", rest=rest)
        free = {payment: sales.unspent(payment) - part_payments.held_of(payment) for payment in customer.payments.all()}
        assert dict(balances.sources(customer, "EUR")) == {each: left for each, left in free.items() if left > 0}
        kept = sum((part_payments.held_of(payment) for payment in free), Decimal(0))
        assert balances.spendable(customer, "EUR") == ledger.balance_of(customer, "EUR") - kept >= 0
