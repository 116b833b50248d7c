"""Ways to pay where the buyer must still act: the order waits, says how, and lets them pay otherwise.

https://docs.stripe.com/payments/vouchers and https://docs.stripe.com/payments/bank-transfers.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as django_settings

from storefront.billing import instructions, status
from storefront.billing.errors import AlreadyPaid, PaymentAwaited, PaymentUnavailable
from storefront.billing.models import Invoice, PaymentAttempt, ReviewItem
from storefront.billing.services import dunning, ledger
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.reconcile import reconcile
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import clock
from storefront.notifications.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def voucher(stripe, invoice):
    """A Multibanco voucher that the shop knows of."""
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.issue_voucher(payment.provider_reference)
    return settle(attempt_id=payment.pk)


def fresh(row):
    row.refresh_from_db()
    return row


def poll():
    PaymentAttempt.objects.exclude(next_check_at=None).update(next_check_at=clock.now())
    return poll_open_attempts()


@pytest.mark.parametrize(
    ("method", "name", "labels", "lapses"),
    [
        ("multibanco", "Multibanco", ["Entity", "Reference"], True),
        ("boleto", "Boleto", ["Number"], True),
        ("konbini", "Konbini", [], True),
        ("oxxo", "OXXO", ["Number"], True),
        ("customer_balance", "bank transfer", ["Reference", "Account holder", "IBAN", "BIC", "Still to pay"], False),
    ],
)
def test_the_order_waits_and_says_how_to_pay(stripe, invoice, audited, method, name, labels, lapses):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.issue_voucher(payment.provider_reference, method=method)
    payment = settle(attempt_id=payment.pk)
    assert payment.status == AttemptStatus.PENDING and payment.is_awaited and not payment.is_processing
    told = instructions.told(payment)
    assert (told.method, [label for label, _ in told.details]) == (name, labels)
    assert told.url == f"{stripe.base_url}/c/voucher/{payment.provider_reference}"
    assert (told.pay_until is not None) is lapses
    state = status.of_invoice(invoice)
    assert (state.code, state.may_pay) == ("awaited", True) and name in state.reason
    assert fresh(invoice.order).status == "Payment in progress"
    assert audited() == []


def test_the_buyer_is_told_by_mail_once(stripe, voucher, outbox):
    for _ in range(3):
        settle(attempt_id=voucher.pk)
    (key,) = outbox("payment-awaited:")
    context = OutboxMessage.objects.get(key=key).payload["context"]
    assert context["method"] == "Multibanco" and "/c/voucher/" in context["voucher_url"]
    assert {"label": "Reference", "value": "123 456 789"} in context["details"]


def test_a_voucher_that_is_paid_pays_the_order(stripe, invoice, voucher, outbox, audited):
    stripe.pay_voucher(voucher.provider_reference)
    assert settle(attempt_id=voucher.pk).status == AttemptStatus.SUCCEEDED
    assert fresh(invoice).status == InvoiceStatus.PAID
    assert instructions.told(fresh(voucher)) is None and fresh(voucher).method_label == "multibanco"
    assert len(outbox("payment_received:")) == 1 and outbox("payment-failed:") == []
    assert audited() == []


def test_a_voucher_that_lapses_frees_the_order_and_is_told(stripe, invoice, voucher, outbox, audited):
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
        stripe.lapse_voucher(voucher.provider_reference)
        for _ in range(2):
            poll()
        state = status.of_invoice(invoice)
        assert audited() == []
        assert start(invoice=invoice, gateway_name="stripe").pk != voucher.pk
    assert (state.code, state.reason) == ("failed", "It was not paid in time. Please pay again, this way or another.")
    assert len(outbox("payment-failed:")) == 1


def test_a_debit_that_fails_is_told_too(stripe, invoice, outbox):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay_later(payment.provider_reference)
    settle(attempt_id=payment.pk)
    stripe.settle_later(payment.provider_reference, succeed=False)
    settle(attempt_id=payment.pk)
    assert len(outbox("payment-failed:")) == 1


def test_paying_again_by_mistake_leads_to_the_voucher(stripe, invoice, voucher):
    with pytest.raises(PaymentAwaited):
        start(invoice=invoice, gateway_name="stripe")
    with pytest.raises(PaymentAwaited):
        start(invoice=invoice, instead_of="another", gateway_name="stripe")
    assert stripe.stats()["session_creates"] == 1


def test_a_voucher_nobody_told_us_of_is_met_when_they_press(stripe, invoice):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.issue_voucher(payment.provider_reference)
    with pytest.raises(PaymentAwaited):
        start(invoice=invoice, gateway_name="stripe")
    assert fresh(payment).is_awaited


def test_paying_another_way_opens_a_page_at_once(stripe, invoice, voucher, audited):
    payment = start(invoice=invoice, instead_of=voucher.public_id, gateway_name="stripe")
    assert payment.pk != voucher.pk and payment.redirect_url
    assert (fresh(voucher).status, voucher.failure_code) == (AttemptStatus.CANCELLED, "given_up")
    assert status.of_attempt(voucher).code == "void"
    assert [each["path"].rsplit("/", 1)[1] for each in stripe.requests()].count("cancel") == 1
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    assert fresh(invoice).status == InvoiceStatus.PAID
    assert audited() == []


def test_money_that_comes_by_the_voucher_all_the_same_is_kept_for_the_customer(stripe, invoice, voucher, audited):
    payment = start(invoice=invoice, instead_of=voucher.public_id, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    stripe.pay_voucher(voucher.provider_reference)
    poll()
    assert fresh(voucher).status == AttemptStatus.SUCCEEDED
    assert ledger.balance_of(invoice.customer, "EUR") == invoice.amount
    assert ReviewItem.objects.get().kind == "second_payment"
    assert audited() == []


def test_a_voucher_paid_first_closes_the_page_opened_instead(stripe, invoice, voucher, audited):
    payment = start(invoice=invoice, instead_of=voucher.public_id, gateway_name="stripe")
    stripe.pay_voucher(voucher.provider_reference)
    settle(attempt_id=voucher.pk)
    assert fresh(invoice).status == InvoiceStatus.PAID
    poll()
    assert fresh(payment).status == AttemptStatus.CANCELLED
    assert stripe.pay(payment.provider_reference) == "closed"
    assert not ReviewItem.objects.exists() and audited() == []


def test_a_voucher_paid_at_that_very_moment_is_taken_instead(stripe, invoice, voucher):
    stripe.pay_voucher(voucher.provider_reference)
    with pytest.raises(AlreadyPaid):
        start(invoice=invoice, instead_of=voucher.public_id, gateway_name="stripe")
    assert stripe.stats()["session_creates"] == 1


def test_while_the_provider_is_away_the_voucher_is_kept(stripe, invoice, voucher):
    stripe.fail_next(kind="reset", method="POST")
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, instead_of=voucher.public_id, gateway_name="stripe")
    assert fresh(voucher).is_awaited


def test_a_key_that_may_not_cancel_keeps_nobody_from_paying_another_way(stripe, invoice, voucher):
    stripe.rights.restrict(checkout_session="write", payment_intent="read", charge="write", dispute="read")
    assert start(invoice=invoice, instead_of=voucher.public_id, gateway_name="stripe").redirect_url


def test_one_that_the_seller_cancels_by_hand_is_over(stripe, invoice, voucher, outbox):
    stripe.cancel_voucher(voucher.provider_reference)
    assert settle(attempt_id=voucher.pk).status == AttemptStatus.CANCELLED
    assert outbox("payment-failed:") == []
    assert start(invoice=invoice, gateway_name="stripe").redirect_url


def test_what_was_given_up_is_no_difference_and_is_looked_at_after_its_end(stripe, invoice, voucher):
    start(invoice=invoice, instead_of=voucher.public_id, gateway_name="stripe")
    assert reconcile() == 0 and not ReviewItem.objects.exists()
    asked = len(stripe.requests())
    poll_open_attempts()
    assert len(stripe.requests()) == asked
    end = instructions.pay_until(fresh(voucher))
    assert voucher.next_check_at > end
    with time_machine.travel(end + timedelta(hours=2)):
        stripe.lapse_voucher(voucher.provider_reference)
        poll()
    assert (fresh(voucher).status, voucher.next_check_at) == (AttemptStatus.CANCELLED, None)


def test_a_transfer_that_was_given_up_is_looked_at_daily_and_cancelled_once(stripe, invoice):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.issue_voucher(payment.provider_reference, method="customer_balance")
    settle(attempt_id=payment.pk)
    start(invoice=invoice, instead_of=payment.public_id, gateway_name="stripe")
    for _ in range(3):
        poll()
    assert [each["path"].rsplit("/", 1)[1] for each in stripe.requests()].count("cancel") == 1
    assert timedelta(hours=23) < fresh(payment).next_check_at - clock.now() <= timedelta(days=1)


def test_an_order_is_not_void_while_its_voucher_can_be_paid(stripe, invoice, voucher):
    Invoice.objects.update(reminded_at=clock.now())
    with time_machine.travel(invoice.due_at - timedelta(hours=1)):
        PaymentAttempt.objects.update(
            instructions={**voucher.instructions, "pay_until": (invoice.due_at + timedelta(days=2)).isoformat()}
        )
    with time_machine.travel(invoice.due_at + timedelta(days=1)):
        assert dunning.void_overdue() == 0
    with time_machine.travel(invoice.due_at + timedelta(days=3)):
        assert dunning.void_overdue() == 1
    assert fresh(invoice).status == InvoiceStatus.VOID


def test_a_transfer_that_never_lapses_holds_up_nothing(stripe, invoice, audited):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.issue_voucher(payment.provider_reference, method="customer_balance")
    settle(attempt_id=payment.pk)
    Invoice.objects.update(reminded_at=clock.now())
    with time_machine.travel(clock.now() + timedelta(days=django_settings.UNPAID_ORDER_DAYS + 2)):
        assert dunning.void_overdue() == 1
        stripe.pay_voucher(payment.provider_reference)
        settle(attempt_id=payment.pk)
    assert ReviewItem.objects.get().kind == "late_payment"
    assert ledger.balance_of(invoice.customer, "EUR") == invoice.amount
    assert audited() == []
