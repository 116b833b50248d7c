"""Invoices paid by SimplePay: from its page to the license, by its messages, the poller and the list; and back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from storefront.billing.errors import PaymentUnavailable, RefundUnknown
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Payment, PaymentAttempt, Refund, ReviewItem
from storefront.billing.services import payment_methods
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.reconcile import reconcile
from storefront.billing.services.refunds import follow_open
from storefront.billing.services.refunds import start as refund
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import clock
from storefront.gateways.errors import Unavailable
from storefront.inbox.processing import process_due
from storefront.sandbox.simplepay import SimplePayStandIn
from storefront.sandbox.simplepay.state import sign
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


def begun(invoice: Any) -> PaymentAttempt:
    return start(invoice=invoice, gateway_name="simplepay")


def tell(client: Client, stand_in: SimplePayStandIn, at: int = -1, key: str = "sandbox-simplepay-eur") -> Any:
    body = stand_in.notices()[at]["body"]
    headers = {"Signature": sign(body.encode(), key)}
    return client.post("/hooks/simplepay/", body, content_type="application/json", headers=headers)


def test_it_is_offered_only_when_it_is_set_up() -> None:
    assert "simplepay" not in payment_methods.offered()


def test_a_message_pays_the_invoice_and_is_answered_with_itself(
    simplepay: SimplePayStandIn, invoice: Any, client: Client
) -> None:
    attempt = begun(invoice)
    simplepay.pay(attempt.provider_reference)
    assert tell(client, simplepay, key="a-key-of-a-stranger").status_code == 400
    answer = tell(client, simplepay)
    told = simplepay.notices()[-1]["body"]
    assert answer.status_code == 200 and answer["Content-Type"] == "application/json"
    assert answer.content.decode().startswith(told[:-1] + ',"receiveDate":"')
    assert answer["Signature"] == sign(answer.content, "sandbox-simplepay-eur")
    process_due()
    invoice.refresh_from_db()
    attempt.refresh_from_db()
    assert (invoice.status, attempt.status, attempt.method_label) == ("paid", "succeeded", "card •••• 0425")


def test_forints_are_paid_to_their_own_account(simplepay: SimplePayStandIn, customer: Any) -> None:
    attempt = begun(make_invoice(customer, "9990.00", currency="HUF"))
    simplepay.pay(attempt.provider_reference)
    assert settle(attempt_id=attempt.pk).status == "succeeded"
    assert Payment.objects.get().amount == 9990


def test_a_refused_card_gives_the_invoice_free_for_another_try(simplepay: SimplePayStandIn, invoice: Any) -> None:
    first = begun(invoice)
    simplepay.pay(first.provider_reference, outcome="declined")
    assert settle(attempt_id=first.pk).status == "failed"
    second = begun(invoice)
    assert second.pk != first.pk and second.redirect_url != first.redirect_url
    simplepay.pay(second.provider_reference)
    settle(attempt_id=second.pk)
    invoice.refresh_from_db()
    assert invoice.status == "paid"


def test_an_opening_without_an_answer_is_given_up_for_another_one(simplepay: SimplePayStandIn, invoice: Any) -> None:
    """Nobody knows the address of the first page, so nobody can pay by it; the list names it, and it is closed."""
    simplepay.faults.order(kind="lost", path="/start")
    with pytest.raises(PaymentUnavailable):
        begun(invoice)
    attempt = begun(invoice)  # as the buyer tries again
    assert attempt.status == "pending" and attempt.redirect_url
    assert simplepay.stats()["opened"] == 2 and invoice.attempts.count() == 2


@pytest.mark.parametrize("changes", [{"total": "1.00"}, {"currency": "USD"}, {"total": "96.01"}])
def test_what_does_not_fit_pays_nothing(simplepay: SimplePayStandIn, invoice: Any, changes: dict[str, str]) -> None:
    attempt = begun(invoice)
    simplepay.pay(attempt.provider_reference)
    simplepay.tamper(attempt.provider_reference, **changes)
    assert settle(attempt_id=attempt.pk).status == "pending"
    assert not Payment.objects.exists() and ReviewItem.objects.filter(kind="mismatch").count() == 1


def test_poller_and_list_find_what_nobody_told(
    simplepay: SimplePayStandIn, invoice: Any, customer: Any, time_machine: Any
) -> None:
    polled, listed = begun(invoice), cancel_attempt(begun(make_invoice(customer, "12.00")))
    simplepay.pay(polled.provider_reference)
    time_machine.move_to(clock.now() + timedelta(seconds=61))
    poll_open_attempts()
    simplepay.move(listed.provider_reference, status="FINISHED")
    reconcile()
    assert {each.amount for each in Payment.objects.all()} == {Decimal("96.00"), Decimal("12.00")}


def test_refunds_part_then_whole_and_by_hand(simplepay: SimplePayStandIn, invoice: Any, audited: Any) -> None:
    attempt = begun(invoice)
    simplepay.pay(attempt.provider_reference)
    payment = settle(attempt_id=attempt.pk).payment
    assert refund(payment=payment, amount=Decimal("16.00"), reason="asked for", by=None).status == "succeeded"
    simplepay.refund(attempt.provider_reference, amount="80.00")
    settle(attempt_id=attempt.pk, look_for_refunds=True)
    payment.refresh_from_db()
    invoice.refresh_from_db()
    assert payment.amount_refunded == Decimal("96.00") and invoice.status == "refunded"
    assert [each.is_ours for each in Refund.objects.order_by("pk")] == [True, False]
    assert audited() == []


def test_a_refund_without_an_answer_is_known_by_its_sum(
    simplepay: SimplePayStandIn, invoice: Any, audited: Any, time_machine: Any
) -> None:
    """SimplePay lists it without a word of ours. It is asked for once, and one of another sum is not taken for it."""
    attempt = begun(invoice)
    simplepay.pay(attempt.provider_reference)
    payment = settle(attempt_id=attempt.pk).payment
    simplepay.refund(attempt.provider_reference, amount="6.00")
    simplepay.faults.order(kind="lost", path="/refund")
    with pytest.raises(RefundUnknown):
        refund(payment=payment, amount=Decimal("16.00"), reason="asked for", by=None)
    made = Refund.objects.get()
    time_machine.move_to(clock.now() + timedelta(hours=2))
    follow_open()
    made.refresh_from_db()
    assert made.status == "succeeded" and simplepay.stats()["refunds"] == 2
    assert sorted((each.is_ours, each.amount) for each in Refund.objects.all()) == [
        (False, Decimal("6.00")), (True, Decimal("16.00")),
    ]  # fmt: skip
    assert audited() == []


def test_an_unsigned_answer_leaves_all_as_it_was(simplepay: SimplePayStandIn, invoice: Any) -> None:
    attempt = begun(invoice)
    simplepay.pay(attempt.provider_reference)
    simplepay.api.signs_with = "a-key-of-a-stranger"
    with pytest.raises(Unavailable):
        settle(attempt_id=attempt.pk)
    assert not Payment.objects.exists() and gateway("simplepay").limits.currencies == {"HUF", "EUR"}
