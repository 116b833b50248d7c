"""A message of the provider is a hint: whatever comes, in whatever order and number, our rows say what it says."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storefront.billing.audit import checks
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Dispute, LedgerTransaction, Payment, PaymentAttempt, ReviewItem
from storefront.billing.services.starting import start
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus, InvoiceStatus
from storefront.gateways.payments.base import RemoteState
from storefront.gateways.payments.disputes import AGAINST_US
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.sandbox.stripe.disputes import STEPS
from storefront.sandbox.stripe.errors import ApiError
from tests.billing.building import make_invoice
from tests.billing.deliveries import deliver, events

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge(stripe, invoice):
    return start(invoice=invoice, gateway_name="stripe")


def fresh(row):
    row.refresh_from_db()
    return row


def test_a_message_settles_the_payment_without_the_buyer(client, stripe, invoice, charge, run_jobs):
    stripe.pay(charge.provider_reference)
    deliver(client, events(stripe))
    run_jobs()
    assert fresh(invoice).status == InvoiceStatus.PAID
    assert fresh(invoice.order).status == "Paid"
    assert not InboundEvent.objects.filter(status=InboundStatus.RECEIVED).exists()


def test_a_hundred_copies_of_every_message_settle_once(client, stripe, invoice, charge, run_jobs, outbox):
    stripe.pay(charge.provider_reference)
    deliver(client, events(stripe) * 100)
    run_jobs()
    assert fresh(invoice).status == InvoiceStatus.PAID
    assert LedgerTransaction.objects.count() == 2
    assert len(outbox("payment_received:")) == 1
    assert invoice.order.status_changes.filter(new_status="Paid").count() == 1


def test_a_message_that_lies_about_the_state_changes_nothing(client, stripe, invoice, charge, run_jobs):
    stripe.pay(charge.provider_reference)
    told = events(stripe)
    stripe.tamper(charge.provider_reference, payment_status="unpaid", status="open")
    deliver(client, told)
    run_jobs()
    assert fresh(invoice).status == InvoiceStatus.OPEN


def test_a_message_of_the_other_mode_has_no_effect_and_is_reported(client, stripe, invoice, charge, run_jobs):
    stripe.pay(charge.provider_reference)
    told = [event | {"livemode": True} for event in events(stripe) if event["type"] == "checkout.session.completed"]
    deliver(client, told)
    run_jobs()
    assert fresh(invoice).status == InvoiceStatus.OPEN
    assert [item.kind for item in ReviewItem.objects.all()] == ["wrong_mode"]


def test_a_message_about_nobody_is_ignored(client, stripe, invoice, charge, run_jobs):
    stripe.pay(charge.provider_reference)
    told = events(stripe)
    PaymentAttempt.objects.filter(pk=charge.pk).update(
        provider_reference="cs_other", charge_reference="", public_id="other"
    )
    deliver(client, told)
    run_jobs()
    assert set(InboundEvent.objects.values_list("status", flat=True)) == {InboundStatus.IGNORED}
    assert fresh(invoice).status == InvoiceStatus.OPEN


def test_while_the_provider_is_away_the_message_waits(client, stripe, invoice, charge, run_jobs):
    stripe.pay(charge.provider_reference)
    stripe.fail_next(kind="reset", count=99)
    deliver(client, events(stripe))
    run_jobs()
    assert fresh(invoice).status == InvoiceStatus.OPEN
    assert InboundEvent.objects.filter(status=InboundStatus.RECEIVED).exists()
    stripe.faults.clear()
    InboundEvent.objects.update(next_attempt_at=invoice.issued_at)
    run_jobs()
    assert fresh(invoice).status == InvoiceStatus.PAID


def test_a_refund_made_at_the_provider_reaches_us_by_its_charge(client, stripe, invoice, charge, run_jobs):
    stripe.pay(charge.provider_reference)
    deliver(client, events(stripe))
    run_jobs()
    before = len(events(stripe))
    stripe.refund(charge.provider_reference)
    deliver(client, events(stripe)[before:])
    run_jobs()
    assert fresh(invoice).status == InvoiceStatus.REFUNDED


@pytest.mark.parametrize("status", ["warning_needs_response", "needs_response"])
def test_a_dispute_that_is_told_before_the_payment_is_known_too(client, stripe, invoice, charge, run_jobs, status):
    """Nothing is known of its charge then, and of an inquiry the charge itself says nothing."""
    stripe.pay(charge.provider_reference)
    before = len(events(stripe))
    stripe.dispute(charge.provider_reference, status=status)
    told = events(stripe)
    deliver(client, told[before:])
    run_jobs()
    deliver(client, told[:before])
    run_jobs()
    assert fresh(invoice).status == InvoiceStatus.PAID
    assert Dispute.objects.count() == 1


def test_news_of_a_dispute_are_put_before_the_staff(client, stripe, invoice, charge, run_jobs):
    stripe.pay(charge.provider_reference)
    stripe.dispute(charge.provider_reference)
    deliver(client, events(stripe))
    run_jobs()
    before = len(events(stripe))
    stripe.close_dispute(charge.provider_reference, won=False)
    deliver(client, events(stripe)[before:] * 3)
    run_jobs()
    items = list(ReviewItem.objects.order_by("pk").values_list("kind", flat=True))
    assert items == ["dispute", "dispute_closed"]


def test_a_message_is_the_only_news_of_an_inquiry(client, stripe, invoice, charge, run_jobs):
    """The charge itself does not say that the bank has asked."""
    stripe.pay(charge.provider_reference)
    stripe.dispute(charge.provider_reference, status="warning_needs_response")
    deliver(client, events(stripe))
    run_jobs()
    assert fresh(charge).payment.disputes.get().stage == "inquiry" and not fresh(charge).payment.is_disputed


ACTS = (
    "pay",
    "decline",
    "pay later",
    "succeed later",
    "fail later",
    "voucher",
    "pay voucher",
    "let voucher lapse",
    "expire",
    "refund",
    "refund part",
    "fail refund",
    "dispute",
    "inquiry",
    "prevented",
    *STEPS,
)


def act(stripe, name, charge, refunds):
    """One thing that happens at the provider, if it can happen now."""
    session = charge.provider_reference
    try:
        match name:
            case "pay":
                stripe.pay(session)
            case "decline":
                stripe.pay(session, card="4000000000000002")
            case "pay later":
                stripe.pay_later(session)
            case "succeed later" | "fail later":
                stripe.settle_later(session, succeed=name == "succeed later")
            case "voucher":
                stripe.issue_voucher(session)
            case "pay voucher":
                stripe.pay_voucher(session)
            case "let voucher lapse":
                stripe.lapse_voucher(session)
            case "expire":
                stripe.expire(session)
            case "refund":
                refunds.append(stripe.refund(session))
            case "refund part":
                refunds.append(stripe.refund(session, amount=1000))
            case "fail refund" if refunds:
                stripe.settle_refund(refunds.pop(), succeed=False)
            case "dispute":
                stripe.dispute(session, amount=5000)
            case "inquiry":
                stripe.dispute(session, status="warning_needs_response")
            case "prevented":
                stripe.dispute(session, status="prevented")
            case _ if name in STEPS:
                stripe.move_dispute(session, status=name)
    except ApiError:
        return  # not possible in this state


numbers = itertools.count()


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_any_messages_in_any_order_and_number_end_in_the_providers_state(client, stripe, make_customer, run_jobs, data):
    customer = make_customer(f"buyer{next(numbers)}@example.com")
    invoice = make_invoice(customer)
    charge = start(invoice=invoice, gateway_name="stripe")
    refunds: list[str] = []
    for name in data.draw(st.lists(st.sampled_from(ACTS), max_size=7)):
        act(stripe, name, charge, refunds)
        told = events(stripe, charge.provider_reference)
        if told:
            deliver(client, data.draw(st.lists(st.sampled_from(told), max_size=3)))
            run_jobs()
    told = events(stripe, charge.provider_reference)
    copies = data.draw(st.lists(st.sampled_from(told), max_size=5)) if told else []
    deliver(client, data.draw(st.permutations(told + copies)))
    run_jobs()
    snapshot, payment = gateway("stripe").fetch(charge.provider_reference, look_for_disputes=True), fresh(charge)
    expected = {
        RemoteState.OPEN: OPEN_ATTEMPT,
        RemoteState.WAITING: OPEN_ATTEMPT,
        RemoteState.PROCESSING: OPEN_ATTEMPT,
        RemoteState.SUCCEEDED: (AttemptStatus.SUCCEEDED,),
        RemoteState.FAILED: (AttemptStatus.FAILED,),
        RemoteState.EXPIRED: (AttemptStatus.CANCELLED,),
    }[snapshot.state]
    assert payment.status in expected
    assert payment.is_awaited == (snapshot.state is RemoteState.WAITING)
    received = Payment.objects.filter(attempt=payment).first()
    assert (received.amount_refunded if received else 0) == snapshot.amount_refunded
    disputes = snapshot.disputes or ()
    assert (received.is_disputed if received else False) == any(each.takes_money for each in disputes)
    assert (received.amount_lost if received else 0) == sum(
        each.withdrawn for each in disputes if each.stage in AGAINST_US
    )
    assert {row.reference: row.stage for row in Dispute.objects.filter(payment=received)} == {
        each.dispute_reference: each.stage for each in disputes
    }
    assert (fresh(invoice).status in (InvoiceStatus.PAID, InvoiceStatus.REFUNDED)) == (
        snapshot.state is RemoteState.SUCCEEDED
    )
    assert [str(finding) for finding in checks()] == []
