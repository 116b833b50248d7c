"""Invoices paid by 2Checkout: from its link to the license, by its messages, the buyer's return and the poller."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from storefront.billing.gateway_registry import missing
from storefront.billing.models import Payment, PaymentAttempt, ReviewItem
from storefront.billing.services import ledger, payment_methods
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.reconcile import reconcile
from storefront.billing.services.refunds import start as refund
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import clock
from storefront.gateways.errors import Unavailable
from storefront.inbox.models import InboundEvent
from storefront.inbox.processing import process_due
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


def begun(invoice: Any) -> PaymentAttempt:
    return start(invoice=invoice, gateway_name="twocheckout")


def tell(client: Client, stand_in: TwoCheckoutStandIn, at: int = -1) -> Any:
    body = stand_in.notifications()[at]["body"]
    return client.post("/hooks/twocheckout/", body, content_type="application/x-www-form-urlencoded")


def test_it_is_offered_only_when_it_is_set_up(settings: Any) -> None:
    assert "twocheckout" not in payment_methods.offered()
    assert missing("twocheckout") == (
        "TWOCHECKOUT_MERCHANT_CODE", "TWOCHECKOUT_SECRET_KEYS", "TWOCHECKOUT_BUY_LINK_SECRET",
    )  # fmt: skip


def test_a_message_pays_the_invoice_and_is_answered_with_its_receipt(
    twocheckout: TwoCheckoutStandIn, invoice: Any, client: Client, audited: Any
) -> None:
    attempt = begun(invoice)
    twocheckout.buy(attempt.redirect_url)
    answers = [tell(client, twocheckout, at) for at in (0, 1, 1, 0)]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert answers[0].content.startswith(b'<sig algo="sha3-256" date="')
    assert InboundEvent.objects.get(summary="COMPLETE").copies == 2
    process_due()
    invoice.refresh_from_db()
    attempt.refresh_from_db()
    assert (invoice.status, attempt.status, attempt.method_label) == ("paid", "succeeded", "visa •••• 1111")
    assert Payment.objects.get().amount == Decimal("96.00") and audited() == []


@pytest.mark.django_db(transaction=True)
def test_the_sender_takes_the_answer_for_its_receipt(
    twocheckout: TwoCheckoutStandIn, invoice: Any, live_server: Any
) -> None:
    twocheckout.postman.url = f"{live_server.url}/hooks/twocheckout/"
    twocheckout.buy(begun(invoice).redirect_url)
    assert twocheckout.postman.drain()
    assert [each["taken"] for each in twocheckout.deliveries()] == [True, True]


def test_forged_ones_change_nothing(twocheckout: TwoCheckoutStandIn, invoice: Any, client: Client) -> None:
    attempt = begun(invoice)
    twocheckout.notification_mode(forged=True)
    twocheckout.buy(attempt.redirect_url)
    assert tell(client, twocheckout).status_code == 400
    twocheckout.notification_mode(forged=False, without="SIGNATURE_SHA3_256")
    twocheckout.buy(attempt.redirect_url)
    assert tell(client, twocheckout).status_code == 400
    assert not InboundEvent.objects.exists()


def test_an_old_message_says_nothing_about_now(twocheckout: TwoCheckoutStandIn, invoice: Any, client: Client) -> None:
    """Nothing in it says when it was signed: the state is asked for, and a refunded order stays refunded."""
    attempt = begun(invoice)
    number = twocheckout.buy(attempt.redirect_url)
    twocheckout.refund(number, amount="96.00")
    for at in (2, 1, 0):  # backwards
        assert tell(client, twocheckout, at).status_code == 200
        process_due()
    invoice.refresh_from_db()
    assert invoice.status == "refunded"
    assert Payment.objects.get().amount_refunded == Decimal("96.00")


def test_a_test_order_never_pays_where_money_is_real(
    twocheckout: TwoCheckoutStandIn, invoice: Any, client: Client, settings: Any
) -> None:
    attempt = begun(invoice)
    twocheckout.buy(attempt.redirect_url.replace("&test=1", ""))  # the other way round, as the stand-in is not https
    assert tell(client, twocheckout).status_code == 200
    process_due()
    invoice.refresh_from_db()
    assert invoice.status == "open"
    assert ReviewItem.objects.get().kind == "wrong_mode"
    assert settle(attempt_id=attempt.pk).status == "pending"


def test_the_poller_finds_what_nobody_told(twocheckout: TwoCheckoutStandIn, invoice: Any, time_machine: Any) -> None:
    attempt = begun(invoice)
    twocheckout.buy(attempt.redirect_url, outcome="review")
    time_machine.move_to(clock.now() + timedelta(seconds=61))
    poll_open_attempts()
    attempt.refresh_from_db()
    assert (attempt.status, attempt.is_processing) == ("pending", True)
    twocheckout.move(attempt.charge_reference, status="COMPLETE")
    settle(attempt_id=attempt.pk)
    invoice.refresh_from_db()
    assert invoice.status == "paid"


def test_money_that_comes_by_a_link_that_was_given_up_is_kept(
    twocheckout: TwoCheckoutStandIn, invoice: Any, client: Client
) -> None:
    """A link cannot be withdrawn; what it brings pays the invoice while that asks for money."""
    attempt = begun(invoice)
    assert cancel_attempt(attempt).status == "cancelled"
    twocheckout.buy(attempt.redirect_url)
    tell(client, twocheckout)
    process_due()
    invoice.refresh_from_db()
    assert invoice.status == "paid" and Payment.objects.count() == 1


def test_a_closed_link_is_looked_at_after_it_cannot_be_used_any_more(
    twocheckout: TwoCheckoutStandIn, invoice: Any, time_machine: Any
) -> None:
    attempt = cancel_attempt(begun(invoice))
    assert attempt.next_check_at and attempt.expires_at and attempt.next_check_at > attempt.expires_at
    twocheckout.buy(attempt.redirect_url)
    time_machine.move_to(attempt.next_check_at)
    poll_open_attempts()
    invoice.refresh_from_db()
    assert invoice.status == "paid"


@pytest.mark.parametrize("changes", [{"GrossPrice": 1.0}, {"GrossPrice": 96.01}, {"Currency": "usd"}])
def test_an_order_that_does_not_fit_pays_nothing(
    twocheckout: TwoCheckoutStandIn, invoice: Any, changes: dict[str, Any]
) -> None:
    attempt = begun(invoice)
    twocheckout.tamper(twocheckout.buy(attempt.redirect_url), **changes)
    assert settle(attempt_id=attempt.pk).status == "pending"
    invoice.refresh_from_db()
    assert invoice.status == "open" and not Payment.objects.exists()
    assert ReviewItem.objects.filter(kind="mismatch").count() == 1


def test_another_invoices_order_pays_nothing(
    twocheckout: TwoCheckoutStandIn, invoice: Any, customer: Any, client: Client
) -> None:
    mine, other = begun(invoice), begun(make_invoice(customer, "1.00"))
    number = twocheckout.buy(other.redirect_url)
    assert settle(attempt_id=mine.pk, provider_reference=number).status == "pending"
    twocheckout.tamper(number, ExternalReference=mine.provider_reference)
    assert settle(attempt_id=mine.pk).status == "pending"
    assert not Payment.objects.exists()


def test_refunds_part_then_whole_and_by_hand(twocheckout: TwoCheckoutStandIn, invoice: Any, audited: Any) -> None:
    attempt = begun(invoice)
    number = twocheckout.buy(attempt.redirect_url)
    payment = settle(attempt_id=attempt.pk).payment
    done = refund(payment=payment, amount=Decimal("16.00"), reason="asked for", by=None)
    assert done.status == "succeeded"
    twocheckout.refund(number, amount="80.00")
    settle(attempt_id=attempt.pk, look_for_refunds=True)
    payment.refresh_from_db()
    invoice.refresh_from_db()
    assert payment.amount_refunded == Decimal("96.00") and invoice.status == "refunded"
    assert audited() == []


def test_a_chargeback_takes_back_and_gives_again(
    twocheckout: TwoCheckoutStandIn, invoice: Any, client: Client, audited: Any
) -> None:
    attempt = begun(invoice)
    number = twocheckout.buy(attempt.redirect_url)
    settle(attempt_id=attempt.pk)
    with time_machine.travel(clock.now()) as traveller:
        for resolution, is_disputed in (("OPEN", True), ("WON", False), ("OPEN", True), ("LOST", True)):
            traveller.shift(timedelta(hours=1))  # messages of one second about one state would be copies
            twocheckout.charge_back(number, resolution=resolution)
            assert tell(client, twocheckout).status_code == 200
            process_due()
            payment = Payment.objects.get()
            assert payment.is_disputed is is_disputed, resolution
            assert audited() == []
    assert payment.amount_refunded == 0


def test_a_link_paid_twice_is_a_second_payment_that_can_be_refunded(
    twocheckout: TwoCheckoutStandIn, invoice: Any, client: Client, audited: Any
) -> None:
    attempt = begun(invoice)
    _first, second = twocheckout.buy(attempt.redirect_url), twocheckout.buy(attempt.redirect_url)
    for at in range(len(twocheckout.notifications())):
        tell(client, twocheckout, at)
    process_due()
    poll_open_attempts()
    again = PaymentAttempt.objects.get(repeats=attempt)
    assert [each.attempt for each in Payment.objects.order_by("pk")] == [attempt, again]
    assert (again.provider_reference, again.status) == (second, "succeeded")
    assert ReviewItem.objects.get().kind == "second_payment"
    assert ledger.balance_of(invoice.customer, "EUR") == invoice.amount
    done = refund(payment=again.payment, amount=Decimal("96.00"), reason="paid twice", by=None)
    assert done.status == "succeeded" and ledger.balance_of(invoice.customer, "EUR") == 0
    invoice.refresh_from_db()
    assert invoice.status == "paid" and audited() == []
    assert reconcile() == 0


def test_a_message_about_the_second_order_is_about_that_one(
    twocheckout: TwoCheckoutStandIn, invoice: Any, client: Client
) -> None:
    attempt = begun(invoice)
    _first, second = twocheckout.buy(attempt.redirect_url), twocheckout.buy(attempt.redirect_url)
    settle(attempt_id=attempt.pk)
    poll_open_attempts()
    twocheckout.refund(second, amount="96.00")
    tell(client, twocheckout)
    process_due()
    assert [each.amount_refunded for each in Payment.objects.order_by("pk")] == [0, Decimal("96.00")]


def test_reconciliation_finds_missed_orders_and_one_paid_twice(
    twocheckout: TwoCheckoutStandIn, invoice: Any, audited: Any
) -> None:
    attempt = begun(invoice)
    first, second = twocheckout.buy(attempt.redirect_url), twocheckout.buy(attempt.redirect_url)
    assert reconcile() == 2
    invoice.refresh_from_db()
    attempt.refresh_from_db()
    assert (invoice.status, attempt.charge_reference) == ("paid", first)
    assert PaymentAttempt.objects.get(repeats=attempt).charge_reference == second
    assert ReviewItem.objects.get().kind == "second_payment"
    assert reconcile() == 0
    assert ReviewItem.objects.count() == 1 and Payment.objects.count() == 2 and audited() == []


def test_one_order_that_cannot_be_read_keeps_no_other_from_being_found(
    twocheckout: TwoCheckoutStandIn, invoice: Any, customer: Any
) -> None:
    strange = begun(invoice)
    other = begun(make_invoice(customer, "12.00"))
    twocheckout.tamper(twocheckout.buy(strange.redirect_url), Status="DELIVERED")
    twocheckout.buy(other.redirect_url)
    assert reconcile() == 2
    other.refresh_from_db()
    strange.refresh_from_db()
    assert (other.status, strange.status) == ("succeeded", "pending")
    item = ReviewItem.objects.get()
    assert (item.kind, item.attempt) == ("unreadable_charge", strange)
    assert reconcile() == 1 and ReviewItem.objects.count() == 1


def two_by_one_link(stand_in: TwoCheckoutStandIn, attempt: PaymentAttempt, **second: Any) -> str:
    """An order that cannot be read, and another one after it; the number of the other."""
    stand_in.tamper(stand_in.buy(attempt.redirect_url), Status="DELIVERED")
    return stand_in.buy(attempt.redirect_url, **second)


def test_nor_one_beside_another_order_of_its_link(twocheckout: TwoCheckoutStandIn, invoice: Any, audited: Any) -> None:
    """The paid one is taken, the other is for staff, and so it stays at the second look."""
    attempt = begun(invoice)
    paid = two_by_one_link(twocheckout, attempt)
    for _time in range(2):
        attempt = settle(attempt_id=attempt.pk)
        assert (attempt.status, attempt.charge_reference) == ("succeeded", paid)
    item = ReviewItem.objects.get()
    assert (item.kind, item.attempt, item.invoice) == ("unreadable_charge", attempt, invoice)
    reconcile()
    invoice.refresh_from_db()
    assert (ReviewItem.objects.count(), invoice.status, audited()) == (1, "paid", [])


def test_beside_an_order_that_is_not_paid_it_may_be_the_payment(twocheckout: TwoCheckoutStandIn, invoice: Any) -> None:
    attempt = begun(invoice)
    two_by_one_link(twocheckout, attempt, outcome="declined")
    with pytest.raises(Unavailable) as unknown:
        settle(attempt_id=attempt.pk)
    attempt.refresh_from_db()
    assert (unknown.value.code, attempt.status) == ("unreadable_answer", "pending")


def test_an_order_that_cannot_be_read_is_refunded_by_nobody(twocheckout: TwoCheckoutStandIn, invoice: Any) -> None:
    """A refund is of the order that was taken, and finds it beside the other."""
    attempt = begun(invoice)
    paid = two_by_one_link(twocheckout, attempt)
    payment = settle(attempt_id=attempt.pk).payment
    made = refund(payment=payment, amount=payment.amount, reason="As agreed")
    [strange, other] = twocheckout.orders()
    assert (made.status, other["RefNo"], strange["Refunds"]) == ("succeeded", paid, None)
