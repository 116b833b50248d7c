"""What a buyer's bank takes back has its credit note, once, however we learn of it; if it comes back, a debit note."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document
from storefront.billing.models import Payment
from storefront.billing.services.settlement import settle
from storefront.core import audit
from storefront.inbox.processing import process_due
from tests.billing.deliveries import deliver, events
from tests.billing.documents.test_notes import in_register, notes, paid, sold

pytestmark = pytest.mark.django_db


def look(payment: Payment) -> None:
    settle(attempt_id=payment.attempt_id or 0, look_for_disputes=True)
    issue_due()


def walk(stripe: Any, payment: Payment, *steps: str) -> None:
    for step in steps:
        stripe.move_dispute(payment.reference, status=step)
        look(payment)
        look(payment)


def test_a_lost_dispute_has_a_credit_note_and_an_appeal_that_is_won_a_debit_note(stripe: Any, customer: Any) -> None:
    invoice = sold(customer, "100.00")
    payment = paid(invoice, stripe)
    stripe.dispute(payment.reference)
    look(payment)
    walk(stripe, payment, "under_review")
    assert notes() == [], "nothing is decided"
    walk(stripe, payment, "lost")
    assert notes() == [("credit_note", invoice.amount, invoice.tax)] and in_register() == []
    assert Document.objects.get(kind="credit_note").content.reason == "Taken back by the buyer's bank"
    walk(stripe, payment, "appeal_needs_response", "appeal_under_review", "won")
    assert [each[:2] for each in notes()] == [("credit_note", 100), ("debit_note", 100)]
    assert Document.objects.get(kind="debit_note").content.reason == "The buyer's bank gave it back."
    assert in_register() == [(invoice.amount, invoice.tax, True)] and audit.run() == []


def test_what_was_refunded_before_and_what_is_lost_have_a_note_each(stripe: Any, customer: Any) -> None:
    invoice = sold(customer, "60.00", "36.00")
    payment = paid(invoice, stripe)
    stripe.refund(payment.reference, amount=1000)
    settle(attempt_id=payment.attempt_id or 0, look_for_refunds=True)
    stripe.dispute(payment.reference, amount=3000)
    look(payment)
    walk(stripe, payment, "lost")
    assert [each[:2] for each in notes()] == [("credit_note", 10), ("credit_note", 30)]
    credited = sum(each[2] for each in notes())
    assert in_register() == [(Decimal(56), invoice.tax - credited, True)] and audit.run() == []


def test_a_message_of_the_provider_and_our_own_look_bring_one_note(client: Any, stripe: Any, customer: Any) -> None:
    payment = paid(sold(customer, "100.00"), stripe)
    stripe.dispute(payment.reference)
    stripe.move_dispute(payment.reference, status="lost")
    for _turn in range(2):
        deliver(client, events(stripe, payment.reference))
        process_due()
        look(payment)
    assert [each[:2] for each in notes()] == [("credit_note", 100)] and in_register() == []
