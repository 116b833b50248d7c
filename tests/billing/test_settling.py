"""What the provider says happens, exactly once, and only if it is our money to the cent."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from checkout.pay import progress
from storefront.billing import signals, status
from storefront.billing.errors import PaymentInReview
from storefront.billing.models import LedgerTransaction, PaymentAttempt, ReviewItem
from storefront.billing.services import invoices, ledger, payments, reviews
from storefront.billing.services.resolving import resolve
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.gateways.errors import Unavailable
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge(stripe, invoice):
    return start(invoice=invoice, gateway_name="stripe")


@pytest.fixture
def heard():
    """The invoice_paid signals that were sent."""
    messages = []

    def listen(sender, **kwargs):
        messages.append((kwargs["invoice"].number, kwargs["payment"].pk))

    signals.invoice_paid.connect(listen)
    yield messages
    signals.invoice_paid.disconnect(listen)


def fresh(row):
    row.refresh_from_db()
    return row


def test_a_paid_charge_pays_invoice_and_order_in_one_go(stripe, invoice, charge, heard, outbox, audited):
    stripe.pay(charge.provider_reference)
    payment = settle(attempt_id=charge.pk)
    assert payment.status == AttemptStatus.SUCCEEDED
    assert payment.method_label == "visa •••• 4242"
    assert payment.charge_reference.startswith("pi_")
    assert fresh(invoice).status == InvoiceStatus.PAID
    assert invoice.paid_at is not None
    assert fresh(invoice.order).status == "Paid"
    assert heard == [(invoice.number, payment.payment.pk)]
    assert outbox("payment_received:") == [f"payment_received:{invoice.number}"]
    assert ledger.balance_of(invoice.customer, "EUR") == 0
    assert list(LedgerTransaction.objects.order_by("pk").values_list("kind", flat=True)) == ["payment", "purchase"]
    assert audited() == []


def test_settling_again_and_again_changes_nothing(stripe, invoice, charge, heard, outbox):
    stripe.pay(charge.provider_reference)
    for _ in range(5):
        settle(attempt_id=charge.pk)
    assert len(heard) == 1
    assert LedgerTransaction.objects.count() == 2
    assert len(outbox("payment_received:")) == 1
    assert invoice.order.status_changes.filter(new_status="Paid").count() == 1
    assert not ReviewItem.objects.exists() and outbox("late-payment:") == []


@pytest.mark.parametrize("card", ["4000000000000002", "4000000000009995"])
def test_a_declined_card_leaves_the_charge_open_for_another(stripe, invoice, charge, card):
    assert stripe.pay(charge.provider_reference, card=card) == "declined"
    payment = settle(attempt_id=charge.pk)
    assert payment.status == AttemptStatus.PENDING
    assert payment.failure_code
    assert fresh(invoice).status == InvoiceStatus.OPEN
    stripe.pay(charge.provider_reference)
    assert settle(attempt_id=charge.pk).status == AttemptStatus.SUCCEEDED


def test_money_that_is_only_promised_is_not_paid(stripe, invoice, charge, heard):
    stripe.pay_later(charge.provider_reference)
    payment = settle(attempt_id=charge.pk)
    assert (payment.status, payment.is_processing) == (AttemptStatus.PENDING, True)
    assert fresh(invoice).status == InvoiceStatus.OPEN
    assert fresh(invoice.order).status == "Payment in progress"
    assert heard == []
    stripe.settle_later(charge.provider_reference)
    payment = settle(attempt_id=charge.pk)
    assert (payment.status, payment.is_processing) == (AttemptStatus.SUCCEEDED, False)
    assert fresh(invoice).status == InvoiceStatus.PAID


def test_a_promise_that_was_not_kept_frees_the_order(stripe, invoice, charge):
    stripe.pay_later(charge.provider_reference)
    stripe.settle_later(charge.provider_reference, succeed=False)
    payment = settle(attempt_id=charge.pk)
    assert payment.status == AttemptStatus.FAILED
    assert fresh(invoice.order).status == "New"
    assert start(invoice=invoice, gateway_name="stripe").pk != payment.pk


@pytest.mark.parametrize("kind", ["status", "html", "empty", "reset", "lost", "truncated", "cut", "hang"])
def test_no_answer_is_unknown_and_changes_nothing(stripe, settings, invoice, charge, kind):
    settings.STRIPE_TIMEOUTS = (0.3, 0.3)
    stripe.pay(charge.provider_reference)
    stripe.fail_next(kind=kind, seconds=60)
    with pytest.raises(Unavailable):
        settle(attempt_id=charge.pk)
    assert fresh(charge).status == AttemptStatus.PENDING
    stripe.faults.clear()
    settings.STRIPE_TIMEOUTS = (5.0, 5.0)
    assert settle(attempt_id=charge.pk).status == AttemptStatus.SUCCEEDED


TAMPERED = {
    "amount": {"amount_total": 9599},
    "currency": {"currency": "usd"},
    "mode": {"livemode": True},
    "reference": {"client_reference_id": "somebody-elses"},
}
MISMATCHES = [*itertools.combinations(TAMPERED, 1), *itertools.combinations(TAMPERED, 2)]


@pytest.mark.parametrize("wrong", MISMATCHES, ids="+".join)
def test_money_that_does_not_fit_pays_nothing_and_is_reviewed(
    stripe, invoice, charge, heard, outbox, run_jobs, wrong, audited
):
    stripe.pay(charge.provider_reference)
    for name in wrong:
        stripe.tamper(charge.provider_reference, **TAMPERED[name])
    for _ in range(3):
        settle(attempt_id=charge.pk)
    assert fresh(charge).status == AttemptStatus.PENDING
    assert fresh(invoice).status == InvoiceStatus.OPEN
    assert fresh(invoice.order).status == "Payment in progress"
    assert heard == [] and LedgerTransaction.objects.count() == 0
    item = ReviewItem.objects.get()
    assert item.kind == "mismatch"
    assert all(name in item.detail for name in wrong)
    assert outbox("review:mismatch:") == [f"review:{item.key}"]
    assert audited() == []


def test_a_receiving_account_that_is_not_ours_pays_nothing(stripe, settings, invoice, charge):
    from dataclasses import replace

    from storefront.billing.gateway_registry import gateway
    from storefront.billing.services.settlement import mismatches

    settings.PAYMENT_ACCOUNTS = {"stripe": "acct_ours"}
    stripe.pay(charge.provider_reference)
    snapshot = gateway("stripe").fetch(charge.provider_reference)
    assert mismatches(charge, invoice, snapshot) == []  # Stripe does not tell it
    assert mismatches(charge, invoice, replace(snapshot, account_reference="acct_ours")) == []
    assert mismatches(charge, invoice, replace(snapshot, account_reference="acct_theirs")) == ["account"]


def test_a_small_payment_does_not_pay_for_another_order(stripe, customer, make_customer):
    """The token of a cheap order, brought to a dear one: neither by hint nor by reference does it pay."""
    thief = make_customer("thief@example.com")
    dear, cheap = make_invoice(customer, "1000.00"), make_invoice(thief, "1.00")
    stripe.fail_next(kind="lost", method="POST")
    with pytest.raises(Exception, match="does not answer"):
        start(invoice=dear, gateway_name="stripe")  # its row does not know the provider's name for it yet
    dear_payment = PaymentAttempt.objects.get(invoice=dear)
    cheap_payment = start(invoice=cheap, gateway_name="stripe")
    stripe.pay(cheap_payment.provider_reference)
    settle(attempt_id=dear_payment.pk, provider_reference=cheap_payment.provider_reference)
    assert fresh(dear).status == InvoiceStatus.OPEN
    assert fresh(dear_payment).provider_reference is None
    assert ReviewItem.objects.get().kind == "mismatch"
    settle(attempt_id=cheap_payment.pk)
    assert fresh(cheap).status == InvoiceStatus.PAID
    assert fresh(dear).status == InvoiceStatus.OPEN


def test_a_hint_finds_the_charge_whose_opening_was_never_answered(stripe, invoice):
    stripe.fail_next(kind="lost", method="POST")
    with pytest.raises(Exception, match="does not answer"):
        start(invoice=invoice, gateway_name="stripe")
    payment = PaymentAttempt.objects.get()
    (session,) = stripe.sessions()
    stripe.pay(session["id"])
    assert settle(attempt_id=payment.pk).status == AttemptStatus.CREATED
    assert settle(attempt_id=payment.pk, provider_reference=session["id"]).status == AttemptStatus.SUCCEEDED
    assert fresh(invoice).status == InvoiceStatus.PAID


def test_money_for_a_void_invoice_is_kept_for_its_customer(stripe, invoice, charge, heard, outbox, audited):
    PaymentAttempt.objects.filter(pk=charge.pk).update(status=AttemptStatus.CANCELLED)  # the provider was never told
    invoices.void(invoice=invoice, reason="test")
    stripe.pay(charge.provider_reference)
    for _ in range(2):
        settle(attempt_id=charge.pk)
    assert fresh(charge).status == AttemptStatus.SUCCEEDED
    assert fresh(invoice).status == InvoiceStatus.VOID
    assert fresh(invoice.order).status == "Cancelled"
    assert ledger.balance_of(invoice.customer, "EUR") == Decimal("96.00")
    assert ReviewItem.objects.get().kind == "late_payment"
    assert outbox("late-payment:") == [f"late-payment:{charge.public_id}"]
    assert heard == []
    assert audited() == []


def test_a_second_payment_is_kept_for_its_customer(stripe, invoice, charge, heard, outbox, audited):
    PaymentAttempt.objects.filter(pk=charge.pk).update(
        status=AttemptStatus.CANCELLED
    )  # given up by us, open at the provider
    second = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(charge.provider_reference)
    stripe.pay(second.provider_reference)
    settle(attempt_id=second.pk)
    settle(attempt_id=charge.pk)
    assert fresh(invoice).status == InvoiceStatus.PAID
    assert ledger.balance_of(invoice.customer, "EUR") == Decimal("96.00")
    assert ReviewItem.objects.get().kind == "second_payment"
    assert len(heard) == 1
    assert outbox("late-payment:") == [f"late-payment:{charge.public_id}"]
    assert audited() == []


def test_money_that_a_debt_eats_up_is_kept_and_put_before_the_staff(
    stripe, customer, make_customer, invoice, charge, heard, audited
):
    owed = payments.register(
        customer=customer, gateway="bank", reference="tx-1", is_live=True, amount=Decimal("10.00"), currency="EUR"
    )
    ledger.pay_out(customer=customer, payment=owed, amount=Decimal("30.00"), currency="EUR", key="given-back")
    known = audited()
    stripe.pay(charge.provider_reference)
    for _ in range(2):
        settle(attempt_id=charge.pk)
    assert fresh(charge).status == AttemptStatus.SUCCEEDED
    assert (fresh(invoice).status, fresh(invoice.order).status) == (InvoiceStatus.OPEN, "New")
    assert ledger.balance_of(customer, "EUR") == Decimal("76.00")
    item = ReviewItem.objects.get()
    assert item.kind == reviews.MISMATCH and "76.00 EUR are on the personal account" in item.detail
    assert progress.of(fresh(charge)).code == status.of_invoice(fresh(invoice)).code == "review"
    with pytest.raises(PaymentInReview):
        start(invoice=invoice, gateway_name="stripe")
    assert heard == [] and set(audited()) < set(known)  # the account is not below zero any more
    resolve(item=item, by=make_customer("staff@example.com"), reason="The debt is settled")
    assert status.of_invoice(fresh(invoice)).may_pay
    again = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(again.provider_reference)
    settle(attempt_id=again.pk)
    assert fresh(invoice).status == InvoiceStatus.PAID and len(heard) == 1
    assert ledger.balance_of(customer, "EUR") == Decimal("76.00")


def test_an_invoice_without_an_order_is_paid_once_too(stripe, customer, heard, audited):
    invoice = make_invoice(customer, with_order=False)
    first = start(invoice=invoice, gateway_name="stripe")
    PaymentAttempt.objects.filter(pk=first.pk).update(status=AttemptStatus.CANCELLED)
    second = start(invoice=invoice, gateway_name="stripe")
    for payment in (second, first):
        stripe.pay(payment.provider_reference)
        settle(attempt_id=payment.pk)
    assert heard == [(invoice.number, second.payment.pk)]
    assert ledger.balance_of(customer, "EUR") == Decimal("96.00")
    assert audited() == []


def test_money_for_an_order_staff_cancelled_is_kept_for_its_customer(stripe, invoice, charge, heard):
    fresh(invoice.order).set_status("Cancelled")
    stripe.pay(charge.provider_reference)
    settle(attempt_id=charge.pk)
    assert ledger.balance_of(invoice.customer, "EUR") == Decimal("96.00")
    assert heard == []


def test_a_listener_that_fails_undoes_everything_and_the_next_try_succeeds(stripe, invoice, charge, audited):
    stripe.pay(charge.provider_reference)

    def fail(sender, **kwargs):
        raise RuntimeError("no license today")

    signals.invoice_paid.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            settle(attempt_id=charge.pk)
    finally:
        signals.invoice_paid.disconnect(fail)
    assert fresh(charge).status == AttemptStatus.PENDING
    assert fresh(invoice).status == InvoiceStatus.OPEN
    assert LedgerTransaction.objects.count() == 0
    settle(attempt_id=charge.pk)
    assert fresh(invoice).status == InvoiceStatus.PAID
    assert audited() == []


def test_settling_inside_a_transaction_is_refused(stripe, charge, transactional_db):
    from django.db import transaction

    stripe.pay(charge.provider_reference)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        settle(attempt_id=charge.pk)
