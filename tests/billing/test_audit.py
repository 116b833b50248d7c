"""The auditor finds each broken rule that is put before it, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from storefront.billing.models import (
    Allocation,
    Invoice,
    InvoiceLine,
    InvoiceSequence,
    LedgerEntry,
    LedgerTransaction,
    Payment,
    PaymentAttempt,
    Refund,
)
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import audit, clock
from storefront.core.money import MoneySum
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(hours=1)


@pytest.fixture
def paid(stripe, invoice):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    return settle(attempt_id=payment.pk)


def found(audited):
    return {finding.partition(":")[0] for finding in audited()}


def test_a_sound_shop_has_no_findings(stripe, paid, customer, audited):
    start(invoice=make_invoice(customer), gateway_name="stripe")
    make_invoice(customer)
    assert audited() == []


BREAKS = {
    "ledger-unbalanced": lambda: LedgerEntry.objects.filter(amount__gt=0).update(amount=95),
    "ledger-without-cause": lambda: LedgerTransaction.objects.update(payment=None, invoice=None),
    "expense-without-origin": lambda: Allocation.objects.update(amount=1),
    "invoice-total": lambda: InvoiceLine.objects.update(amount=1),
    "invoice-changed": lambda: Invoice.objects.update(payer={"name": "Another"}),
    "invoice-line-terms": lambda: InvoiceLine.objects.update(plan_id=7),
    "unpaid-invoice-with-sale": lambda: Invoice.objects.update(status="open"),
    "paid-invoice-without-sale": lambda: LedgerTransaction.objects.filter(kind="purchase").update(invoice=None),
    "refunded-invoice-with-sale": lambda: Invoice.objects.update(status="refunded"),
    "invoice-numbers": lambda: InvoiceSequence.objects.update(last=7),
    "order-status": lambda: type(Invoice.objects.get().order).objects.update(status="New"),
    "paid-without-payment": lambda: Payment.objects.update(currency="USD"),
    "payment-not-in-ledger": lambda: Payment.objects.update(amount_refunded=5),
    "ledger-without-payment": lambda: LedgerTransaction.objects.update(payment=None),
    "payment-without-success": lambda: PaymentAttempt.objects.update(status="failed"),
    "attempt-without-payment": lambda: Payment.objects.update(amount=95),
    "sold-with-lost-money": lambda: Payment.objects.update(amount_lost=1),
    "refunded-more-than-paid": lambda: Payment.objects.update(amount_refunded=500),
    "refunds-beyond-refunded": lambda: Payment.objects.get().refunds.create(amount=1, is_ours=True, status="succeeded"),
    "payment-for-nothing": lambda: Allocation.objects.all().delete(),
    "payment-unknown": lambda: PaymentAttempt.objects.update(status="created", created_at=clock.now() - LONG_AGO),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_is_found(paid, audited, name):
    BREAKS[name]()
    assert name in found(audited)


def test_a_payment_the_poller_forgot_is_found(stripe, invoice, audited):
    start(invoice=invoice, gateway_name="stripe")
    PaymentAttempt.objects.update(next_check_at=clock.now() - LONG_AGO)
    assert found(audited) == {"payment-unknown"}
    PaymentAttempt.objects.update(next_check_at=None)
    assert found(audited) == {"payment-unknown"}


def test_a_refund_the_worker_forgot_is_found(paid, audited):
    refund = paid.payment.refunds.create(amount="1.00", is_ours=True, next_check_at=clock.now())
    assert audited() == []
    Refund.objects.update(next_check_at=clock.now() - LONG_AGO)
    assert found(audited) == {"refund-unknown"}
    Refund.objects.update(next_check_at=None)
    assert found(audited) == {"refund-unknown"} and str(refund) in "".join(audited())


@pytest.mark.parametrize("is_started", [False, True])
def test_an_order_that_says_something_else_than_its_attempts_is_found(stripe, invoice, audited, is_started):
    if is_started:
        start(invoice=invoice, gateway_name="stripe")
    type(invoice.order).objects.update(status="New" if is_started else "Payment in progress")
    assert found(audited) == {"order-attempt"}


def test_the_nightly_run_tells_the_staff_once_a_day(paid, settings):
    settings.AUDIT_CHECKS = ["storefront.billing.audit.checks"]
    assert audit.run_nightly() == 0
    assert not OutboxMessage.objects.filter(key__startswith="audit:").exists()
    InvoiceSequence.objects.update(last=7)
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(2):
            assert audit.run_nightly() == 1
    assert OutboxMessage.objects.filter(key__startswith="audit:").count() == 1


def test_the_command_fails_when_something_is_found(paid, settings):
    settings.AUDIT_CHECKS = ["storefront.billing.audit.checks"]
    out = StringIO()
    call_command("audit", stdout=out)
    assert "Nothing found" in out.getvalue()
    InvoiceSequence.objects.update(last=7)
    with pytest.raises(SystemExit):
        call_command("audit", stdout=out)
    assert "invoice-numbers" in out.getvalue()


def test_sums_are_exact_on_every_database(customer, audited):
    """SQLite adds floats: three times 158.28 is a bit more than 474.84 there."""
    invoice = make_invoice(customer, *["158.28"] * 3)
    assert audited() == []
    lines = InvoiceLine.objects.filter(invoice=invoice)
    assert lines.aggregate(sum=MoneySum("amount") - Decimal("474.84"))["sum"] == 0
