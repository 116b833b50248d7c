"""Refunds and disputes, whoever caused them: what the provider says is booked once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from storefront.billing import signals
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import LedgerEntry, Payment, PaymentAttempt, Refund, ReviewItem
from storefront.billing.services import invoices, ledger
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(stripe, invoice):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    return settle(attempt_id=payment.pk)


@pytest.fixture
def heard():
    messages = []

    def refunded(sender, **kwargs):
        messages.append("refunded")

    def disputed(sender, **kwargs):
        messages.append(("disputed", kwargs["is_disputed"]))

    signals.invoice_refunded.connect(refunded)
    signals.payment_disputed.connect(disputed)
    yield messages
    signals.invoice_refunded.disconnect(refunded)
    signals.payment_disputed.disconnect(disputed)


def kinds():
    return list(ReviewItem.objects.order_by("pk").values_list("kind", flat=True))


def balances():
    """By kind of account: what the ledger says."""
    sums: dict[str, Decimal] = {}
    for kind, amount in LedgerEntry.objects.values_list("account__kind", "amount"):
        sums[kind] = sums.get(kind, Decimal(0)) + amount
    return {kind: amount for kind, amount in sums.items() if amount}


def test_a_whole_refund_takes_the_purchase_back(stripe, invoice, paid, heard, audited):
    stripe.refund(paid.provider_reference)
    for _ in range(3):
        settle(attempt_id=paid.pk)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.REFUNDED
    assert invoice.order.__class__.objects.get(pk=invoice.order.pk).status == "Refunded"
    assert heard == ["refunded"]
    assert balances() == {}
    assert Payment.objects.get().amount_refunded == Decimal("96.00")
    assert audited() == []


def test_a_part_given_back_is_booked_and_put_before_the_staff(stripe, invoice, paid, heard, audited):
    stripe.refund(paid.provider_reference, amount=1000)
    for _ in range(3):
        settle(attempt_id=paid.pk)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID
    assert balances() == {"provider": Decimal("-86.00"), "sales": Decimal("86.00")}
    assert kinds() == ["partial_refund"]
    assert heard == []
    stripe.refund(paid.provider_reference)
    settle(attempt_id=paid.pk)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.REFUNDED
    assert balances() == {}
    assert heard == ["refunded"]
    assert audited() == []


def test_a_part_whose_refund_failed_is_as_if_it_had_never_been(stripe, invoice, paid, audited):
    refund = stripe.refund(paid.provider_reference, amount=1000)
    settle(attempt_id=paid.pk)
    stripe.settle_refund(refund, succeed=False)
    settle(attempt_id=paid.pk)
    assert balances() == {"provider": Decimal("-96.00"), "sales": Decimal("96.00")}
    assert kinds() == ["partial_refund", "refund_failed"]
    stripe.refund(paid.provider_reference, amount=1000)  # the same figure again is another refund
    settle(attempt_id=paid.pk)
    assert balances() == {"provider": Decimal("-86.00"), "sales": Decimal("86.00")}
    assert audited() == []


def test_a_whole_refund_that_failed_leaves_the_money_on_the_personal_account(stripe, invoice, paid, audited):
    refund = stripe.refund(paid.provider_reference)
    settle(attempt_id=paid.pk)
    stripe.settle_refund(refund, succeed=False)
    settle(attempt_id=paid.pk)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.REFUNDED
    assert ledger.balance_of(invoice.customer, "EUR") == Decimal("96.00")
    assert kinds() == ["refund_failed"]
    assert audited() == []


def test_late_money_given_back_leaves_nothing_behind(stripe, invoice, audited, heard):
    payment = start(invoice=invoice, gateway_name="stripe")
    PaymentAttempt.objects.filter(pk=payment.pk).update(status=AttemptStatus.CANCELLED)
    invoices.void(invoice=invoice, reason="test")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    stripe.refund(payment.provider_reference)
    settle(attempt_id=payment.pk)
    assert balances() == {}
    assert heard == []
    assert kinds() == ["late_payment", "refund"]
    assert audited() == []


def test_a_refund_seen_with_the_payment_itself_is_booked_too(stripe, invoice, heard, audited):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    stripe.refund(payment.provider_reference)
    settle(attempt_id=payment.pk)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.REFUNDED
    assert balances() == {}
    assert audited() == []


def test_a_dispute_is_told_once(stripe, paid, heard, outbox):
    stripe.dispute(paid.provider_reference)
    for _ in range(3):
        settle(attempt_id=paid.pk)
    assert heard == [("disputed", True)]
    assert kinds() == ["dispute"]
    assert len(outbox("review:dispute:")) == 1


def snapshot_of(payment, **changes):
    values = {
        "provider_reference": payment.provider_reference,
        "our_reference": payment.public_id,
        "state": RemoteState.SUCCEEDED,
        "amount": payment.amount,
        "currency": payment.currency,
        "is_live": False,
        "charge_reference": payment.charge_reference,
    }
    return PaymentSnapshot(**{**values, **changes})


def test_an_answer_that_was_overtaken_takes_nothing_back(stripe, invoice, paid, heard):
    from storefront.billing.services.settlement import StaleAnswer, record

    seen = PaymentAttempt.objects.get().revision
    stripe.refund(paid.provider_reference)
    settle(attempt_id=paid.pk)
    for stale in (
        snapshot_of(paid, amount_refunded=Decimal(0)),
        snapshot_of(paid, state=RemoteState.OPEN, amount_refunded=Decimal("96.00")),
    ):
        with pytest.raises(StaleAnswer):
            record(attempt_id=paid.pk, snapshot=stale, seen=seen)
    assert Payment.objects.get().amount_refunded == Decimal("96.00")
    assert kinds() == []


def test_an_overtaken_answer_with_a_refund_that_has_failed_meanwhile_is_not_believed(stripe, paid, heard):
    from storefront.billing.services.settlement import StaleAnswer, record

    refund_id = stripe.refund(paid.provider_reference, amount=1000)
    seen = PaymentAttempt.objects.get().revision
    overtaken = gateway("stripe").fetch(paid.provider_reference, look_for_refunds=True)
    stripe.settle_refund(refund_id, succeed=False)
    settle(attempt_id=paid.pk, look_for_refunds=True)
    with pytest.raises(StaleAnswer):
        record(attempt_id=paid.pk, snapshot=overtaken, seen=seen)
    assert Payment.objects.get().amount_refunded == 0
    assert [refund.status for refund in Refund.objects.all()] == ["failed"]


def test_a_dispute_that_was_withdrawn_is_told_too(stripe, paid, heard):
    stripe.dispute(paid.provider_reference)
    settle(attempt_id=paid.pk)
    stripe.close_dispute(paid.provider_reference, won=True)
    settle(attempt_id=paid.pk)
    assert heard == [("disputed", True), ("disputed", False)]


@pytest.mark.parametrize("state", [RemoteState.OPEN, RemoteState.FAILED, RemoteState.EXPIRED, RemoteState.PROCESSING])
def test_a_success_the_provider_takes_back_is_put_before_the_staff(stripe, invoice, paid, state):
    from storefront.billing.services.settlement import record

    record(attempt_id=paid.pk, snapshot=snapshot_of(paid, state=state), seen=PaymentAttempt.objects.get().revision)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID
    assert PaymentAttempt.objects.get().status == AttemptStatus.SUCCEEDED
    assert kinds() == ["reverted"]
