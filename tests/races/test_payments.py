"""Many at once: clicks, webhooks, returns, polls. One wins, nobody notices.

Each race has a control run with its guard off, which must go wrong; else the race proves nothing.
"""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models.signals import post_save
from django.test import Client
from oscar.apps.order.models import Order

from storefront.billing.audit import checks
from storefront.billing.documents.models import DocumentRequest
from storefront.billing.errors import NotRefundable
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Dispute, LedgerTransaction, PaymentAttempt, PaymentMethod, Refund, ReviewItem
from storefront.billing.services import (
    disputes,
    locking,
    orders,
    receiving,
    refund_units,
    refunds,
    settlement,
)
from storefront.billing.services.cancelling import cancel_open
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.reconcile import reconcile
from storefront.billing.services.reconcile_days import reconcile_days
from storefront.billing.services.settlement import record, settle
from storefront.billing.services.starting import start
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus, InvoiceStatus
from storefront.core import clock, states
from storefront.gateways.payments.base import RemoteState
from storefront.inbox.models import InboundEvent
from storefront.inbox.processing import process_due
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice
from tests.billing.deliveries import deliver, events
from tests.races.conftest import UNGUARDED, dawdle, errors, listening, wrongs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

CROWDS = [2, 8, 32]
#: How long a racer dawdles between looking and writing, so that a missing lock shows.
DAWDLE = 0.05


@pytest.fixture(autouse=True)
def patience(settings):
    settings.STRIPE_TIMEOUTS = (5.0, 20.0)


@pytest.fixture
def invoice(customer):
    PaymentMethod.objects.create(name="stripe")  # the first charge writes it, and whoever is second waits for that
    return make_invoice(customer)


@pytest.fixture
def without_locks(monkeypatch):
    """The guard off: rows are read as they are, nobody waits for anybody."""

    def look(instance):
        instance.refresh_from_db()
        return instance

    monkeypatch.setattr(states, "lock", look)
    monkeypatch.setattr(f"{__name__}.DAWDLE", UNGUARDED)


@pytest.fixture
def dawdling(monkeypatch):
    """A pause between the guard and the change, for every payment that succeeds."""
    receive = receiving.receive

    def slowly(attempt):
        dawdle(DAWDLE)
        return receive(attempt)

    monkeypatch.setattr(receiving, "receive", slowly)


@pytest.fixture
def slow_to_commit(monkeypatch):
    """A pause between writing a new attempt and committing it: long enough for everybody to have looked."""
    follow = orders.follow_attempts

    def slowly(invoice):
        follow(invoice)
        dawdle(DAWDLE)

    monkeypatch.setattr(orders, "follow_attempts", slowly)


@pytest.fixture
def slow_to_book():
    """A pause between looking for a dispute's row and committing it."""

    def slowly(**kwargs):
        dawdle(DAWDLE)

    post_save.connect(slowly, sender=Dispute)
    yield
    post_save.disconnect(slowly, sender=Dispute)


def assert_settled_once(invoice, heard):
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID
    assert invoice.order.status_changes.filter(new_status="Paid").count() == 1
    assert LedgerTransaction.objects.count() == 2
    assert OutboxMessage.objects.filter(key__startswith="payment_received:").count() == 1
    assert heard[invoice.number] == 1
    assert wrongs([], heard) == []


@pytest.mark.parametrize("crowd", CROWDS)
def test_returns_at_once_settle_once(stripe, invoice, race, dawdling, crowd):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    with listening() as heard:
        assert errors(race(lambda: settle(attempt_id=payment.pk), copies=crowd)) == []
    assert_settled_once(invoice, heard)


def test_control_run_without_locks_returns_at_once_collide(stripe, invoice, race, dawdling, without_locks):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    with listening() as heard:
        results = race(lambda: settle(attempt_id=payment.pk), copies=4)
    assert wrongs(results, heard)


def test_two_hundred_webhooks_and_twenty_returns_settle_once(stripe, invoice, race):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    completed = [event for event in events(stripe) if event["type"] == "checkout.session.completed"]

    def ten_webhooks():
        deliver(Client(), completed * 10)

    with listening() as heard:
        results = race(*[ten_webhooks] * 20, *[lambda: settle(attempt_id=payment.pk)] * 20, *[process_due] * 4)
        while process_due():
            pass
    assert errors(results) == []
    assert InboundEvent.objects.get(event_id=completed[0]["id"]).copies == 200
    assert_settled_once(invoice, heard)


@pytest.mark.parametrize("crowd", [2, 8])
def test_webhook_return_poll_and_cancel_at_once_settle_once(stripe, invoice, race, crowd):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    deliver(Client(), events(stripe))
    PaymentAttempt.objects.update(next_check_at=clock.now())
    with listening() as heard:
        results = race(
            process_due,
            lambda: settle(attempt_id=payment.pk),
            poll_open_attempts,
            lambda: cancel_open(invoice=invoice),
            copies=crowd,
        )
        while process_due():
            pass
    assert errors(results) == []
    assert_settled_once(invoice, heard)


@pytest.mark.parametrize("crowd", CROWDS)
def test_clicks_at_once_open_one_charge(stripe, invoice, race, slow_to_commit, crowd):
    results = race(lambda: start(invoice=invoice, gateway_name="stripe").redirect_url, copies=crowd)
    pages = {result for result in results if isinstance(result, str)}
    assert len(pages) == 1
    # Whoever came while the provider was still busy with the first may be asked to click again, never more.
    assert all(type(error).__name__ == "PaymentUnavailable" for error in errors(results))
    assert stripe.stats()["session_creates"] == 1
    assert PaymentAttempt.objects.count() == 1
    assert start(invoice=invoice, gateway_name="stripe").redirect_url in pages


@pytest.mark.parametrize("crowd", CROWDS)
@pytest.mark.parametrize("kind", ["status", "broken"])
def test_clicks_at_once_on_a_remembered_failure_open_one_page(stripe, invoice, race, slow_to_commit, crowd, kind):
    stripe.fail_next(kind=kind, method="POST")
    results = race(lambda: start(invoice=invoice, gateway_name="stripe").redirect_url, copies=crowd)
    pages = {result for result in results if isinstance(result, str)}
    assert len(pages) <= 1  # of many who came too early, each may be asked to click again
    assert all(type(error).__name__ == "PaymentUnavailable" for error in errors(results))
    page = start(invoice=invoice, gateway_name="stripe").redirect_url
    assert pages <= {page}
    assert PaymentAttempt.objects.filter(status__in=OPEN_ATTEMPT).count() == 1
    reconcile()
    assert [each["url"] for each in stripe.sessions() if each["status"] == "open"] == [page]


@pytest.mark.parametrize("crowd", CROWDS)
def test_a_voucher_is_given_up_once_by_however_many_clicks(stripe, invoice, race, crowd):
    voucher = start(invoice=invoice, gateway_name="stripe")
    stripe.issue_voucher(voucher.provider_reference)
    settle(attempt_id=voucher.pk)
    results = race(
        lambda: start(invoice=invoice, instead_of=voucher.public_id, gateway_name="stripe").redirect_url, copies=crowd
    )
    pages = {result for result in results if isinstance(result, str)}
    assert all(type(error).__name__ == "PaymentUnavailable" for error in errors(results))
    assert pages <= {start(invoice=invoice, gateway_name="stripe").redirect_url}
    assert stripe.stats()["session_creates"] == 2
    assert PaymentAttempt.objects.filter(status__in=OPEN_ATTEMPT).count() == 1


@pytest.mark.parametrize("crowd", [2, 8])
def test_a_voucher_paid_while_it_is_given_up_is_taken_once(stripe, invoice, race, crowd):
    voucher = start(invoice=invoice, gateway_name="stripe")
    stripe.issue_voucher(voucher.provider_reference)
    settle(attempt_id=voucher.pk)

    def pay_elsewhere():
        stripe.pay_voucher(voucher.provider_reference)
        settle(attempt_id=voucher.pk)

    with listening() as heard:
        race(
            pay_elsewhere,
            *[lambda: start(invoice=invoice, instead_of=voucher.public_id, gateway_name="stripe")] * crowd,
        )
        settle(attempt_id=voucher.pk)
        PaymentAttempt.objects.filter(status__in=OPEN_ATTEMPT).update(next_check_at=clock.now())
        poll_open_attempts()
    assert_settled_once(invoice, heard)
    assert [each["status"] for each in stripe.sessions() if each["status"] == "open"] == []


def test_control_run_without_lock_and_constraint_clicks_open_many_charges(
    stripe, invoice, race, slow_to_commit, without_locks
):
    from django.db import connection

    constraint = next(each for each in PaymentAttempt._meta.constraints if each.name == "one_open_payment")
    with connection.schema_editor() as editor:
        editor.remove_constraint(PaymentAttempt, constraint)
    try:
        race(lambda: start(invoice=invoice, gateway_name="stripe"), copies=8)
        assert stripe.stats()["session_creates"] > 1
    finally:
        PaymentAttempt.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(PaymentAttempt, constraint)


def test_without_the_lock_the_constraint_still_allows_one_charge(stripe, invoice, race, slow_to_commit, without_locks):
    race(lambda: start(invoice=invoice, gateway_name="stripe"), copies=8)
    assert stripe.stats()["session_creates"] == 1
    assert PaymentAttempt.objects.filter(status__in=OPEN_ATTEMPT).count() == 1


def test_a_refund_at_the_same_moment_as_the_payment_is_booked_once(stripe, invoice, race, dawdling):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    race(lambda: stripe.refund(payment.provider_reference), *[lambda: settle(attempt_id=payment.pk)] * 8)
    settle(attempt_id=payment.pk)
    payment.refresh_from_db()
    invoice.refresh_from_db()
    assert payment.payment.amount_refunded == payment.amount
    assert invoice.status == InvoiceStatus.REFUNDED
    assert LedgerTransaction.objects.count() == 4
    assert [str(finding) for finding in checks()] == []


@pytest.fixture
def slow_to_claim(monkeypatch):
    """A pause between looking at what may be given back and taking it."""
    look = refund_units.refundable

    def slowly(payment):
        left = look(payment)
        dawdle(DAWDLE)
        return left

    monkeypatch.setattr(refund_units, "refundable", slowly)


def give_back_at_once(stripe, invoice, race, *, copies):
    """Everybody gives back the whole of one payment."""
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    payment = settle(attempt_id=attempt.pk).payment
    return race(lambda: refunds.start(payment=payment, amount=payment.amount, reason=""), copies=copies)


@pytest.mark.parametrize("crowd", CROWDS)
def test_refunds_of_the_whole_at_once_are_one(stripe, invoice, race, slow_to_claim, crowd):
    results = give_back_at_once(stripe, invoice, race, copies=crowd)
    assert {type(error) for error in errors(results)} == {NotRefundable} and len(errors(results)) == crowd - 1
    assert Refund.objects.get().status == "succeeded"
    assert stripe.stats()["refunds"] == 1
    assert [str(finding) for finding in checks()] == []


def test_control_run_without_locks_the_whole_is_asked_for_more_than_once(
    stripe, invoice, race, slow_to_claim, without_locks
):
    give_back_at_once(stripe, invoice, race, copies=8)
    assert Refund.objects.count() > 1  # wrong, though the provider refuses all but one


@pytest.mark.parametrize("crowd", CROWDS)
@pytest.mark.parametrize("steps", [["needs_response"], ["lost"], ["lost", "appeal_needs_response"], ["won"]])
def test_news_of_a_dispute_at_once_are_booked_once(stripe, invoice, race, slow_to_book, crowd, steps):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    stripe.dispute(payment.provider_reference, status="warning_needs_response")
    stripe.move_dispute(payment.provider_reference, status="needs_response")
    for step in steps:
        if step != "needs_response":
            stripe.move_dispute(payment.provider_reference, status=step)
    results = race(lambda: settle(attempt_id=payment.pk, look_for_disputes=True), copies=crowd)
    assert errors(results) == []
    assert payment.payment.disputes.count() == ReviewItem.objects.count() == 1
    assert DocumentRequest.objects.filter(kind="credit_note").count() == ("lost" in steps)
    assert [str(finding) for finding in checks()] == []


def overtaken(stripe, invoice):
    """A payment whose lost dispute is known, the answer from before that, and what was known when it was asked for."""
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    stripe.dispute(payment.provider_reference)
    seen = PaymentAttempt.objects.get().revision
    answer = gateway("stripe").fetch(payment.provider_reference)
    stripe.close_dispute(payment.provider_reference, won=False)
    settle(attempt_id=payment.pk)
    return payment, answer, seen


def test_an_answer_from_before_the_decision_changes_nothing(stripe, invoice):
    payment, answer, seen = overtaken(stripe, invoice)
    with pytest.raises(settlement.StaleAnswer):
        record(attempt_id=payment.pk, snapshot=answer, seen=seen)
    assert payment.payment.disputes.get().stage == "lost"


def test_control_run_an_answer_that_is_not_compared_undoes_the_decision(stripe, invoice, monkeypatch):
    payment, answer, seen = overtaken(stripe, invoice)
    monkeypatch.setattr(disputes, "differ", lambda payment, found: False)
    record(attempt_id=payment.pk, snapshot=answer, seen=seen)
    assert payment.payment.disputes.get().stage == "open"  # wrong


def test_a_dispute_decided_while_it_is_read_ends_as_the_provider_says(stripe, invoice, race, dawdling):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    stripe.dispute(payment.provider_reference)

    def look():
        settle(attempt_id=payment.pk, look_for_disputes=True)

    race(lambda: stripe.close_dispute(payment.provider_reference, won=True), *[look] * 8)
    look()
    assert payment.payment.disputes.get().stage == "won"
    assert [str(finding) for finding in checks()] == []


def test_no_transaction_is_open_while_the_provider_is_asked(stripe, invoice, monkeypatch):
    """Whoever waits for a provider must not hold a lock meanwhile."""
    from django.db import connection

    from storefront.gateways.payments.stripe import Gateway

    asked = []
    calls = {"start", "fetch", "cancel", "refund", "find_recent", "find_disputed", "movements"}
    for name in calls:
        method = getattr(Gateway, name)

        def watched(self, *args, _method=method, _name=name, **more):
            asked.append((_name, connection.in_atomic_block))
            return _method(self, *args, **more)

        monkeypatch.setattr(Gateway, name, watched)
    payment = start(invoice=invoice, gateway_name="stripe")
    cancel_open(invoice=invoice)
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    payment = settle(attempt_id=payment.pk)
    refunds.start(payment=payment.payment, amount=payment.amount, reason="")
    reconcile()
    reconcile_days()
    assert {name for name, _ in asked} == calls
    assert not any(in_transaction for _, in_transaction in asked)


@pytest.fixture
def decline(monkeypatch):
    """Between reading the rows and writing that the card was declined, the payment is written if it can be: where locks
    are taken it waits. The events: the decline has read; the payment is written."""
    compare, is_read, is_written = settlement.mismatches, threading.Event(), threading.Event()

    def slowly(payment, invoice, snapshot):
        if snapshot.state is not RemoteState.SUCCEEDED:
            is_read.set()
            is_written.wait(timeout=DAWDLE)
        return compare(payment, invoice, snapshot)

    monkeypatch.setattr(settlement, "mismatches", slowly)
    return is_read, is_written


def declined_then_paid(stripe, invoice, race, decline):
    """The answer 'paid' of a charge is recorded while the answer 'declined' is."""
    is_read, is_written = decline
    payment = start(invoice=invoice, gateway_name="stripe")
    seen, ask = PaymentAttempt.objects.get(pk=payment.pk).revision, gateway(payment.gateway).fetch
    stripe.pay(payment.provider_reference, card="4000000000009995")
    declined = ask(payment.provider_reference)
    stripe.pay(payment.provider_reference)
    paid = ask(payment.provider_reference)

    def pay():
        is_read.wait(timeout=30)
        try:
            return record(attempt_id=payment.pk, snapshot=paid, seen=seen)
        finally:
            is_written.set()

    return race(partial(record, attempt_id=payment.pk, snapshot=declined, seen=seen), pay)


def test_a_decline_at_the_same_moment_as_the_payment_leaves_the_order_paid(stripe, invoice, race, decline):
    results = declined_then_paid(stripe, invoice, race, decline)
    # The older answer may be told that it is old (settle then asks again); it never undoes the newer one.
    assert {type(error) for error in errors(results)} <= {settlement.StaleAnswer}
    assert Order.objects.get(pk=invoice.order_id).status == "Paid"
    assert [str(finding) for finding in checks()] == []


def test_control_run_without_locks_a_decline_takes_the_paid_order_back(
    stripe, invoice, race, decline, without_locks, monkeypatch
):
    monkeypatch.setattr(f"{__name__}.DAWDLE", 30)  # nobody is in the way, so it ends when the payment is written
    declined_then_paid(stripe, invoice, race, decline)
    assert Order.objects.get(pk=invoice.order_id).status == "New"


def test_a_provider_that_hangs_keeps_no_one_else_waiting(stripe, settings, customer, race):
    settings.STRIPE_TIMEOUTS = (2.0, 2.0)
    stuck, free = make_invoice(customer), make_invoice(customer)
    other = start(invoice=free, gateway_name="stripe")
    stripe.pay(other.provider_reference)
    stripe.fail_next(kind="hang", method="POST", seconds=60)
    results = race(lambda: start(invoice=stuck, gateway_name="stripe"), lambda: settle(attempt_id=other.pk))
    assert [type(error).__name__ for error in errors(results)] == ["PaymentUnavailable"]
    free.refresh_from_db()
    assert free.status == InvoiceStatus.PAID
    assert PaymentAttempt.objects.get(invoice=stuck).status == AttemptStatus.CREATED


def test_rows_held_too_long_by_somebody_else_are_unknown_and_nothing_more(stripe, invoice, race, monkeypatch):
    # of the connections that the racers open
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "options", "-c lock_timeout=500")
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)

    def meanwhile():
        with transaction.atomic():
            locking.lock_attempt(payment.pk)
            results = race(lambda: settle(attempt_id=payment.pk), lambda: start(invoice=invoice, gateway_name="stripe"))
        return sorted(type(result).__name__ for result in results)

    assert meanwhile() == ["PaymentUnavailable", "Unavailable"]
    assert settle(attempt_id=payment.pk).status == AttemptStatus.SUCCEEDED


def test_locks_are_taken_in_the_houses_one_order(stripe, invoice):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    received = settle(attempt_id=payment.pk).payment
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        locking.lock_payment(received.pk)
    tables = ["users_user", "order_order", "billing_invoice", "billing_payment", "billing_receivedpayment"]
    locked = [sql["sql"] for sql in captured if "FOR NO KEY UPDATE" in sql["sql"]]
    assert [next(table for table in tables if f'FROM "{table}"' in sql) for sql in locked] == tables
