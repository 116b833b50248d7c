"""Stripe remembers a 500 with its idempotency key for a day (docs.stripe.com/api/idempotent_requests): nobody's order
hangs on it."""

from __future__ import annotations

import pytest

from storefront.billing.errors import PaymentUnavailable
from storefront.billing.models import PaymentAttempt, ReviewItem
from storefront.billing.services import invoices
from storefront.billing.services.cancelling import cancel_open
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.reconcile import reconcile
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import clock

pytestmark = pytest.mark.django_db

#: nothing was done, or a session was opened whose address nobody was told
FAILURES = pytest.mark.parametrize("kind", ["status", "broken"])


def states():
    return [(each.status, each.failure_code) for each in PaymentAttempt.objects.order_by("pk")]


@FAILURES
def test_one_press_goes_on_with_a_new_key(stripe, invoice, kind, audited):
    stripe.fail_next(kind=kind, method="POST")
    payment = start(invoice=invoice, gateway_name="stripe")
    assert states() == [(AttemptStatus.FAILED, "provider_failed"), (AttemptStatus.PENDING, "")]
    keys = [each["idempotency_key"] for each in stripe.requests() if each["method"] == "POST"]
    first = PaymentAttempt.objects.earliest("pk")
    assert keys == [first.idempotency_key, first.idempotency_key, payment.idempotency_key]
    invoice.order.refresh_from_db()
    assert invoice.order.status == "Payment in progress"
    assert start(invoice=invoice, gateway_name="stripe").pk == payment.pk
    assert audited() == []


def test_a_failure_learned_after_a_lost_answer_is_no_dead_end(stripe, invoice):
    """The answer was lost, and what was remembered for the key is a failure."""
    stripe.fail_next(kind="reset", method="POST")
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    stripe.fail_next(kind="broken", method="POST")
    assert start(invoice=invoice, gateway_name="stripe").redirect_url


def test_while_every_key_fails_the_buyer_is_not_kept_waiting(stripe, invoice):
    stripe.fail_next(kind="status", count=99, method="POST")
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    assert len(stripe.requests()) == 4  # two attempts, each asked twice
    stripe.faults.clear()
    assert start(invoice=invoice, gateway_name="stripe").redirect_url


@FAILURES
def test_an_invoice_in_that_state_can_be_made_void(stripe, invoice, kind, audited):
    stripe.fail_next(kind="reset", method="POST")
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    stripe.fail_next(kind=kind, method="POST")
    cancel_open(invoice=invoice)
    assert invoices.void(invoice=invoice, reason="test").status == InvoiceStatus.VOID
    assert states() == [(AttemptStatus.FAILED, "provider_failed")]
    assert audited() == []


def test_the_worker_gives_such_an_attempt_up_and_opens_none(stripe, invoice):
    stripe.fail_next(kind="reset", method="POST")
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    PaymentAttempt.objects.update(next_check_at=clock.now())
    stripe.fail_next(kind="status", method="POST")
    poll_open_attempts()
    assert states() == [(AttemptStatus.FAILED, "provider_failed")]
    invoice.order.refresh_from_db()
    assert invoice.order.status == "New"


def test_a_session_whose_address_nobody_holds_is_closed_when_it_is_found(stripe, invoice, audited):
    stripe.fail_next(kind="broken", method="POST")
    payment = start(invoice=invoice, gateway_name="stripe")
    assert [each["status"] for each in stripe.sessions()] == ["open", "open"]
    assert reconcile() == 1
    found = {each["client_reference_id"]: each["status"] for each in stripe.sessions()}
    orphan = PaymentAttempt.objects.earliest("pk")
    assert found == {payment.public_id: "open", orphan.public_id: "expired"}
    assert stripe.pay(orphan.provider_reference) == "closed"
    assert reconcile() == 0
    assert not ReviewItem.objects.exists() and audited() == []


def test_money_that_came_by_such_a_session_all_the_same_is_not_lost(stripe, invoice, audited):
    stripe.fail_next(kind="broken", method="POST")
    start(invoice=invoice, gateway_name="stripe")
    hidden = stripe.sessions()[1]["id"]
    stripe.pay(hidden)
    assert reconcile() == 1
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID
    assert audited() == []


def test_an_answer_that_comes_after_the_attempt_was_given_up_opens_nothing(stripe, invoice, monkeypatch):
    """A twin of the call got a page under the same key: it is shown to nobody, and the worker closes it."""
    from storefront.billing.gateway_registry import gateway
    from storefront.billing.services import opening

    stripe.fail_next(kind="reset", method="POST")
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    payment = PaymentAttempt.objects.get()
    started = gateway("stripe").start(opening.start_request(payment))
    opening.close(payment.pk, AttemptStatus.FAILED, failure_code=opening.PROVIDER_FAILED)
    opening.opened(payment.pk, started)
    while poll_open_attempts():
        PaymentAttempt.objects.exclude(next_check_at=None).update(next_check_at=clock.now())
    assert [each["status"] for each in stripe.sessions()] == ["expired"]
    assert PaymentAttempt.objects.get().status == AttemptStatus.FAILED
