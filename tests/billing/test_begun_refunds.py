"""Refunds that we begin: the row comes first, the provider is asked under its key, and what it says is booked once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction

from storefront.billing.errors import NotRefundable, RefundRefused, RefundUnknown
from storefront.billing.models import Refund, ReviewItem
from storefront.billing.services import payments, refund_booking, refunds, sales
from storefront.billing.services.refund_units import refundable
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceStatus, RefundStatus
from storefront.core import clock
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.stripe import Gateway
from tests.billing.building import make_invoice
from tests.billing.test_refunds import balances, kinds

pytestmark = pytest.mark.django_db

ALL, TEN = Decimal("96.00"), Decimal("10.00")
#: https://docs.stripe.com/testing#refunds
STAYS_PENDING = "4000000000007726"


@pytest.fixture
def staff(make_customer):
    person = make_customer("staff@example.com")
    person.is_staff = True
    person.save()
    return person


@pytest.fixture
def paid(stripe, invoice):
    return pay(stripe, invoice)


def pay(stripe, invoice, **how):
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference, **how)
    return settle(attempt_id=attempt.pk).payment


def fresh(row):
    row.refresh_from_db()
    return row


def give_back(payment, amount=ALL):
    return refunds.start(payment=fresh(payment), amount=amount, reason="Not what they wanted")


def refund_requests(stripe):
    return [each for each in stripe.requests() if each["path"] == "/v1/refunds" and each["method"] == "POST"]


def test_a_whole_refund_takes_the_purchase_back(stripe, invoice, paid, audited):
    refund = give_back(paid)
    assert (refund.status, refund.is_ours, refund.next_check_at) == (RefundStatus.SUCCEEDED, True, None)
    assert refund.reference.startswith("re_")
    assert fresh(paid).amount_refunded == ALL
    assert fresh(invoice).status == InvoiceStatus.REFUNDED
    assert balances() == {}
    (request,) = refund_requests(stripe)
    assert {name.lower(): value for name, value in request["headers"].items()}["idempotency-key"] == str(refund)
    assert audited() == []


def test_a_part_and_then_the_rest(stripe, invoice, paid, audited):
    give_back(paid, TEN)
    assert (fresh(invoice).status, kinds()) == (InvoiceStatus.PAID, ["partial_refund"])
    assert refundable(fresh(paid)) == ALL - TEN
    give_back(paid, ALL - TEN)
    assert fresh(invoice).status == InvoiceStatus.REFUNDED
    assert Refund.objects.count() == 2
    assert audited() == []


@pytest.mark.parametrize("amount", ["96.01", "0", "-1", "0.001"])
def test_more_than_was_paid_and_what_is_no_amount_are_refused(stripe, paid, amount):
    with pytest.raises(NotRefundable):
        give_back(paid, Decimal(amount))
    assert not Refund.objects.exists() and not refund_requests(stripe)


def test_what_was_given_back_cannot_be_given_back_again(stripe, paid):
    stripe.refund(paid.reference, amount=9000)
    settle(attempt_id=paid.attempt_id)
    with pytest.raises(NotRefundable):
        give_back(paid, TEN)
    give_back(paid, Decimal("6.00"))


def test_a_second_start_while_the_first_is_unknown_gives_nothing_back_twice(stripe, paid, audited):
    stripe.fail_next(kind="reset", method="POST")
    with pytest.raises(RefundUnknown):
        give_back(paid)
    with pytest.raises(NotRefundable):
        give_back(paid)
    assert Refund.objects.get().status == RefundStatus.CREATED


def test_a_lost_answer_is_asked_for_again_under_the_same_key(stripe, invoice, paid, audited):
    stripe.fail_next(kind="lost", method="POST")  # made, but nobody hears of it
    with pytest.raises(RefundUnknown):
        give_back(paid)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert refunds.follow_open() == 1
        assert refunds.follow_open() == 0
    assert stripe.stats()["refunds"] == 1
    refund = Refund.objects.get()
    assert (refund.status, refund.next_check_at) == (RefundStatus.SUCCEEDED, None)  # and is not asked about again
    assert fresh(invoice).status == InvoiceStatus.REFUNDED
    assert audited() == []


def test_the_provider_refuses(stripe, paid, audited):
    stripe.dispute(paid.reference)
    with pytest.raises(RefundRefused) as refusal:
        give_back(paid)
    refund = Refund.objects.get()
    assert (refund.status, refund.failure_code) == (RefundStatus.FAILED, refusal.value.code)
    assert refund.next_check_at is None


def test_pending_then_arrived(stripe, invoice, audited):
    paid = pay(stripe, invoice, card=STAYS_PENDING)
    refund = give_back(paid)
    assert (refund.status, fresh(paid).amount_refunded) == (RefundStatus.PENDING, ALL)
    assert refund.next_check_at > clock.now()
    stripe.settle_refund(refund.reference, succeed=True)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert refunds.follow_open() == 1
    assert (fresh(refund).status, refund.next_check_at) == (RefundStatus.SUCCEEDED, None)
    assert audited() == []


def test_pending_then_failed(stripe, invoice, audited):
    paid = pay(stripe, invoice, card=STAYS_PENDING)
    refund = give_back(paid, TEN)
    assert fresh(paid).amount_refunded == TEN
    stripe.settle_refund(refund.reference, succeed=False)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert refunds.follow_open() == 1
    assert (fresh(refund).status, refund.next_check_at) == (RefundStatus.FAILED, None)
    assert fresh(refund).failure_code == "expired_or_canceled_card"
    assert fresh(paid).amount_refunded == 0
    assert balances() == {"provider": -ALL, "sales": ALL}
    assert kinds() == ["partial_refund", "refund_failed"]
    assert refundable(fresh(paid)) == ALL
    assert audited() == []


def test_one_that_fails_before_anybody_looked_is_told_too(stripe, invoice, audited):
    paid = pay(stripe, invoice, card=STAYS_PENDING)
    stripe.fail_next(kind="lost", method="POST")
    with pytest.raises(RefundUnknown):
        give_back(paid, TEN)
    (made,) = stripe.state.all("refund")
    stripe.settle_refund(made["id"], succeed=False)
    settle(attempt_id=paid.attempt_id, look_for_refunds=True)
    assert Refund.objects.get().status == RefundStatus.FAILED
    assert kinds() == ["refund_failed"]
    assert audited() == []


def test_one_begun_at_the_provider_becomes_a_row(stripe, paid, audited):
    reference = stripe.refund(paid.reference, amount=1000)
    for _ in range(2):
        settle(attempt_id=paid.attempt_id)
    refund = Refund.objects.get()
    assert (refund.reference, refund.amount, refund.is_ours) == (reference, TEN, False)
    assert refund.status == RefundStatus.SUCCEEDED
    assert audited() == []


def test_after_the_life_of_its_key_it_is_only_looked_for(stripe, paid, audited):
    """Asked again then, the provider would take it for another refund."""
    stripe.fail_next(kind="reset", method="POST")  # the provider never heard of it
    with pytest.raises(RefundUnknown):
        give_back(paid)
    with time_machine.travel(clock.now() + Gateway.key_lifetime):
        refunds.follow_open()
    refund = Refund.objects.get()
    assert (refund.status, refund.failure_code) == (RefundStatus.FAILED, "abandoned")
    assert stripe.stats()["refunds"] == 0 and ReviewItem.objects.get().kind == "refund_failed"
    assert refundable(fresh(paid)) == ALL


def test_of_two_invoices_the_latest_gives_back_first(stripe, customer, audited):
    """Money without an attempt, as by bank transfer: part of one invoice, and another."""
    first, second = make_invoice(customer, "60.00"), make_invoice(customer, "50.00")
    transfer = payments.register(
        customer=customer, gateway="bank", reference="tx-1", is_live=True, amount=Decimal("100.00"), currency="EUR"
    )
    rest = payments.register(
        customer=customer, gateway="bank", reference="tx-2", is_live=True, amount=TEN, currency="EUR"
    )
    payments.pay(first, [(transfer, Decimal("60.00"))])
    payments.pay(second, [(transfer, Decimal("40.00")), (rest, TEN)])
    assert {fresh(first).status, fresh(second).status} == {InvoiceStatus.PAID}
    assert balances() == {"provider": Decimal("-110.00"), "sales": Decimal("110.00")}
    assert audited() == []
    with transaction.atomic():
        refund_booking.follow(transfer, snapshot_of(transfer, amount_refunded=Decimal("45.00")))
    left = {sale.invoice: sale.left for sale in sales.sales_of(transfer)}
    assert left == {second: 0, first: Decimal("55.00")}
    assert balances() == {"provider": Decimal("-65.00"), "sales": Decimal("65.00")}
    assert audited() == []
    with pytest.raises(NotRefundable):  # no gateway of ours can give it back
        refunds.start(payment=transfer, amount=TEN, reason="")


def test_a_whole_refund_that_leaves_an_invoice_partly_paid_is_told_to_staff(stripe, customer, audited):
    first, second = make_invoice(customer, "60.00"), make_invoice(customer, "50.00")
    transfer = payments.register(
        customer=customer, gateway="bank", reference="tx-1", is_live=True, amount=Decimal("100.00"), currency="EUR"
    )
    rest = payments.register(
        customer=customer, gateway="bank", reference="tx-2", is_live=True, amount=TEN, currency="EUR"
    )
    payments.pay(first, [(transfer, Decimal("60.00"))])
    payments.pay(second, [(transfer, Decimal("40.00")), (rest, TEN)])
    with transaction.atomic():
        refund_booking.follow(transfer, snapshot_of(transfer, amount_refunded=Decimal("100.00")))
    assert (fresh(first).status, fresh(second).status) == (InvoiceStatus.REFUNDED, InvoiceStatus.PAID)
    assert kinds() == ["refund"]
    assert audited() == []
    ReviewItem.objects.all().delete()
    assert [finding.partition(":")[0] for finding in audited()] == ["paid-invoice-without-sale"]


def snapshot_of(payment, **changes):
    values = {
        "provider_reference": payment.reference,
        "our_reference": "",
        "state": RemoteState.SUCCEEDED,
        "amount": payment.amount,
        "currency": payment.currency,
        "is_live": True,
    }
    return PaymentSnapshot(**values | changes)


def command(*arguments):
    out = StringIO()
    call_command("payments", "refund", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_gives_back(stripe, paid, staff):
    assert "10.00 EUR" in command(paid.reference, "10.00", "--reason", "As agreed", "--by", staff.email)
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.begun_by) == (TEN, "As agreed", staff)


@pytest.mark.parametrize("arguments", [("cs_unknown", "1.00"), ("", "96.01")])
def test_the_command_says_why_not(stripe, paid, arguments):
    reference, amount = arguments
    with pytest.raises(CommandError):
        command(reference or paid.reference, amount, "--reason", "As agreed")
    assert not refund_requests(stripe)
