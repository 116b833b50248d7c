"""Opening a charge: one at a time, the same one again, and never for money nobody owes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from storefront.billing.errors import (
    AlreadyPaid,
    CannotBeCharged,
    InvoiceVoid,
    PaymentInReview,
    PaymentProcessing,
    PaymentUnavailable,
)
from storefront.billing.models import PaymentAttempt, ReviewItem
from storefront.billing.services import cancelling, invoices, resolving
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus
from storefront.core import clock
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


def status_of(order):
    order.refresh_from_db()
    return order.status


def test_a_charge_asks_for_the_invoice_and_nothing_else(stripe, customer):
    invoice = make_invoice(customer, "96.00", "4.50")
    payment = start(invoice=invoice, gateway_name="stripe")
    (session,) = stripe.sessions()
    assert (session["amount_total"], session["currency"]) == (10050, "eur")
    assert session["client_reference_id"] == payment.public_id
    assert payment.status == AttemptStatus.PENDING
    assert (payment.amount, payment.currency) == (Decimal("100.50"), "EUR")
    assert payment.redirect_url == session["url"]
    assert status_of(invoice.order) == "Payment in progress"


def test_starting_again_leads_to_the_same_page(stripe, invoice):
    first, second = start(invoice=invoice, gateway_name="stripe"), start(invoice=invoice, gateway_name="stripe")
    assert (first.pk, first.redirect_url) == (second.pk, second.redirect_url)
    assert stripe.stats()["session_creates"] == 1


def test_the_row_and_its_key_are_there_before_the_provider_is_asked(stripe, invoice):
    stripe.fail_next(kind="reset", count=9, method="POST")
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    payment = PaymentAttempt.objects.get()
    assert payment.status == AttemptStatus.CREATED
    assert stripe.requests()[0]["idempotency_key"] == f"payment-{payment.pk}"


@pytest.mark.parametrize("kind", ["lost", "hang", "truncated", "cut"])
def test_an_answer_that_was_lost_opens_no_second_charge(stripe, settings, invoice, kind):
    settings.STRIPE_TIMEOUTS = (0.3, 0.3)
    stripe.fail_next(kind=kind, method="POST", seconds=60)
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    assert PaymentAttempt.objects.get().status == AttemptStatus.CREATED
    stripe.faults.clear()
    settings.STRIPE_TIMEOUTS = (5.0, 5.0)
    payment = start(invoice=invoice, gateway_name="stripe")
    assert payment.status == AttemptStatus.PENDING and payment.redirect_url
    assert PaymentAttempt.objects.count() == 1
    assert stripe.stats()["session_creates"] == 1
    assert {request["idempotency_key"] for request in stripe.requests() if request["method"] == "POST"} == {
        f"payment-{payment.pk}"
    }


@pytest.mark.parametrize("kind", ["status", "html", "empty", "reset"])
def test_a_provider_that_is_down_is_unknown_not_refused(stripe, invoice, kind):
    stripe.fail_next(kind=kind, method="POST", status=503)
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    assert PaymentAttempt.objects.get().status == AttemptStatus.CREATED
    assert status_of(invoice.order) == "Payment in progress"


def test_a_definite_no_ends_the_attempt_and_the_next_one_is_new(stripe, invoice, outbox):
    stripe.fail_next(kind="status", status=400, count=2)
    for _ in range(2):
        with pytest.raises(CannotBeCharged):
            start(invoice=invoice, gateway_name="stripe")
    assert [payment.status for payment in PaymentAttempt.objects.all()] == [AttemptStatus.FAILED] * 2
    assert len({request["idempotency_key"] for request in stripe.requests()}) == 2
    assert status_of(invoice.order) == "New"
    assert ReviewItem.objects.get().kind == "cannot_charge" and len(outbox("review:cannot_charge")) == 1


@pytest.mark.parametrize(
    ("amount", "currency"), [("0.49", "EUR"), ("0.21", "EUR"), ("49", "JPY"), ("14.99", "CZK"), ("1000000", "EUR")]
)
def test_what_the_provider_is_known_to_refuse_is_not_asked_of_it(stripe, customer, amount, currency, outbox):
    invoice = make_invoice(customer, amount, currency=currency)
    for _ in range(2):
        with pytest.raises(CannotBeCharged):
            start(invoice=invoice, gateway_name="stripe")
    assert stripe.requests() == [] and not PaymentAttempt.objects.exists()
    assert ReviewItem.objects.get().invoice == invoice and len(outbox("review:cannot_charge")) == 1


def test_a_matter_that_comes_back_after_it_was_resolved_is_filed_again(stripe, invoice, customer):
    stripe.fail_next(kind="status", status=400, count=2)
    with pytest.raises(CannotBeCharged):
        start(invoice=invoice, gateway_name="stripe")
    resolving.resolve(item=ReviewItem.objects.get(), by=customer, reason="Set right at the provider.")
    with pytest.raises(CannotBeCharged):
        start(invoice=invoice, gateway_name="stripe")
    assert ReviewItem.objects.filter(kind="cannot_charge").count() == 2
    resolving.resolve(item=ReviewItem.objects.filter(resolved_at=None).get(), by=customer, reason="Now really.")
    assert start(invoice=invoice, gateway_name="stripe").redirect_url


@pytest.mark.parametrize("email", ["user@localhost", "grüße@example.com", "a@[127.0.0.1]", "o@shop.invalid", ""])
def test_an_address_the_provider_refuses_keeps_nobody_from_paying(stripe, make_customer, email):
    invoice = make_invoice(make_customer("buyer@example.com"), email=email)
    start(invoice=invoice, gateway_name="stripe")
    assert stripe.sessions()[0]["customer_email"] is None


def test_a_wrong_key_of_ours_is_nobodys_refusal(stripe, settings, invoice):
    settings.STRIPE_API_KEY = "sk_test_another"
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    assert PaymentAttempt.objects.get().status == AttemptStatus.CREATED
    settings.STRIPE_API_KEY = "sk_test_sandbox"
    assert start(invoice=invoice, gateway_name="stripe").redirect_url


def test_an_expired_page_makes_room_for_a_new_attempt(stripe, invoice):
    first = start(invoice=invoice, gateway_name="stripe")
    stripe.expire(first.provider_reference)
    second = start(invoice=invoice, gateway_name="stripe")
    assert second.pk != first.pk
    assert second.redirect_url != first.redirect_url
    first.refresh_from_db()
    assert first.status == AttemptStatus.CANCELLED
    assert status_of(invoice.order) == "Payment in progress"


def test_a_page_about_to_close_is_closed_before_another_opens(stripe, invoice):
    first = start(invoice=invoice, gateway_name="stripe")
    PaymentAttempt.objects.filter(pk=first.pk).update(expires_at=clock.now() + timedelta(seconds=90))
    second = start(invoice=invoice, gateway_name="stripe")
    assert second.pk != first.pk
    assert [session["status"] for session in stripe.sessions()] == ["open", "expired"]


def test_a_paid_invoice_is_not_charged_again_even_if_nobody_told_us(stripe, invoice):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    with pytest.raises(AlreadyPaid):
        start(invoice=invoice, gateway_name="stripe")
    assert status_of(invoice.order) == "Paid"
    with pytest.raises(AlreadyPaid):
        start(invoice=invoice, gateway_name="stripe")
    assert stripe.stats() == {"session_creates": 1, "charges": 1, "refunds": 0}


def test_a_void_invoice_is_not_charged(stripe, invoice):
    invoices.void(invoice=invoice, reason="test")
    with pytest.raises(InvoiceVoid):
        start(invoice=invoice, gateway_name="stripe")
    assert stripe.requests() == []


def test_an_order_cancelled_by_staff_is_not_charged(stripe, invoice):
    invoice.order.set_status("Cancelled")
    with pytest.raises(InvoiceVoid):
        start(invoice=invoice, gateway_name="stripe")


def test_a_buyer_whose_bank_has_not_answered_is_not_asked_to_pay_again(stripe, invoice):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay_later(payment.provider_reference)
    with pytest.raises(PaymentProcessing):
        start(invoice=invoice, gateway_name="stripe")
    stripe.fail_next(kind="reset", method="GET")
    with pytest.raises(PaymentProcessing):
        start(invoice=invoice, gateway_name="stripe")  # what we know stays known while the provider is away
    assert stripe.stats()["session_creates"] == 1


def test_money_that_does_not_fit_is_looked_at_before_more_is_asked_for(stripe, invoice):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    stripe.tamper(payment.provider_reference, amount_total=100)
    settle(attempt_id=payment.pk)
    with pytest.raises(PaymentInReview):
        start(invoice=invoice, gateway_name="stripe")


def test_while_the_provider_is_away_the_open_page_is_still_offered(stripe, invoice):
    first = start(invoice=invoice, gateway_name="stripe")
    stripe.fail_next(kind="reset", method="GET")
    assert start(invoice=invoice, gateway_name="stripe").redirect_url == first.redirect_url


def test_an_attempt_unknown_for_most_of_a_day_is_given_up(stripe, invoice):
    stripe.fail_next(kind="reset", method="POST")
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    with time_machine.travel(clock.now() + timedelta(hours=21)):
        payment = start(invoice=invoice, gateway_name="stripe")
    assert [(each.status, each.failure_code) for each in PaymentAttempt.objects.order_by("pk")] == [
        (AttemptStatus.FAILED, "abandoned"),
        (AttemptStatus.PENDING, ""),
    ]
    assert payment.redirect_url


def test_an_object_the_provider_lost_is_reported_and_replaced(stripe, invoice, outbox):
    first = start(invoice=invoice, gateway_name="stripe")
    stripe.reset()
    second = start(invoice=invoice, gateway_name="stripe")
    assert second.pk != first.pk
    assert outbox("review:unknown-to-provider:")


def test_cancel_open_closes_the_page_at_the_provider_first(stripe, invoice):
    payment = start(invoice=invoice, gateway_name="stripe")
    cancelling.cancel_open(invoice=invoice)
    payment.refresh_from_db()
    assert payment.status == AttemptStatus.CANCELLED
    assert stripe.sessions()[0]["status"] == "expired"
    assert stripe.pay(payment.provider_reference) == "closed"
    assert status_of(invoice.order) == "New"


def test_cancel_open_settles_what_was_paid_meanwhile(stripe, invoice):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    cancelling.cancel_open(invoice=invoice)
    assert status_of(invoice.order) == "Paid"


def test_cancel_open_finds_a_charge_whose_opening_was_never_answered(stripe, invoice):
    stripe.fail_next(kind="lost", method="POST")
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    cancelling.cancel_open(invoice=invoice)
    assert [session["status"] for session in stripe.sessions()] == ["expired"]
    assert PaymentAttempt.objects.get().status == AttemptStatus.CANCELLED
